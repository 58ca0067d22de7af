// What a request asks for, judged by its CSR, its key and the policy.
#ifndef FLEETCA_SERVICE_ISSUANCE_REQUEST_JUDGE_H_
#define FLEETCA_SERVICE_ISSUANCE_REQUEST_JUDGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/log_limiter.h"
#include "service/issuance/admission.h"
#include "service/issuance/issuance_item.h"
#include "service/issuance/issuing_policy.h"
#include "service/issuance/revocation_guard.h"
#include "service/policy/forbidden_keys.h"
#include "x509/csr.h"

namespace fleetca::service {

// Thread-safe. The CA and the admission outlive it.
class RequestJudge {
 public:
  RequestJudge(const IssuingCa& ca, x509::CsrLimits limits, Admission& admission);
  RequestJudge(const RequestJudge&) = delete;
  RequestJudge& operator=(const RequestJudge&) = delete;

  // Fills in the item's CSR, decision and validity, or sets its status: the errors of
  // ReadKeyAndNames, ForbiddenKeys::Check, Policy::Authorize, RevocationGuard::CheckDecided and
  // DecideValidity. Whatever the policy refuses to a join token is said in the words of every
  // refused token. Possession of the key is not looked at.
  void Judge(IssuanceItem& item, const IssuingPolicy& policy, RevocationGuard& revocations,
             absl::Time now);

  // Adds to the certificates, DER, whose keys are never certified. An error when one of them cannot
  // be read; those before it are added.
  absl::Status NeverCertify(absl::Span<const std::string> ca_certificates);
  // The same of one key, by the SHA-256 of its SubjectPublicKeyInfo: 32 octets.
  void Block(absl::string_view spki_sha256);

 private:
  absl::Status Decide(IssuanceItem& item, const IssuingPolicy& policy, absl::Time now);
  void LogDenied(const IssuanceItem& item, const absl::Status& why, absl::Time now);
  void LogLeftOut(const IssuanceItem& item, absl::Time now);
  void LogIgnoredExtensions(const IssuanceItem& item, absl::Time now);

  const IssuingCa& ca_;
  const x509::CsrLimits limits_;
  Admission& admission_;
  ForbiddenKeys forbidden_keys_;
  log::Limiter denied_limiter_{10};
  log::Limiter left_out_limiter_{10};
  log::Limiter ignored_extensions_limiter_{10};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_REQUEST_JUDGE_H_
