// One request on its way through the policy.
#ifndef FLEETCA_SERVICE_POLICY_EVALUATION_H_
#define FLEETCA_SERVICE_POLICY_EVALUATION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/policy/decision.h"
#include "service/policy/explanation.h"
#include "service/policy/identity_pattern.h"
#include "service/policy/policy.h"
#include "service/policy/rule.h"

namespace fleetca::service {

// For one Run. The checks are the same whether they are explained or not: `explanation` may be
// null, and then no word is written.
class Evaluation {
 public:
  Evaluation(const Policy& policy, const AuthorizeRequest& request, Explanation* explanation)
      : policy_(policy), request_(request), explanation_(explanation) {}

  absl::StatusOr<Decision> Run();
  // The checks that need no CSR.
  absl::Status RunWithoutCsr();

 private:
  // An identity, its path, and the rule that matches it.
  struct Party {
    absl::string_view id;
    PathSegments path;
    const Rule* rule = nullptr;
  };

  // Runs one check, and notes how it went.
  absl::Status Check(absl::string_view what, absl::Status (Evaluation::*check)());
  // What a check that passed found, for the explanation.
  template <typename... Parts>
  void Detail(const Parts&... parts);
  void NoteName(const x509::GeneralName& name, const absl::Status& outcome);
  void NoteRules();

  // In this order; each relies on those before it.
  absl::Status FindCaller();
  absl::Status FindSubject();
  absl::Status CheckMayAsk();
  absl::Status CheckReserved();
  absl::Status CheckProfile();
  absl::Status CheckKey();
  absl::Status CheckNames();
  absl::Status CheckProfileNames();
  absl::Status DecideSubject();
  absl::Status DecideLifetime();
  absl::Status FillGrants();

  Party FindParty(absl::string_view id) const;
  absl::StatusOr<x509::Subject> SubjectOfCa() const;

  const Policy& policy_;
  const AuthorizeRequest& request_;
  Explanation* const explanation_;
  std::string detail_;

  Party caller_;
  Party subject_;
  CapturedTexts captured_;  // of the subject
  Decision decision_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_EVALUATION_H_
