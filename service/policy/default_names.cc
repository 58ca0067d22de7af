#include "service/policy/default_names.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "service/policy/granted_name.h"

namespace fleetca::service {
namespace {

using x509::GeneralName;
using x509::NameType;

// Whether rule and profile grant the name and it is not the CA's, without a word on why not.
bool MayHave(const NamedSubject& subject, const Decision& decision, const GeneralName& name) {
  return CheckGranted(name, subject.identity, subject.rule, subject.captured).ok() &&
         decision.profile->profile.name_rules().CheckOne(name).ok() &&
         (subject.reserved.HasIdentity(subject.identity) || !subject.reserved.Covers(name));
}

bool HasRoom(const Decision& decision) {
  return decision.names.size() < decision.profile->profile.name_rules().max_names();
}

void Note(const GeneralName& name, absl::string_view detail, Explanation* explanation) {
  if (explanation != nullptr) {
    explanation->checks.push_back(
        {absl::StrCat("name ", x509::NameToString(name)), true, std::string(detail)});
  }
}

void KeepHeldNames(const NamedSubject& subject, absl::Span<const GeneralName> held,
                   Decision* decision, Explanation* explanation) {
  for (const GeneralName& name : held) {
    if (name.type == NameType::kUri) {
      continue;
    }
    const bool kept = HasRoom(*decision) && MayHave(subject, *decision, name);
    (kept ? decision->names : decision->left_out).push_back(name);
    Note(name,
         kept ? "kept from the certificate that asks"
              : "left out: the certificate that asks has it, and it is granted no more",
         explanation);
  }
}

void TakeNamesOfRule(const NamedSubject& subject, Decision* decision, Explanation* explanation) {
  for (const NameTemplate& exact : subject.rule.dns_names) {
    std::optional<std::string> text = exact.ExpandDnsName(subject.captured);
    if (!text.has_value() || !HasRoom(*decision)) {
      continue;
    }
    decision->own_texts.push_back(std::make_unique<const std::string>(*std::move(text)));
    const GeneralName name = {NameType::kDns, *decision->own_texts.back()};
    if (MayHave(subject, *decision, name) && !absl::c_linear_search(decision->names, name)) {
      decision->names.push_back(name);
      Note(name, "granted", explanation);
    }
  }
}

}  // namespace

absl::string_view TakeDefaultNames(const NamedSubject& subject, absl::Span<const GeneralName> held,
                                   Decision* decision, Explanation* explanation) {
  const size_t before = decision->names.size();
  KeepHeldNames(subject, held, decision, explanation);
  if (decision->names.size() > before) {
    return ", and those of the certificate that asks are kept";
  }
  TakeNamesOfRule(subject, decision, explanation);
  return decision->names.size() > before ? ", so the rule's dns_names are taken" : "";
}

}  // namespace fleetca::service
