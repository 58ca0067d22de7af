#include "service/issuance/request_judge.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/issuance/contents.h"
#include "service/issuance/renewal.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

// More than any profile allows.
constexpr size_t kMaxCallerNames = 1000;

// A CSR that asks for what only this CA writes is refused; `oids` lives as long as the limits.
x509::CsrLimits LimitsFor(x509::CsrLimits limits, const x509::AuthzOids& oids) {
  limits.fleet_arc = oids.arc;
  return limits;
}

// Names of the caller's certificate, each of which CallerVerifier took; they alias `caller`.
x509::GeneralNames NamesOf(const Caller& caller) {
  const absl::string_view der = OtherNamesOf(caller);
  if (der.empty()) {
    return {};
  }
  std::shared_ptr<const std::string> folded;  // not needed, as they are in small letters
  absl::StatusOr<x509::GeneralNames> names =
      x509::ParseSubjectAltName(der, kMaxCallerNames, "", &folded);
  return names.ok() && folded == nullptr ? *std::move(names) : x509::GeneralNames();
}

}  // namespace

RequestJudge::RequestJudge(const IssuingCa& ca, x509::CsrLimits limits, Admission& admission)
    : ca_(ca), limits_(LimitsFor(limits, ca.oids)), admission_(admission) {}

absl::Status RequestJudge::NeverCertify(absl::Span<const std::string> ca_certificates) {
  for (const std::string& der : ca_certificates) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(der));
    forbidden_keys_.AddCaKey(certificate.public_key);
  }
  return absl::OkStatus();
}

void RequestJudge::Block(absl::string_view spki_sha256) { forbidden_keys_.Block(spki_sha256); }

void RequestJudge::Judge(IssuanceItem& item, const IssuingPolicy& policy,
                         RevocationGuard& revocations, absl::Time now) {
  item.status = [&]() -> absl::Status {
    FLEETCA_RETURN_IF_ERROR(ReadKeyAndNames(item, limits_));
    FLEETCA_RETURN_IF_ERROR(forbidden_keys_.Check(item.csr.public_key));
    FLEETCA_RETURN_IF_ERROR(Decide(item, policy, now));
    FLEETCA_RETURN_IF_ERROR(revocations.CheckDecided(item));
    return DecideValidity(item, ca_, now);
  }();
  if (!item.csr.ignored_extensions.empty()) {
    LogIgnoredExtensions(item, now);
  }
}

absl::Status RequestJudge::Decide(IssuanceItem& item, const IssuingPolicy& policy, absl::Time now) {
  const IssueRequest& request = item.issuance->request;
  item.caller_names = NamesOf(*item.issuance->caller);
  absl::StatusOr<Decision> decision = policy.policy()->Authorize(
      {.caller = item.caller,
       .subject = item.renewed == nullptr ? request.identity : item.caller,
       .profile = item.profile,
       .names = item.csr.names,
       .caller_names = item.caller_names,
       .key_algorithm = item.csr.public_key.algorithm,
       .lifetime = request.lifetime});
  // An identity with a certificate may be trusted to ask for certificates of others. A join token
  // or a JWT speaks for its own identity alone, whatever that identity may do.
  const bool own = !decision.ok() || decision->identity() == item.caller;
  if (item.join_token.has_value() && (!own || absl::IsPermissionDenied(decision.status()))) {
    return admission_.RefuseJoinToken(
        item, own ? decision.status().message() : "for another identity", now);
  }
  if (!decision.ok()) {
    LogDenied(item, decision.status(), now);
    return decision.status();
  }
  if (!own && ShowsToken(*item.issuance->caller)) {
    const absl::Status denied =
        PermissionDenied(Reason::kCallerNotAllowed,
                         absl::StrCat("A token speaks for its own identity alone, which is ",
                                      item.caller, "; ask for a certificate of that one"));
    LogDenied(item, denied, now);
    return denied;
  }
  item.decision = *std::move(decision);
  if (!item.decision.left_out.empty()) {
    LogLeftOut(item, now);
  }
  return absl::OkStatus();
}

// For the operator: clients that know the service by one of those names will refuse the new
// certificate.
void RequestJudge::LogLeftOut(const IssuanceItem& item, absl::Time now) {
  uint64_t suppressed = 0;
  if (item.issuance->request.validate_only || !left_out_limiter_.Allow(now, &suppressed)) {
    return;
  }
  log::Warning("A certificate is renewed without names that the policy grants no more",
               {{"identity", item.decision.identity()},
                {"profile", item.profile},
                {"names", absl::StrJoin(item.decision.left_out, " ",
                                        [](std::string* out, const x509::GeneralName& name) {
                                          out->append(x509::NameToString(name));
                                        })},
                {"lines_suppressed", suppressed}});
}

// Whoever asks what would be granted has asked for nothing.
void RequestJudge::LogDenied(const IssuanceItem& item, const absl::Status& why, absl::Time now) {
  uint64_t suppressed = 0;
  if (item.issuance->request.validate_only || !denied_limiter_.Allow(now, &suppressed)) {
    return;
  }
  log::Warning("The policy refused a certificate", {{"caller", item.caller},
                                                    {"identity", item.issuance->request.identity},
                                                    {"profile", item.profile},
                                                    {"reason", why.message()},
                                                    {"lines_suppressed", suppressed}});
}

void RequestJudge::LogIgnoredExtensions(const IssuanceItem& item, absl::Time now) {
  uint64_t suppressed = 0;
  if (!ignored_extensions_limiter_.Allow(now, &suppressed)) {
    return;
  }
  log::Info("A CSR asks for extensions that are not copied",
            {{"extensions", absl::StrJoin(item.csr.ignored_extensions, " ",
                                          [](std::string* out, absl::string_view oid) {
                                            out->append(x509::der::OidToString(oid));
                                          })},
             {"profile", item.profile},
             {"caller", item.caller},
             {"lines_suppressed", suppressed}});
}

}  // namespace fleetca::service
