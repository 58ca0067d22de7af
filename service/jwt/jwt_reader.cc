#include "service/jwt/jwt_reader.h"

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<JwtReader>> JwtReader::Create(
    absl::string_view trust_domain, std::vector<JwtIssuer> issuers,
    const std::vector<ClaimRuleOptions>& rules) {
  FLEETCA_ASSIGN_OR_RETURN(ClaimRules parsed, ClaimRules::Create(trust_domain, rules));
  for (size_t i = 0; i < rules.size(); ++i) {
    if (std::none_of(issuers.begin(), issuers.end(), [&rules, i](const JwtIssuer& issuer) {
          return issuer.url == rules[i].issuer;
        })) {
      const std::string field = absl::StrCat("rules[", i, "].issuer");
      return InvalidArgument(Reason::kConfigInvalid, field,
                             absl::StrCat(field, " is none of the issuers; correct its URL"));
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<const JwtVerifier> verifier,
                           JwtVerifier::Create(std::move(issuers)));
  return std::unique_ptr<JwtReader>(new JwtReader(std::move(verifier), std::move(parsed)));
}

absl::StatusOr<JwtCaller> JwtReader::Authenticate(absl::string_view token, absl::Time now,
                                                  std::string* log_detail) const {
  log_detail->clear();
  FLEETCA_ASSIGN_OR_RETURN(const JwtClaims claims, verifier_->Verify(token, now, log_detail));
  absl::StatusOr<std::string> identity = rules_.Identity(claims);
  if (!identity.ok()) {
    *log_detail = absl::StrCat("the token of ", claims.issuer, " with the sub \"",
                               absl::CHexEscape(claims.subject),
                               "\" is right, but: ", identity.status().message());
    return identity.status();
  }
  JwtCaller caller{.spiffe_id = *std::move(identity), .certificates_end = claims.certificates_end};
  if (!claims.one_use_jwt_id.empty()) {
    // The issuer's URL has no zero octet, so that no two pairs run together.
    const std::array<char, 32> hash =
        Sha256(absl::StrCat(claims.issuer, absl::string_view("\0", 1), claims.one_use_jwt_id));
    caller.one_use = OneUseJwt{.id_hash = std::string(hash.begin(), hash.end()),
                               .expires_at = claims.refused_from,
                               .unused_before = claims.unused_before};
  }
  return caller;
}

}  // namespace fleetca::service
