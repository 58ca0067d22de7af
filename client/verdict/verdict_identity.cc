#include "client/verdict/verdict_identity.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/errors.h"
#include "client/authz/authz_verifier.h"
#include "client/authz/required_roles.h"

namespace fleetca::client {
namespace {

class FixedClock : public Clock {
 public:
  explicit FixedClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override { return now_; }

 private:
  const absl::Time now_;
};

absl::StatusOr<Grants> AskVerifier(const IdentityStep& step, const Clock& clock,
                                   const Verdict& verdict) {
  absl::StatusOr<std::unique_ptr<AuthzVerifier>> verifier =
      AuthzVerifier::Create({.roots = {verdict.chain.back()},
                             .trust_domain = step.trust_domain,
                             .audience = step.audience,
                             .oids = step.oids,
                             .purpose = std::string(PurposeOid(step.purpose)),
                             .clock = &clock});
  if (!verifier.ok()) {
    return verifier.status();
  }
  return (*verifier)->Verify(
      std::vector<absl::string_view>(verdict.chain.begin(), verdict.chain.end() - 1));
}

// What the service knows of the caller's roles.
std::string GrantsText(const Grants& grants, const std::string& audience) {
  switch (grants.state) {
    case GrantState::kGranted:
      return grants.roles.empty()
                 ? "It grants no role"
                 : absl::StrCat("Its roles count here: ", absl::StrJoin(grants.roles, ", "));
    case GrantState::kAbsent:
      return "It says nothing of roles";
    case GrantState::kUnreadable:
      return "What it says of roles cannot be read";
    case GrantState::kOtherAudience:
      return absl::StrCat("Its roles count at ", absl::StrJoin(*grants.audience, ", "),
                          " alone, and not at ",
                          audience.empty() ? "a service without an audience" : audience);
    case GrantState::kStalePolicy:
      return "Its roles are those of an older policy";
  }
  return "";
}

// Why a service cannot tell from the chain who the caller is; "" where it can be asked.
absl::string_view NoIdentity(const Verdict& verdict) {
  if (!verdict.trusted) {
    return "The chain does not lead to a trusted root, so a service takes the caller for nobody; "
           "mend the chain first";
  }
  return verdict.chain.size() < 2
             ? "The certificate itself is listed as a root, and a service takes callers below a CA "
               "alone; trust the root of its CA instead"
             : "";
}

// The step "roles" where nobody is known to have any.
void RolesOfNobody(const IdentityStep& step, Verdict* verdict) {
  constexpr absl::string_view kSentence = "No identity was established, so no role was judged.";
  if (step.roles.empty()) {
    return verdict->Skip("roles", std::string(kSentence));
  }
  verdict->Fail("roles", Unauthenticated(Reason::kCallerUnknown, kSentence));
}

}  // namespace

void JudgeIdentity(const IdentityStep& step, absl::Time at, Verdict* verdict) {
  if (step.trust_domain.empty()) {
    verdict->Skip("identity", "No service was asked.");
    return step.roles.empty() ? verdict->Skip("roles", "No service was asked.")
                              : RolesOfNobody(step, verdict);
  }
  if (const absl::string_view problem = NoIdentity(*verdict); !problem.empty()) {
    verdict->Fail("identity", Unauthenticated(Reason::kCallerUnknown, problem));
    return RolesOfNobody(step, verdict);
  }
  const FixedClock clock(at);
  const absl::StatusOr<Grants> grants = AskVerifier(step, clock, *verdict);
  if (!grants.ok()) {
    verdict->Fail("identity", grants.status());
    return RolesOfNobody(step, verdict);
  }
  verdict->Pass("identity", absl::StrCat("A service of ", step.trust_domain,
                                         " takes the caller for ", grants->identity, "."));
  const std::string text = GrantsText(*grants, step.audience);
  if (step.roles.empty()) {
    return verdict->Skip("roles", absl::StrCat(text, "; no role was asked for."));
  }
  const absl::Status allowed = CheckRoles(&step.roles, *grants, "do this");
  if (!allowed.ok()) {
    return verdict->Fail("roles", Annotate(allowed, text));
  }
  verdict->Pass("roles", absl::StrCat(text, "."));
}

}  // namespace fleetca::client
