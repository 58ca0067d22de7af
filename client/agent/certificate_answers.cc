// What IdentityKeeper takes for a certificate of its identity: the CA's answer, or the files of an
// earlier program. It is kept before it is tried.
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/agent/answer_check.h"
#include "client/agent/certificate_request.h"
#include "client/agent/identity_keeper.h"
#include "client/clock_difference.h"

namespace fleetca::client {

absl::Status IdentityKeeper::TakeOverFile(absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(TakenOver taken,
                           TakeOver(options_, surroundings_.read_file, record_.roots_der, now));
  if (taken.chain.certificate_der == refused_file_der_) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(options_.enrollment.certificate_file,
                                           " holds a certificate that the CA has refused"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const KeptCertificate facts, FactsOf(taken.chain.certificate_der));
  if (const std::string wrong =
          WrongIdentity(facts.spiffe_id, Expected(EnrollmentMethod::kCertificate));
      !wrong.empty()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("the certificate in ", options_.enrollment.certificate_file, " ", wrong,
                     "; name another file"));
  }
  record_.request = std::move(taken.request);
  record_.pending = std::move(taken.chain);
  if (const absl::Status saved = Save(); !saved.ok()) {
    Failed(saved, now);
  } else {
    TryPending(now);
  }
  return absl::OkStatus();
}

// A renewal is for the same.
ExpectedIdentity IdentityKeeper::Expected(EnrollmentMethod method) const {
  const bool same = method == EnrollmentMethod::kRenewal && options_.spiffe_id.empty();
  return {.spiffe_id = same ? held_.spiffe_id : options_.spiffe_id,
          .trust_domain = surroundings_.trust_domain};
}

void IdentityKeeper::TakeAnswer(const Issued& issued, absl::Time now) {
  KeptChain answer = {.certificate_der = issued.certificate_der, .chain_der = issued.chain_der};
  const bool has_one = !record_.held.empty();
  const absl::Status right = CheckAnswer(answer, Expected(record_.request->method),
                                         has_one ? std::optional(held_) : std::nullopt);
  if (!right.ok()) {
    DropRequest();
    wrong_answer_ = std::string(right.message());
    Failed(right, now);
    return;
  }
  record_.pending = std::move(answer);
  answer_ahead_ = ClockAhead(issued, NowAfter(now)).value_or(absl::ZeroDuration());
  if (const absl::Status saved = Save(); !saved.ok() && !MayGoUnsaved(now)) {
    Failed(saved, now);
    return;
  }
  TryPending(now);
}

}  // namespace fleetca::client
