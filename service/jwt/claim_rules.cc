#include "service/jwt/claim_rules.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

absl::Status Mistake(absl::string_view parent, absl::string_view name, absl::string_view problem) {
  const std::string field = absl::StrCat(parent, ".", name);
  return InvalidArgument(Reason::kConfigInvalid, field, absl::StrCat(field, " ", problem));
}

// The names of `claim` from the root on; empty when it is malformed.
std::vector<std::string> ParseClaim(absl::string_view claim) {
  if (!absl::StartsWith(claim, "/")) {
    return claim.empty() ? std::vector<std::string>{}
                         : std::vector<std::string>{std::string(claim)};
  }
  std::vector<std::string> path;
  for (const absl::string_view token : absl::StrSplit(claim.substr(1), '/')) {
    const std::string rest = absl::StrReplaceAll(token, {{"~0", ""}, {"~1", ""}});
    if (token.empty() || absl::StrContains(rest, '~')) {
      return {};
    }
    // One pass, so that "~01" is "~1".
    path.push_back(absl::StrReplaceAll(token, {{"~0", "~"}, {"~1", "/"}}));
  }
  return path;
}

// The text of the claim; null when there is none or it is not a string.
const std::string* ClaimText(const JsonValue& claims, const std::vector<std::string>& path) {
  const JsonValue* value = &claims;
  for (const std::string& name : path) {
    value = value->Member(name);
    if (value == nullptr) {
      return nullptr;
    }
  }
  return value->AsString();
}

}  // namespace

ClaimRuleOptions KubernetesServiceAccountRule(absl::string_view issuer,
                                              absl::string_view identity) {
  return {std::string(issuer),
          {{"sub", "system:serviceaccount:{namespace}:{name}"}},
          std::string(identity)};
}

absl::StatusOr<std::vector<ClaimRules::Piece>> ClaimRules::ParseIdentity(
    absl::string_view trust_domain, absl::string_view field, absl::string_view text,
    const std::vector<std::string>& captures) {
  // Anything else would go on with the trust domain.
  if (!absl::StartsWith(text, "/")) {
    return Mistake(field, "identity", "is not a path; begin it with \"/\"");
  }
  std::vector<Piece> pieces = {{absl::StrCat("spiffe://", trust_domain), ""}};
  std::string example = pieces[0].literal;
  absl::string_view rest = text;
  while (!rest.empty()) {
    const size_t brace = std::min(rest.find_first_of("{}"), rest.size());
    Piece piece{std::string(rest.substr(0, brace)), ""};
    rest.remove_prefix(brace);
    if (!rest.empty()) {
      const size_t end = rest.find('}');
      if (rest.front() == '}' || end == rest.npos) {
        return Mistake(field, "identity",
                       "has a \"{\" or \"}\" without its partner; write \"{name}\"");
      }
      piece.capture = std::string(rest.substr(1, end - 1));
      rest.remove_prefix(end + 1);
      if (std::find(captures.begin(), captures.end(), piece.capture) == captures.end()) {
        return Mistake(field, "identity",
                       absl::StrCat("has \"{", absl::CHexEscape(piece.capture),
                                    "}\", which no match of this rule captures; correct it"));
      }
      if (!pieces.back().capture.empty() && !absl::StrContains(piece.literal, '/')) {
        return Mistake(field, "identity",
                       "has two captures in one segment, so two subjects could come to one "
                       "identity; put a \"/\" between them");
      }
    }
    absl::StrAppend(&example, piece.literal, piece.capture.empty() ? "" : "x");
    pieces.push_back(std::move(piece));
  }
  if (const char* problem = x509::SpiffeIdProblem(example)) {
    return Mistake(field, "identity", absl::StrCat("makes an ID that ", problem));
  }
  return pieces;
}

absl::StatusOr<ClaimRules::Rule> ClaimRules::ParseRule(absl::string_view trust_domain,
                                                       absl::string_view field,
                                                       const ClaimRuleOptions& options) {
  if (options.issuer.empty()) {
    return Mistake(field, "issuer", "is missing; say whose tokens the rule is for");
  }
  if (options.matches.empty()) {
    return Mistake(field, "matches",
                   "is empty, so every token of the issuer would be one identity; "
                   "match sub at least");
  }
  Rule rule{options.issuer, {}, {}};
  std::vector<std::string> captures;
  for (size_t i = 0; i < options.matches.size(); ++i) {
    const std::string match_field = absl::StrCat(field, ".matches[", i, "]");
    std::vector<std::string> path = ParseClaim(options.matches[i].claim);
    if (path.empty()) {
      return Mistake(match_field, "claim",
                     "is not a claim; write a name (\"sub\") or a JSON Pointer (\"/a/b\")");
    }
    absl::StatusOr<ClaimPattern> pattern = ClaimPattern::Parse(options.matches[i].pattern);
    if (!pattern.ok()) {
      return Mistake(match_field, "pattern", pattern.status().message());
    }
    for (std::string& name : pattern->captures()) {
      if (std::find(captures.begin(), captures.end(), name) != captures.end()) {
        return Mistake(match_field, "pattern",
                       absl::StrCat("captures {", name, "} again; give each its own name"));
      }
      captures.push_back(std::move(name));
    }
    rule.matches.push_back({std::move(path), *std::move(pattern)});
  }
  FLEETCA_ASSIGN_OR_RETURN(rule.identity,
                           ParseIdentity(trust_domain, field, options.identity, captures));
  return rule;
}

// Apart only when one claim cannot have a text for both: a token may have any other claims.
bool ClaimRules::Overlap(const Rule& a, const Rule& b) {
  if (a.issuer != b.issuer) {
    return false;
  }
  for (const Match& one : a.matches) {
    for (const Match& other : b.matches) {
      if (one.path == other.path && !one.pattern.Overlaps(other.pattern)) {
        return false;
      }
    }
  }
  return true;
}

absl::StatusOr<ClaimRules> ClaimRules::Create(absl::string_view trust_domain,
                                              const std::vector<ClaimRuleOptions>& rules) {
  std::vector<Rule> parsed;
  for (size_t i = 0; i < rules.size(); ++i) {
    const std::string field = absl::StrCat("rules[", i, "]");
    FLEETCA_ASSIGN_OR_RETURN(Rule rule, ParseRule(trust_domain, field, rules[i]));
    for (size_t earlier = 0; earlier < parsed.size(); ++earlier) {
      if (Overlap(parsed[earlier], rule)) {
        return Mistake(field, "matches",
                       absl::StrCat("can match a token that rules[", earlier,
                                    "] matches too; make them differ in the text of one claim"));
      }
    }
    parsed.push_back(std::move(rule));
  }
  return ClaimRules(trust_domain, std::move(parsed));
}

ClaimRules::ClaimRules(absl::string_view trust_domain, std::vector<Rule> rules)
    : server_identity_(x509::ServerIdentity(trust_domain)), rules_(std::move(rules)) {}

bool ClaimRules::Matches(const Rule& rule, const JwtClaims& claims, ClaimCaptures* captures) {
  if (rule.issuer != claims.issuer) {
    return false;
  }
  return std::all_of(rule.matches.begin(), rule.matches.end(), [&](const Match& match) {
    const std::string* text = ClaimText(claims.all, match.path);
    return text != nullptr && match.pattern.Matches(*text, captures);
  });
}

absl::StatusOr<std::string> ClaimRules::Identity(const JwtClaims& claims) const {
  for (const Rule& rule : rules_) {
    ClaimCaptures captures;
    if (!Matches(rule, claims, &captures)) {
      continue;
    }
    std::string identity;
    for (const Piece& piece : rule.identity) {
      absl::StrAppend(&identity, piece.literal,
                      piece.capture.empty() ? "" : captures[piece.capture]);
    }
    if (const char* problem = x509::SpiffeIdProblem(identity)) {
      return PermissionDenied(Reason::kCallerNotAllowed,
                              absl::StrCat("the identity of this token's bearer ", problem));
    }
    if (identity == server_identity_) {
      return PermissionDenied(
          Reason::kNameReserved,
          absl::StrCat("this token's claims come to ", identity,
                       ", the identity of the CA's server, which is for no token; the bearer needs "
                       "another name at its issuer"));
    }
    return identity;
  }
  return PermissionDenied(Reason::kCallerNotAllowed,
                          "no rule gives the bearer of this token an identity; ask the CA's "
                          "operator for a rule that matches its claims");
}

}  // namespace fleetca::service
