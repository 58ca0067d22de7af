#include "service/policy/evaluation.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/policy/default_names.h"
#include "service/policy/grant_limits.h"
#include "service/policy/granted_name.h"
#include "x509/name.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

using x509::GeneralName;
using x509::NameType;

constexpr absl::string_view kNamesField = "csr.subject_alt_name";
constexpr size_t kMaxShown = 128;

// What came from the request, as it may stand in a sentence.
std::string Shown(absl::string_view text) {
  return absl::StrCat(absl::CHexEscape(text.substr(0, kMaxShown)),
                      text.size() > kMaxShown ? "..." : "");
}

absl::Status Denied(absl::string_view message) {
  return PermissionDenied(Reason::kCallerNotAllowed, message);
}

std::string AlgorithmNames(const std::vector<x509::PublicKeyAlgorithm>& algorithms) {
  return absl::StrJoin(algorithms, ", ", [](std::string* out, x509::PublicKeyAlgorithm algorithm) {
    absl::StrAppend(out, x509::PublicKeyAlgorithmName(algorithm));
  });
}

std::string ProfileNames(const Rule& rule) {
  return absl::StrJoin(rule.profiles, ", ", [](std::string* out, const PolicyProfile* profile) {
    out->append(profile->profile.name());
  });
}

}  // namespace

absl::StatusOr<Decision> Evaluation::Run() {
  const absl::Status outcome = [this]() -> absl::Status {
    FLEETCA_RETURN_IF_ERROR(Check("caller", &Evaluation::FindCaller));
    FLEETCA_RETURN_IF_ERROR(Check("subject", &Evaluation::FindSubject));
    NoteRules();
    FLEETCA_RETURN_IF_ERROR(Check("may ask for the subject", &Evaluation::CheckMayAsk));
    FLEETCA_RETURN_IF_ERROR(Check("names of the CA", &Evaluation::CheckReserved));
    FLEETCA_RETURN_IF_ERROR(Check("profile", &Evaluation::CheckProfile));
    FLEETCA_RETURN_IF_ERROR(Check("key algorithm", &Evaluation::CheckKey));
    FLEETCA_RETURN_IF_ERROR(Check("names by the rule", &Evaluation::CheckNames));
    FLEETCA_RETURN_IF_ERROR(Check("names by the profile", &Evaluation::CheckProfileNames));
    FLEETCA_RETURN_IF_ERROR(Check("subject of the certificate", &Evaluation::DecideSubject));
    FLEETCA_RETURN_IF_ERROR(Check("lifetime", &Evaluation::DecideLifetime));
    return Check("grants", &Evaluation::FillGrants);
  }();
  FLEETCA_RETURN_IF_ERROR(outcome);
  return std::move(decision_);
}

absl::Status Evaluation::RunWithoutCsr() {
  FLEETCA_RETURN_IF_ERROR(FindCaller());
  FLEETCA_RETURN_IF_ERROR(FindSubject());
  FLEETCA_RETURN_IF_ERROR(CheckMayAsk());
  FLEETCA_RETURN_IF_ERROR(CheckReserved());
  return CheckProfile();
}

absl::Status Evaluation::Check(absl::string_view what, absl::Status (Evaluation::*check)()) {
  detail_.clear();
  absl::Status outcome = (this->*check)();
  if (explanation_ != nullptr) {
    explanation_->checks.push_back(
        {std::string(what), outcome.ok(), outcome.ok() ? detail_ : std::string(outcome.message())});
  }
  return outcome;
}

template <typename... Parts>
void Evaluation::Detail(const Parts&... parts) {
  if (explanation_ != nullptr) {
    detail_ = absl::StrCat(parts...);
  }
}

void Evaluation::NoteName(const GeneralName& name, const absl::Status& outcome) {
  if (explanation_ != nullptr) {
    explanation_->checks.push_back({absl::StrCat("name ", x509::NameToString(name)), outcome.ok(),
                                    outcome.ok() ? "granted" : std::string(outcome.message())});
  }
}

void Evaluation::NoteRules() {
  if (explanation_ == nullptr) {
    return;
  }
  const auto matched = [](const Rule* rule) {
    return rule == nullptr
               ? Explanation::MatchedRule{}
               : Explanation::MatchedRule{rule->name, rule->identity.text(), rule->line};
  };
  explanation_->caller = std::string(caller_.id);
  explanation_->subject = std::string(subject_.id);
  explanation_->caller_rule = matched(caller_.rule);
  explanation_->subject_rule = matched(subject_.rule);
}

// An identity of another trust domain has no rule.
Evaluation::Party Evaluation::FindParty(absl::string_view id) const {
  Party party{.id = id};
  if (x509::SpiffeTrustDomain(id) == policy_.trust_domain()) {
    party.path = SplitPath(x509::SpiffePath(id));
    party.rule = policy_.FindRule(party.path);
  }
  return party;
}

absl::Status Evaluation::FindCaller() {
  if (const char* problem = x509::SpiffeIdProblem(request_.caller); problem != nullptr) {
    return Denied(absl::StrCat("The caller's identity \"", Shown(request_.caller), "\" ", problem));
  }
  caller_ = FindParty(request_.caller);
  Detail(request_.caller);
  return absl::OkStatus();
}

absl::Status Evaluation::FindSubject() {
  absl::string_view subject = request_.subject;
  bool has_uri = false;
  for (const GeneralName& name : request_.names) {
    if (name.type != NameType::kUri) {
      continue;
    }
    if (has_uri) {
      return InvalidArgument(Reason::kSanInvalid, kNamesField,
                             "the CSR asks for more than one URI; a certificate has one SPIFFE ID");
    }
    has_uri = true;
    if (!subject.empty() && subject != name.value) {
      return InvalidArgument(
          Reason::kSanNotAllowed, kNamesField,
          absl::StrCat("the CSR asks for ", Shown(name.value), ", the request for ", Shown(subject),
                       "; ask for one identity"));
    }
    subject = name.value;
  }
  if (subject.empty() || subject == caller_.id) {
    subject_ = caller_;
  } else {
    if (const char* problem = x509::SpiffeIdProblem(subject); problem != nullptr) {
      return InvalidArgument(Reason::kSanInvalid, "subject",
                             absl::StrCat("\"", Shown(subject), "\" ", problem));
    }
    subject_ = FindParty(subject);
  }
  Detail(subject_.id);
  return absl::OkStatus();
}

absl::Status Evaluation::CheckMayAsk() {
  if (subject_.id == caller_.id) {
    Detail("for itself");
    return absl::OkStatus();
  }
  if (caller_.rule != nullptr && x509::SpiffeTrustDomain(subject_.id) == policy_.trust_domain()) {
    const CapturedTexts texts = caller_.rule->identity.Capture(caller_.path);
    for (const IdentityPattern& pattern : caller_.rule->issue_for) {
      if (pattern.Matches(subject_.path, texts)) {
        Detail("by issue_for \"", pattern.text(), "\" of the rule \"", caller_.rule->name, "\"");
        return absl::OkStatus();
      }
    }
  }
  return Denied(absl::StrCat(
      caller_.id, " may not ask for certificates of ", subject_.id,
      "; ask for its own identity, or ask the CA's operator for issue_for in the policy"));
}

// Whatever the rules say: a certificate for a name of the CA is one to pose as it.
absl::Status Evaluation::CheckReserved() {
  const ReservedNames& reserved = policy_.options().reserved;
  if (reserved.HasIdentity(subject_.id)) {
    const auto is_written_out = [this](const IdentityPattern& pattern) {
      return pattern.text() == x509::SpiffePath(subject_.id);
    };
    if (subject_.id != caller_.id &&
        (caller_.rule == nullptr || !absl::c_any_of(caller_.rule->issue_for, is_written_out))) {
      return PermissionDenied(
          Reason::kNameReserved,
          absl::StrCat(subject_.id,
                       " is the identity of the CA's server, which is certified for its own "
                       "holder and for a caller whose rule has an issue_for that writes it out; "
                       "a capture or \"*\" does not stand for it"));
    }
    Detail("the CA itself");
    return absl::OkStatus();
  }
  for (const GeneralName& name : request_.names) {
    if (reserved.Covers(name)) {
      return PermissionDenied(
          Reason::kNameReserved, kNamesField,
          absl::StrCat(x509::NameToString(name),
                       " is a name of the CA's server or stands for one, and no other identity may "
                       "have it; leave it out"));
    }
  }
  Detail("none asked for");
  return absl::OkStatus();
}

absl::Status Evaluation::CheckProfile() {
  if (request_.profile.empty()) {
    return InvalidArgument(Reason::kProfileUnknown, "profile",
                           "The request names no profile; set it to one of the CA's");
  }
  const Rule* rule = subject_.rule;
  decision_.profile = rule == nullptr ? nullptr : rule->FindProfile(request_.profile);
  if (decision_.profile == nullptr) {
    // The same words whether there is no such profile, no rule, or no grant.
    const std::string remedy = rule == nullptr || rule->profiles.empty()
                                   ? std::string("ask the CA's operator to grant it in the policy")
                                   : absl::StrCat("it may have one by: ", ProfileNames(*rule));
    return Denied(absl::StrCat(subject_.id, " may not have a certificate by the profile \"",
                               Shown(request_.profile), "\"; ", remedy));
  }
  captured_ = rule->identity.Capture(subject_.path);
  Detail("\"", request_.profile, "\" is granted by the rule \"", rule->name, "\"");
  return absl::OkStatus();
}

absl::Status Evaluation::CheckKey() {
  const auto& allowed = subject_.rule->key_algorithms;
  const absl::string_view asked = x509::PublicKeyAlgorithmName(request_.key_algorithm);
  if (!allowed.empty() &&
      std::find(allowed.begin(), allowed.end(), request_.key_algorithm) == allowed.end()) {
    return InvalidArgument(Reason::kKeyUnsupported, "csr.public_key",
                           absl::StrCat(subject_.id, " may have no certificate for ", asked,
                                        " keys; make one of: ", AlgorithmNames(allowed)));
  }
  Detail(asked);
  return absl::OkStatus();
}

absl::Status Evaluation::CheckNames() {
  decision_.names.push_back({NameType::kUri, subject_.id});
  const bool asks = absl::c_any_of(
      request_.names, [](const GeneralName& name) { return name.type != NameType::kUri; });
  for (const GeneralName& name : request_.names) {
    const absl::Status outcome = CheckGranted(name, subject_.id, *subject_.rule, captured_);
    NoteName(name, outcome);
    FLEETCA_RETURN_IF_ERROR(outcome);
    if (name.type != NameType::kUri) {
      decision_.names.push_back(name);
    }
  }
  if (asks || decision_.profile->subordinate_ca.has_value()) {
    Detail(decision_.names.size(), " in all");
    return absl::OkStatus();
  }
  const NamedSubject subject = {subject_.id, *subject_.rule, captured_, policy_.options().reserved};
  const absl::string_view how = TakeDefaultNames(
      subject, subject_.id == caller_.id ? request_.caller_names : absl::Span<const GeneralName>(),
      &decision_, explanation_);
  Detail(decision_.names.size(), " in all; none is asked for", how);
  return absl::OkStatus();
}

// The profile bounds what the rule grants: its key algorithms and its own rules of names.
absl::Status Evaluation::CheckProfileNames() {
  return decision_.profile->profile.Check(request_.key_algorithm, decision_.names);
}

// A CA's certificate has a subject, as others name it as their issuer: the trust domain, and the
// identity's path.
absl::StatusOr<x509::Subject> Evaluation::SubjectOfCa() const {
  const absl::string_view domain = x509::SpiffeTrustDomain(subject_.id);
  const absl::string_view path = absl::StripPrefix(x509::SpiffePath(subject_.id), "/");
  if (path.size() > x509::kMaxSubjectText || domain.size() > x509::kMaxSubjectText) {
    return InvalidArgument(
        Reason::kSubjectInvalid, "identity",
        absl::StrCat("The trust domain and the path of a CA's identity stand in "
                     "its subject, which takes ",
                     x509::kMaxSubjectText, " characters of each; ask for a shorter one"));
  }
  return x509::Subject{.organizations = {std::string(domain)}, .common_name = std::string(path)};
}

// The policy decides the subject; the CSR's has no effect.
absl::Status Evaluation::DecideSubject() {
  const SubjectTemplate* const written = subject_.rule->FindSubject(*decision_.profile);
  if (decision_.profile->subordinate_ca.has_value()) {
    FLEETCA_ASSIGN_OR_RETURN(decision_.subject, SubjectOfCa());
  } else if (written == nullptr) {
    decision_.subject = decision_.profile->profile.DecideSubject(decision_.names);
  } else {
    absl::StatusOr<x509::Subject> subject = written->Expand(captured_, subject_.path);
    if (!subject.ok()) {
      return InvalidArgument(
          Reason::kSubjectInvalid, GetField(subject.status()),
          absl::StrCat("The policy makes no subject for ", subject_.id, ": ",
                       subject.status().message(),
                       "; ask for another identity, or have the CA's operator change the subject "
                       "in the policy's rule \"",
                       subject_.rule->name, "\""));
    }
    decision_.subject = *std::move(subject);
  }
  if (explanation_ != nullptr) {
    Detail(decision_.subject.empty() ? "none"
                                     : x509::NameToText(x509::BuildName(decision_.subject)));
  }
  return absl::OkStatus();
}

absl::Status Evaluation::DecideLifetime() {
  const Profile& profile = decision_.profile->profile;
  decision_.max_lifetime = std::min(profile.max_lifetime(), subject_.rule->max_lifetime);
  FLEETCA_ASSIGN_OR_RETURN(decision_.lifetime, profile.DecideLifetime(request_.lifetime));
  if (decision_.lifetime > decision_.max_lifetime) {
    if (request_.lifetime.has_value()) {
      return InvalidArgument(
          Reason::kLifetimeInvalid, "lifetime",
          absl::StrCat("lifetime ", absl::FormatDuration(*request_.lifetime), " is longer than ",
                       subject_.id, " may have; ask for up to ",
                       absl::FormatDuration(decision_.max_lifetime)));
    }
    decision_.lifetime = decision_.max_lifetime;
  }
  Detail(absl::FormatDuration(decision_.lifetime), " of at most ",
         absl::FormatDuration(decision_.max_lifetime));
  return absl::OkStatus();
}

absl::Status Evaluation::FillGrants() {
  const Rule& rule = *subject_.rule;
  decision_.attributes.reserve(rule.attributes.size());
  for (const Rule::Attribute& attribute : rule.attributes) {
    std::string value = attribute.value.Expand(captured_);
    if (const absl::Status status = CheckAttributeValue(value); !status.ok()) {
      return Denied(absl::StrCat("The attribute \"", attribute.name, "\" of ", subject_.id, " ",
                                 status.message(),
                                 ", by a shorter identity or by changing the policy's rule"));
    }
    decision_.attributes.push_back({attribute.name, std::move(value)});
  }
  decision_.roles = rule.roles;
  decision_.audience = rule.audience;
  decision_.caller_rule = caller_.rule == nullptr ? absl::string_view() : caller_.rule->name;
  decision_.subject_rule = rule.name;
  decision_.policy_revision = policy_.revision();
  if (caller_.rule != nullptr && caller_.rule->budget.has_value()) {
    decision_.budget = &*caller_.rule->budget;
  }
  Detail(rule.roles.size(), " roles, ", rule.audience.size(), " audience, ", rule.attributes.size(),
         " attributes");
  return absl::OkStatus();
}

}  // namespace fleetca::service
