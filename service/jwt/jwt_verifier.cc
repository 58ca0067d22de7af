#include "service/jwt/jwt_verifier.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "service/jwt/unverified_jwt.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kMaxClockSkew = absl::Minutes(5);
// Sizes beyond any issuer's, so that what we keep and log of a token stays small.
constexpr size_t kMaxSubject = 1024;
constexpr double kMaxNumericDate = 253402300799;  // the end of the year 9999

absl::Status Refusal(absl::string_view why) { return Unauthenticated(Reason::kCallerUnknown, why); }

template <typename T>
bool Contains(const std::vector<T>& list, const T& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

// The end of a reason: an element that the header may mean and that was left out of the set. Empty
// when there is none.
std::string LeftOutToo(const LeftOutJwk* left_out) {
  return left_out == nullptr
             ? std::string()
             : absl::StrCat("; of the issuer's JWK set, this was left out: ", left_out->ToText());
}

absl::Status CheckByNamedKey(const JwtIssuer& issuer, const JwkSet& keys, absl::string_view key_id,
                             SigningAlgorithm algorithm, absl::string_view token) {
  const std::vector<Jwk>* named = keys.Find(key_id);
  if (named == nullptr) {
    issuer.keys->OnUnknownKey();
    // The issuer may have mended the one that was left out, so the keys are asked for all the same.
    const LeftOutJwk* left_out = keys.FindLeftOut(key_id);
    return Refusal(absl::StrCat(
        "the issuer ", issuer.url, " has no key \"", absl::CHexEscape(key_id), "\" that ",
        left_out == nullptr ? "is known yet" : "can be used", LeftOutToo(left_out)));
  }
  bool any_fits = false;
  for (const Jwk& jwk : *named) {
    const bool fits = jwk.IsFor(algorithm);
    any_fits = any_fits || fits;
    if (fits && jwk.key->Verifies(token, algorithm)) {
      return absl::OkStatus();
    }
  }
  return Refusal(any_fits ? "the signature is wrong"
                          : absl::StrCat("the key \"", absl::CHexEscape(key_id), "\" is not for ",
                                         SigningAlgorithmName(algorithm),
                                         LeftOutToo(keys.FindLeftOut(key_id))));
}

// The header may leave `kid` out (RFC 7515 section 4.1.4). Where one key fits, it is the one that
// is meant; keys are not tried in turn.
absl::Status CheckByOnlyKey(const JwtIssuer& issuer, const JwkSet& keys, SigningAlgorithm algorithm,
                            absl::string_view token) {
  const std::vector<const Jwk*> fitting = keys.FindFor(algorithm);
  if (fitting.size() == 1) {
    return fitting.front()->key->Verifies(token, algorithm) ? absl::OkStatus()
                                                            : Refusal("the signature is wrong");
  }
  if (fitting.empty()) {
    issuer.keys->OnUnknownKey();
    return Refusal(absl::StrCat(
        "the header names no key by kid, and the issuer ", issuer.url, " has 0 keys for ",
        SigningAlgorithmName(algorithm), " that can be used",
        LeftOutToo(keys.left_out().empty() ? nullptr : &keys.left_out().front()),
        keys.left_out_count() > 1 ? absl::StrCat("; and ", keys.left_out_count() - 1, " more")
                                  : ""));
  }
  return Refusal(absl::StrCat("the header names no key by kid, and the issuer ", issuer.url,
                              " has ", fitting.size(), " keys for ",
                              SigningAlgorithmName(algorithm), ", not one; have it write kid"));
}

absl::Status CheckSignature(const JwtIssuer& issuer, const UnverifiedJwt& jwt,
                            absl::string_view token) {
  const std::shared_ptr<const JwkSet> keys = issuer.keys->Keys();
  if (!jwt.algorithm || !Contains(issuer.algorithms, *jwt.algorithm)) {
    return Refusal(absl::StrCat(
        "the header's alg ", jwt.algorithm_name, " is not ",
        jwt.algorithm ? absl::StrCat("pinned for ", issuer.url)
                      : "a signature algorithm that can be pinned",
        LeftOutToo(jwt.key_id.has_value() ? keys->FindLeftOut(*jwt.key_id) : nullptr)));
  }
  return jwt.key_id.has_value() ? CheckByNamedKey(issuer, *keys, *jwt.key_id, *jwt.algorithm, token)
                                : CheckByOnlyKey(issuer, *keys, *jwt.algorithm, token);
}

absl::Status CheckAudience(const JsonValue& claims, const std::vector<std::string>& ours) {
  const JsonValue* audience = claims.Member("aud");
  if (audience == nullptr) {
    return Refusal("aud is missing");
  }
  if (const std::string* one = audience->AsString()) {
    return Contains(ours, *one) ? absl::OkStatus() : Refusal("aud is another audience");
  }
  bool found = false;
  const JsonValue::Array none;
  const JsonValue::Array* list = audience->AsArray();
  for (const JsonValue& element : list == nullptr ? none : *list) {
    if (element.AsString() == nullptr) {
      return Refusal("aud has an element that is not a string");
    }
    found = found || Contains(ours, *element.AsString());
  }
  return found ? absl::OkStatus() : Refusal("aud has none of our audiences");
}

// NumericDate (RFC 7519 section 2), fractions allowed; nullopt when it is absent.
absl::StatusOr<std::optional<absl::Time>> Date(const JsonValue& claims, absl::string_view name) {
  const JsonValue* member = claims.Member(name);
  if (member == nullptr) {
    return std::nullopt;
  }
  const double* seconds = member->AsNumber();
  if (seconds == nullptr || !(*seconds >= 0 && *seconds <= kMaxNumericDate)) {
    return Refusal(absl::StrCat(name, " is not a number of seconds since 1970"));
  }
  return absl::UnixEpoch() + absl::Seconds(*seconds);
}

// The claim `exp`.
absl::StatusOr<absl::Time> CheckDates(const JsonValue& claims, absl::Duration skew,
                                      absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<absl::Time> expires, Date(claims, "exp"));
  if (!expires) {
    return Refusal("exp is missing");
  }
  if (now >= *expires + skew) {
    return Refusal(absl::StrCat("it expired at ", TimeToWords(*expires)));
  }
  for (const absl::string_view name : {"nbf", "iat"}) {
    FLEETCA_ASSIGN_OR_RETURN(const std::optional<absl::Time> start, Date(claims, name));
    if (start && now < *start - skew) {
      return Refusal(absl::StrCat(name, " is ahead: ", TimeToWords(*start)));
    }
  }
  return *expires;
}

// JwtClaims::unused_before.
absl::StatusOr<absl::Time> UnusedBefore(const JwtIssuer& issuer, const JsonValue& claims,
                                        absl::Time expires, absl::Time now) {
  for (const absl::string_view name : {"iat", "nbf"}) {
    FLEETCA_ASSIGN_OR_RETURN(const std::optional<absl::Time> date, Date(claims, name));
    if (date) {
      return *date - issuer.clock_skew;
    }
  }
  if (!issuer.one_use) {
    return absl::InfinitePast();
  }
  if (expires > now + kLongestUndated) {
    return Refusal(
        "it has neither iat nor nbf and does not expire within 24 hours, and tokens of this issuer "
        "are good for one use; have the issuer write iat");
  }
  return expires - kLongestUndated;
}

// The claim `jti` of a token that is good for one certificate; empty for another token.
absl::StatusOr<std::string> OneUseJwtId(const JwtIssuer& issuer, const JsonValue& claims) {
  if (!issuer.one_use) {
    return std::string();
  }
  const JsonValue* jwt_id = claims.Member("jti");
  if (jwt_id == nullptr || jwt_id->AsString() == nullptr || jwt_id->AsString()->empty()) {
    return Refusal("jti is missing, and tokens of this issuer are good for one use");
  }
  return *jwt_id->AsString();
}

}  // namespace

Mistakes JwtVerifier::FindMistakes(const JwtIssuer& issuer) {
  Mistakes mistakes;
  if (!absl::StartsWith(issuer.url, "https://")) {
    mistakes.Add("url", "does not begin with https://; write the issuer as its tokens do");
  }
  if (issuer.audiences.empty() || Contains(issuer.audiences, std::string())) {
    mistakes.Add("audiences", "is empty or has an empty one; say what `aud` names this CA");
  }
  if (issuer.algorithms.empty()) {
    mistakes.Add("algorithms", "is empty; pin what the issuer signs with, such as RS256");
  }
  if (issuer.clock_skew < absl::ZeroDuration() || issuer.clock_skew > kMaxClockSkew) {
    mistakes.Add("clock_skew", "is not from 0 to 5 minutes");
  }
  if (issuer.keys == nullptr) {
    mistakes.Add("keys", "is missing; name a file or an https URL of the issuer's JWK set");
  }
  return mistakes;
}

absl::StatusOr<std::unique_ptr<const JwtVerifier>> JwtVerifier::Create(
    std::vector<JwtIssuer> issuers) {
  std::set<std::string> urls;
  for (size_t i = 0; i < issuers.size(); ++i) {
    const std::string field = absl::StrCat("issuers[", i, "]");
    for (const absl::Status& mistake : FindMistakes(issuers[i])) {
      const std::string at = absl::StrCat(field, ".", GetField(mistake));
      return InvalidArgument(Reason::kConfigInvalid, at, absl::StrCat(at, " ", mistake.message()));
    }
    if (!urls.insert(issuers[i].url).second) {
      return InvalidArgument(Reason::kConfigInvalid, absl::StrCat(field, ".url"),
                             absl::StrCat(field, ".url appears twice; give an issuer one entry"));
    }
  }
  return std::unique_ptr<const JwtVerifier>(new JwtVerifier(std::move(issuers)));
}

JwtVerifier::JwtVerifier(std::vector<JwtIssuer> issuers) : issuers_(std::move(issuers)) {}

absl::StatusOr<JwtClaims> JwtVerifier::Verify(absl::string_view token, absl::Time now,
                                              std::string* log_detail) const {
  absl::StatusOr<JwtClaims> claims = VerifyWithReason(token, now);
  if (!claims.ok()) {
    *log_detail = std::string(claims.status().message());
    return Refusal(
        "the token is not accepted; ask its issuer for a new one, with this CA as its audience, or "
        "have the CA's operator look up why in the CA's log");
  }
  return claims;
}

absl::StatusOr<const JwtIssuer*> JwtVerifier::FindIssuer(const JsonValue& claims) const {
  const JsonValue* name = claims.Member("iss");
  if (name == nullptr || name->AsString() == nullptr) {
    return Refusal("iss is missing or no string");
  }
  for (const JwtIssuer& issuer : issuers_) {
    if (issuer.url == *name->AsString()) {
      return &issuer;
    }
  }
  return Refusal(
      absl::StrCat("the issuer \"", absl::CHexEscape(*name->AsString()), "\" is not configured"));
}

absl::StatusOr<JwtClaims> JwtVerifier::VerifyWithReason(absl::string_view token,
                                                        absl::Time now) const {
  FLEETCA_ASSIGN_OR_RETURN(UnverifiedJwt jwt, ParseJwt(token));
  FLEETCA_ASSIGN_OR_RETURN(const JwtIssuer* issuer, FindIssuer(jwt.claims));
  FLEETCA_RETURN_IF_ERROR(CheckSignature(*issuer, jwt, token));
  FLEETCA_RETURN_IF_ERROR(CheckAudience(jwt.claims, issuer->audiences));
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time expires,
                           CheckDates(jwt.claims, issuer->clock_skew, now));
  const JsonValue* subject = jwt.claims.Member("sub");
  if (subject == nullptr || subject->AsString() == nullptr || subject->AsString()->empty() ||
      subject->AsString()->size() > kMaxSubject) {
    return Refusal("sub is missing, empty, no string or over 1024 octets");
  }
  FLEETCA_ASSIGN_OR_RETURN(std::string one_use_jwt_id, OneUseJwtId(*issuer, jwt.claims));
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time unused_before,
                           UnusedBefore(*issuer, jwt.claims, expires, now));
  std::string subject_text = *subject->AsString();
  return JwtClaims{
      issuer->url,
      std::move(subject_text),
      expires,
      expires + issuer->clock_skew,
      unused_before,
      issuer->certificates_end_with_token ? FloorToSecond(expires) : absl::InfiniteFuture(),
      std::move(one_use_jwt_id),
      std::move(jwt.claims)};
}

}  // namespace fleetca::service
