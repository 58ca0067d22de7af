#include "client/agent/answer_check.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/time_text.h"
#include "client/agent/record_limits.h"
#include "client/issued.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {
namespace {

absl::Status NotUsed(absl::string_view what) { return DataLoss(Reason::kAnswerInvalid, what); }

}  // namespace

std::string WrongIdentity(absl::string_view spiffe_id, const ExpectedIdentity& expected) {
  if (!expected.spiffe_id.empty()) {
    return spiffe_id == expected.spiffe_id ? ""
                                           : absl::StrCat("is for \"", spiffe_id, "\", and ",
                                                          expected.spiffe_id, " was asked for");
  }
  // One may have other names alone.
  return spiffe_id.empty() || x509::SpiffeTrustDomain(spiffe_id) == expected.trust_domain
             ? ""
             : absl::StrCat("is for \"", spiffe_id, "\", which is not of the trust domain ",
                            expected.trust_domain);
}

absl::Status CheckAnswer(const KeptChain& answer, const ExpectedIdentity& expected,
                         const std::optional<KeptCertificate>& held) {
  const absl::StatusOr<KeptCertificate> facts = FactsOf(answer.certificate_der);
  if (!facts.ok()) {
    return NotUsed(
        absl::StrCat("the certificate with which the CA has answered cannot be read, so "
                     "it is not used; another one is asked for: ",
                     facts.status().message()));
  }
  if (const std::string wrong = WrongIdentity(facts->spiffe_id, expected); !wrong.empty()) {
    return AnswerForAnother(
        absl::StrCat("the certificate ", wrong,
                     "; nothing of it is kept: ask the CA's operator why it was "
                     "given, and whether what answers is the CA"));
  }
  // An old answer, such as one from before the state folder was restored.
  if (held.has_value() && facts->not_after < held->not_after &&
      facts->not_before <= held->not_before) {
    return NotUsed(absl::StrCat("the CA has answered with an older certificate, which ends at ",
                                TimeToWords(facts->not_after), ", before the one in force does, ",
                                "so it is not used; another one is asked for"));
  }
  if (const absl::Status kept = CheckChainKept(answer); !kept.ok()) {
    return NotUsed(absl::StrCat("the certificate with which the CA has answered ", kept.message(),
                                ", so it is not used; another one is asked for"));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client
