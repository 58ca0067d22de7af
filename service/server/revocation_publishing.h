// What others hear of revocations: CRLs and OCSP, made in the background for the HTTP port.
#ifndef FLEETCA_SERVICE_SERVER_REVOCATION_PUBLISHING_H_
#define FLEETCA_SERVICE_SERVER_REVOCATION_PUBLISHING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/http/http_content.h"
#include "base/repeated_work.h"
#include "service/config/server_config.h"
#include "service/http/http_sources.h"
#include "service/revocation/crl_publisher.h"
#include "service/revocation/ocsp_responder.h"
#include "service/revocation/root_crl_file.h"
#include "service/server/running_ca.h"
#include "store/store.h"
#include "x509/certificate.h"

namespace fleetca::service {

// Of the issuing CA in force. CRLs that an earlier issuing CA signed are made no more: its key is
// gone. Thread-safe.
class RevocationPublishing : public CrlSource, public OcspSource {
 public:
  // For a CA that names its pointers, which is one with an HTTP port. Begins to make CRLs when it
  // returns. The errors of the parts. `ca` outlives it.
  static absl::StatusOr<std::unique_ptr<RevocationPublishing>> Start(const ServerConfig& config,
                                                                     RunningCa& ca);
  RevocationPublishing(const RevocationPublishing&) = delete;
  RevocationPublishing& operator=(const RevocationPublishing&) = delete;

  absl::StatusOr<HttpContent> Find(absl::string_view issuer,
                                   std::optional<uint32_t> shard) const override;
  absl::StatusOr<HttpContent> FindRoot() const override;
  OcspContent Answer(absl::string_view request) const override;

  // As of AppearedBefore (appeared_revocations.h), of the CRLs that are made here.
  absl::StatusOr<absl::Time> NotNeededBefore(const store::Store& store, absl::Time before) const;

  // OK, or what is wrong with what is given out, in words.
  absl::Status CheckCrls() const { return publisher_->status(); }
  absl::Status CheckOcsp() const { return responder_->status(); }
  absl::Status CheckRootCrl() const { return root_crl_->Check(Clock::System().Now()); }

  // Since the start.
  OcspResponder::Counts ocsp_counts() const { return responder_->counts(); }
  uint64_t signed_crls() const { return publisher_->signed_crls(); }

 private:
  RevocationPublishing() = default;

  absl::Status StartParts(const ServerConfig& config, RunningCa& ca);

  std::string issuer_;         // by its subject key identifier in hex
  x509::Certificate issuing_;  // aliases the CA's
  std::unique_ptr<CrlPublisher> publisher_;
  std::unique_ptr<OcspResponder> responder_;
  const RootCrlFile* root_crl_ = nullptr;
  // They use all above.
  std::unique_ptr<RepeatedWork> publishing_;
  std::unique_ptr<RepeatedWork> delegating_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_REVOCATION_PUBLISHING_H_
