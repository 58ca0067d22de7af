#include "service/rpc/relayed_caller.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/policy/one_capture.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

constexpr size_t kHashBytes = 32;
// Longer than any token issuer's tokens live.
constexpr absl::Duration kMaxRemembered = absl::Hours(24 * 366 * 10);

absl::Status NoSuchCredential(absl::string_view why) {
  return PermissionDenied(Reason::kCallerNotAllowed,
                          absl::StrCat("No token gives this credential: ", why));
}

bool IsSegment(absl::string_view text) {
  return !text.empty() && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

// `captured` has the text of each capture by its name: one name stands for one text.
bool MatchesSegment(absl::string_view rule, absl::string_view segment,
                    std::map<std::string, absl::string_view>* captured) {
  const OneCapture pattern = OneCapture::Parse(rule);
  if (!pattern.HasCapture()) {
    return rule == segment;
  }
  const std::optional<absl::string_view> text =
      IsSegment(segment) ? pattern.CaptureFor(segment) : std::nullopt;
  return text.has_value() &&
         captured->try_emplace(std::string(pattern.name), *text).first->second == *text;
}

absl::StatusOr<OneUseJwt> ReadOneUse(const internal::v1::OneUse& written, absl::Time now) {
  if (written.id_hash().size() != kHashBytes) {
    return NoSuchCredential("its id is not a SHA-256");
  }
  const absl::Time expires = absl::FromUnixSeconds(written.expires_at().seconds()) +
                             absl::Nanoseconds(written.expires_at().nanos());
  // The store remembers it until then.
  if (expires < now - absl::Hours(1) || expires > now + kMaxRemembered) {
    return NoSuchCredential("it does not expire in time");
  }
  OneUseJwt jwt{.id_hash = written.id_hash(), .expires_at = expires};
  if (written.has_unused_before()) {
    jwt.unused_before = absl::FromUnixSeconds(written.unused_before().seconds());
  }
  return jwt;
}

}  // namespace

bool MatchesIdentityPath(absl::string_view rule, absl::string_view path) {
  const std::vector<absl::string_view> rules = absl::StrSplit(rule, '/');
  const std::vector<absl::string_view> segments = absl::StrSplit(path, '/');
  std::map<std::string, absl::string_view> captured;
  return rules.size() == segments.size() &&
         std::equal(rules.begin(), rules.end(), segments.begin(),
                    [&captured](absl::string_view of_rule, absl::string_view segment) {
                      return MatchesSegment(of_rule, segment, &captured);
                    });
}

RelayedCallers::RelayedCallers(absl::string_view trust_domain,
                               const std::vector<TokenIssuerConfig>& issuers, const Clock& clock)
    : prefix_(absl::StrCat("spiffe://", trust_domain)),
      server_identity_(x509::ServerIdentity(trust_domain)),
      clock_(clock) {
  for (const TokenIssuerConfig& issuer : issuers) {
    for (const ClaimRuleOptions& rule : issuer.rules) {
      reaches_.push_back({rule.identity, issuer.one_use, issuer.certificates_end_with_token});
    }
  }
}

absl::StatusOr<Caller> RelayedCallers::CallerOf(const internal::v1::Credential& credential) const {
  if (credential.kind_case() == internal::v1::Credential::kJoinTokenHash) {
    if (credential.join_token_hash().size() != kHashBytes) {
      return NoSuchCredential("it is not a SHA-256");
    }
    return JoinTokenCaller{.hash = credential.join_token_hash()};
  }
  if (credential.kind_case() != internal::v1::Credential::kJwt) {
    return NoSuchCredential("it is of no kind");
  }
  const internal::v1::JwtIdentity& jwt = credential.jwt();
  // The process refuses such a token (ClaimRules), but it is the process that is not believed.
  if (jwt.identity() == server_identity_) {
    return NoSuchCredential("the identity of the CA's server is for no token");
  }
  absl::string_view path = jwt.identity();
  const bool one_use = jwt.has_one_use();
  const bool ends_with_token = jwt.has_certificates_end();
  if (!absl::ConsumePrefix(&path, prefix_) ||
      std::none_of(reaches_.begin(), reaches_.end(), [&](const Reach& reach) {
        return reach.one_use == one_use && reach.certificates_end_with_token == ends_with_token &&
               MatchesIdentityPath(reach.identity, path);
      })) {
    return NoSuchCredential("no claim rule of the token issuers gives this identity");
  }
  JwtCaller caller{.spiffe_id = jwt.identity()};
  if (ends_with_token) {
    caller.certificates_end = absl::FromUnixSeconds(jwt.certificates_end().seconds());
  }
  if (one_use) {
    FLEETCA_ASSIGN_OR_RETURN(caller.one_use, ReadOneUse(jwt.one_use(), clock_.Now()));
  }
  return caller;
}

}  // namespace fleetca::service
