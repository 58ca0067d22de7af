// One request for a certificate on its way through the CA.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUANCE_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUANCE_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/caller/caller.h"
#include "service/issuance/issued_certificate.h"

namespace fleetca::service {

// What is asked. The views alias the call's message, which lives until Answer.
struct IssueRequest {
  absl::string_view csr_der;
  absl::string_view profile;
  std::optional<absl::Duration> lifetime;  // absent: the profile's default
  absl::string_view request_id;            // empty: none
  bool validate_only = false;
  absl::string_view identity;  // empty: the one that the CSR asks for, else the caller's own
  // The certificate that the caller holds is renewed: with its own key where there is no CSR.
  bool renewal = false;
};

// A request with the way back to who asked. The edge derives from it, one class for each kind of
// call, and pushes a pointer on the queue; the object must live until Answer.
class Issuance {
 public:
  Issuance() = default;
  Issuance(const Issuance&) = delete;
  Issuance& operator=(const Issuance&) = delete;
  virtual ~Issuance() = default;

  // Called exactly once, by a worker's thread; *this may be gone when it returns. Must not block.
  virtual void Answer(absl::StatusOr<IssuedCertificate> outcome) = 0;

  IssueRequest request;
  // Who asks: set before the issuance is queued, and one object for all issuances of a call.
  std::shared_ptr<const Caller> caller;
  absl::Time deadline = absl::InfiniteFuture();
  // Set from any thread when the caller has gone: the work is dropped if it was not signed yet.
  std::atomic<bool> cancelled{false};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUANCE_H_
