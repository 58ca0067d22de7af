// Regular expressions over DNS names; the only door to RE2.
#ifndef FLEETCA_SERVICE_POLICY_DNS_REGEX_H_
#define FLEETCA_SERVICE_POLICY_DNS_REGEX_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/policy/identity_pattern.h"
#include "service/policy/regex_ends.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace fleetca::service {

// Compiled once; matching is linear in the name whatever the pattern. Immutable, thread-safe.
class DnsRegex {
 public:
  // `captures` are those of the rule's identity. INVALID_ARGUMENT kConfigInvalid: RE2 refuses the
  // pattern, it is longer or costs more than a name is worth, or it names a group that is not one
  // of the captures or appears twice: such a group would match any text.
  static absl::StatusOr<DnsRegex> Parse(absl::string_view pattern,
                                        absl::Span<const std::string> captures);
  DnsRegex(DnsRegex&&) noexcept;
  DnsRegex& operator=(DnsRegex&&) noexcept;
  ~DnsRegex();

  // Whether the whole name matches, and each group that is named as a capture is matched just the
  // text that the capture stands for.
  bool Matches(absl::string_view name, const CapturedTexts& texts) const;

  // Whether the whole name matches for some texts of the captures; those that it needs are set in
  // `texts`, which has one for each capture.
  bool MatchesAny(absl::string_view name, std::vector<std::optional<std::string>>* texts) const;

  // What every name that matches begins and ends with.
  const RegexEnds& ends() const { return ends_; }

 private:
  struct Binding {
    size_t group;
    size_t capture;
  };

  DnsRegex(std::unique_ptr<const re2::RE2> regex, std::vector<Binding> bindings, RegexEnds ends);

  std::unique_ptr<const re2::RE2> regex_;
  std::vector<Binding> bindings_;
  RegexEnds ends_;
  size_t groups_ = 1;  // of which the first is the whole match
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_DNS_REGEX_H_
