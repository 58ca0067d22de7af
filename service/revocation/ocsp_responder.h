// Answers OCSP requests (RFC 6960, RFC 9919, RFC 9654).
#ifndef FLEETCA_SERVICE_REVOCATION_OCSP_RESPONDER_H_
#define FLEETCA_SERVICE_REVOCATION_OCSP_RESPONDER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/revocation/ocsp_cache.h"
#include "service/revocation/ocsp_delegation.h"
#include "service/revocation/ocsp_reply.h"
#include "service/time/clock_rule.h"
#include "store/store.h"
#include "x509/revocation/ocsp_request.h"

namespace fleetca::service {

// An issuing CA that the responder speaks for.
struct OcspIssuer {
  std::string certificate;  // DER
  OcspDelegation::Issue issue;
};

struct OcspResponderOptions {
  // How long an answer is good; a new one is made when half of that is over.
  absl::Duration validity = absl::Hours(8);
  // The same of "unknown", which the next certificate may make wrong.
  absl::Duration unknown_validity = absl::Minutes(5);
  // How many answers are kept, of about 1.5 kB each.
  size_t max_cached = 50000;
};

// Signed answers are good for a certificate that the store holds, revoked, and unknown for one that
// it never held. All else is unsigned:
//   malformedRequest   not one request about one certificate, or a nonce of 0 or over 128 octets
//   unauthorized       another CA's certificate, or that of a former issuing CA, whose key there is
//                      no more to certify a delegate; another hash than SHA-1 and SHA-256; or what
//                      the store cannot say any more (LookUpForOcsp)
//   tryLater           the store cannot be read, the clock is not believed, or there is no delegate
//                      yet
//   internalError      the delegate has ended and no other could be made; a fault of ours
// Answers without a nonce are kept until half of their life is over or the certificate is revoked,
// and unknown ones are not kept, as anybody can ask for as many as he likes.
//
// One thread calls Look (RepeatedWork, once a second); all else is for any thread.
class OcspResponder {
 public:
  // INVALID_ARGUMENT: kConfigInvalid, the field of the options; the errors of
  // OcspDelegation::Create. The references outlive it.
  static absl::StatusOr<std::unique_ptr<OcspResponder>> Create(std::vector<OcspIssuer> issuers,
                                                               OcspResponderOptions options,
                                                               const store::Store& store,
                                                               const ClockRule& clock_rule);
  OcspResponder(const OcspResponder&) = delete;
  OcspResponder& operator=(const OcspResponder&) = delete;

  // Never null. `request`: DER, as it came. Waits for the disk where the answer is not kept.
  std::shared_ptr<const OcspReply> Answer(absl::string_view request);

  // Renews the delegates.
  void Look();

  // OK, or what is wrong with one of the delegates: OcspDelegation::status.
  absl::Status status() const;

  // Since the start.
  struct Counts {
    uint64_t from_cache = 0;
    uint64_t signed_anew = 0;
    uint64_t refused = 0;  // unsigned answers
  };
  Counts counts() const;

 private:
  using Error = x509::OcspResponseStatus;

  OcspResponder(std::vector<std::unique_ptr<OcspDelegation>> issuers, OcspResponderOptions options,
                const store::Store& store, const ClockRule& clock_rule);

  std::shared_ptr<const OcspReply> Refuse(Error error);
  std::shared_ptr<const OcspReply> AnswerAnew(const x509::OcspRequest& request, size_t issuer,
                                              absl::Time now);
  absl::StatusOr<std::shared_ptr<const OcspReply>> Sign(const OcspDelegate& delegate,
                                                        const x509::OcspAnswer& answer) const;

  const std::vector<std::unique_ptr<OcspDelegation>> issuers_;
  const OcspResponderOptions options_;
  const store::Store& store_;
  const ClockRule& clock_rule_;
  OcspCache cache_;
  std::atomic<uint64_t> from_cache_{0};
  std::atomic<uint64_t> signed_anew_{0};
  std::atomic<uint64_t> refused_{0};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_OCSP_RESPONDER_H_
