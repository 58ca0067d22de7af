#include "service/config/claim_reach.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "service/policy/identity_pattern.h"
#include "service/policy/one_capture.h"
#include "service/policy/rule.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

// Stands for any text of a segment.
constexpr absl::string_view kAny = "x";

// Of an identity in the configuration that ClaimRules takes.
std::vector<OneCapture> ParseSegments(absl::string_view identity) {
  std::vector<OneCapture> segments;
  for (const absl::string_view text : SplitPath(identity)) {
    segments.push_back(OneCapture::Parse(text));
  }
  return segments;
}

// An identity that the segments can produce and the pattern matches; "" when there is none. Where
// the pattern leaves a choice the text is one that no other pattern writes out.
std::string Example(absl::Span<const OneCapture> segments, const IdentityPattern& pattern) {
  const std::vector<IdentityPattern::Segment>& wanted = pattern.segments();
  const bool has_rest = wanted.back().kind == IdentityPattern::Kind::kRest;
  if (has_rest ? segments.size() < wanted.size() : segments.size() != wanted.size()) {
    return "";
  }
  std::map<std::string, std::string> bound;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].kind != IdentityPattern::Kind::kLiteral) {
      continue;
    }
    if (!segments[i].HasCapture()) {
      if (segments[i].before != wanted[i].text) {
        return "";
      }
      continue;
    }
    const std::optional<absl::string_view> text = segments[i].CaptureFor(wanted[i].text);
    if (!text.has_value() || bound.try_emplace(segments[i].name, *text).first->second != *text) {
      return "";
    }
  }
  std::string path;
  for (const OneCapture& segment : segments) {
    const auto found = bound.find(segment.name);
    absl::StrAppend(&path, "/", segment.before,
                    !segment.HasCapture()  ? absl::string_view()
                    : found == bound.end() ? kAny
                                           : absl::string_view(found->second),
                    segment.after);
  }
  return path;
}

bool IsPowerful(const Rule& rule) { return !rule.rights.empty() || !rule.issue_for.empty(); }

// What is wrong with an identity of the configuration, as the end of a sentence; "" for nothing.
std::string ProblemOf(const std::string& identity, const Policy& policy) {
  const std::vector<OneCapture> segments = ParseSegments(identity);
  const bool has_capture = absl::StrContains(identity, "{");
  for (const std::string& own : policy.options().reserved.identities) {
    const absl::StatusOr<IdentityPattern> pattern = IdentityPattern::Parse(x509::SpiffePath(own));
    // Of the usual one a capture is taken: ClaimRules refuses the token that comes to it.
    const bool is_refused_later =
        has_capture && own == x509::ServerIdentity(policy.options().trust_domain);
    if (pattern.ok() && !is_refused_later && !Example(segments, *pattern).empty()) {
      return absl::StrCat("can come to ", x509::SpiffePath(own),
                          ", the identity of the CA's server, which is for no token; write it so "
                          "that it cannot");
    }
  }
  if (!has_capture) {
    return "";
  }
  for (const Rule& rule : policy.rules()) {
    if (!IsPowerful(rule)) {
      continue;
    }
    // Of what more specific rules take away nothing is said here.
    const std::string path = Example(segments, rule.identity);
    if (!path.empty() && policy.FindRule(SplitPath(path)) == &rule) {
      return absl::StrCat("can come to ", path, ", and the policy's rule \"", rule.name, "\"",
                          rule.line == 0 ? "" : absl::StrCat(" (line ", rule.line, ")"),
                          " gives it ", rule.rights.empty() ? "issue_for" : "rights",
                          ": the person who chooses the text of a claim could have them. Write "
                          "that identity out in a "
                          "rule of its own, or put what is captured below another path");
    }
  }
  return "";
}

}  // namespace

absl::Status CheckClaimReach(const ServerConfig& config, const Policy& policy) {
  std::vector<std::string> lines;
  std::string first_field;
  for (const TokenIssuerConfig& issuer : config.token_issuers) {
    for (const ClaimRuleOptions& rule : issuer.rules) {
      const std::string problem = ProblemOf(rule.identity, policy);
      if (!problem.empty()) {
        first_field = first_field.empty() ? rule.field : first_field;
        lines.push_back(absl::StrCat(rule.place, rule.place.empty() ? "" : ": ", rule.field, ": \"",
                                     rule.identity, "\" ", problem));
      }
    }
  }
  return lines.empty()
             ? absl::OkStatus()
             : InvalidArgument(Reason::kConfigInvalid, first_field, absl::StrJoin(lines, "\n"));
}

}  // namespace fleetca::service
