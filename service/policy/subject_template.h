// The subject of certificates as the policy writes it, with captures: { common_name: "{name}" }.
#ifndef FLEETCA_SERVICE_POLICY_SUBJECT_TEMPLATE_H_
#define FLEETCA_SERVICE_POLICY_SUBJECT_TEMPLATE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/mistakes.h"
#include "service/policy/identity_pattern.h"
#include "service/policy/name_template.h"
#include "x509/subject.h"

namespace fleetca::service {

// As an operator writes it; see Subject in proto/fleetca/policy/v1/policy.proto.
struct SubjectOptions {
  std::string common_name;
  std::vector<std::string> organizations;
  std::vector<std::string> organizational_units;
  std::string country;

  friend bool operator==(const SubjectOptions&, const SubjectOptions&) = default;
};

// Immutable, thread-safe.
class SubjectTemplate {
 public:
  // What is wrong with a subject whatever the captures stand for: a "{" without its partner, a text
  // that is empty or not printable, one that is too long even where each capture stands for one
  // character, a country that is not two capital letters, a text that is written twice. Fields are
  // named from the subject ("common_name").
  [[nodiscard]] static Mistakes FindMistakes(const SubjectOptions& options);

  // The subject for the identities of the pattern. Adds the mistakes of FindMistakes below `field`,
  // and two that need the rule: a capture that the pattern does not have, and a text that is too
  // long because the last segment is literal. `{name}` is the pattern's capture of that name, else
  // the last segment. nullopt after adding at least one mistake.
  [[nodiscard]] static std::optional<SubjectTemplate> Compile(absl::string_view field,
                                                              const SubjectOptions& options,
                                                              const IdentityPattern& identity,
                                                              Mistakes* mistakes);

  // The subject of the identity with this path, whose captures stand for `texts`. INVALID_ARGUMENT
  // kSubjectInvalid, with the field "identity", when they make an attribute too long, or a country
  // of something that is none; the message begins with the attribute's name.
  absl::StatusOr<x509::Subject> Expand(const CapturedTexts& texts,
                                       absl::Span<const absl::string_view> path) const;

 private:
  SubjectTemplate() = default;

  // Of each attribute in the order of SubjectOptions.
  std::optional<NameTemplate> common_name_;
  std::vector<NameTemplate> organizations_;
  std::vector<NameTemplate> organizational_units_;
  std::optional<NameTemplate> country_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_SUBJECT_TEMPLATE_H_
