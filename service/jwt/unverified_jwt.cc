#include "service/jwt/unverified_jwt.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/jwt/base64url.h"
#include "service/jwt/compact_jws.h"

namespace fleetca::service {
namespace {

absl::Status Refusal(absl::string_view why) { return Unauthenticated(Reason::kCallerUnknown, why); }

// The header's text called so; null when it is absent or no string.
const std::string* Text(const JsonValue& header, absl::string_view name) {
  const JsonValue* member = header.Member(name);
  return member == nullptr ? nullptr : member->AsString();
}

// Media types of JWTs, as RFC 7515 section 4.1.9 writes them: in any case, "application/" left out
// or not. Those of tokens for other uses (logout+jwt, dpop+jwt) are not among them.
bool IsTypeOfJwts(absl::string_view type) {
  constexpr absl::string_view kPrefix = "application/";
  if (absl::StartsWithIgnoreCase(type, kPrefix)) {
    type.remove_prefix(kPrefix.size());
  }
  return absl::EqualsIgnoreCase(type, "JWT") || absl::EqualsIgnoreCase(type, "at+jwt") ||
         absl::EqualsIgnoreCase(type, "JOSE");
}

absl::Status CheckType(const JsonValue& header) {
  if (header.Member("crit") != nullptr) {
    return Refusal("the header has crit, and no extension of JWS is known here");
  }
  if (header.Member("typ") == nullptr) {
    return absl::OkStatus();
  }
  const std::string* type = Text(header, "typ");
  if (type == nullptr || !IsTypeOfJwts(*type)) {
    return Refusal("the header's typ is none of \"JWT\", \"at+jwt\" and \"JOSE\"");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<UnverifiedJwt> ParseJwt(absl::string_view token) {
  FLEETCA_ASSIGN_OR_RETURN(const CompactJws jws, SplitCompactJws(token));
  FLEETCA_ASSIGN_OR_RETURN(const JsonValue header, ParseJwsObject(jws.header, "header"));
  FLEETCA_RETURN_IF_ERROR(CheckType(header));
  const std::string* name = Text(header, "alg");
  const std::optional<SigningAlgorithm> algorithm =
      name == nullptr ? std::nullopt : ParseSigningAlgorithm(*name);
  if (!algorithm && (name == nullptr || !IsOtherSignature(*name))) {
    return Refusal(absl::StrCat("the header's alg ",
                                name == nullptr ? "is missing" : absl::CHexEscape(*name),
                                " is not a signature algorithm that can be pinned"));
  }
  std::optional<std::string> key_id;
  if (header.Member("kid") != nullptr) {
    const std::string* kid = Text(header, "kid");
    if (kid == nullptr) {
      return Refusal("the header has a kid that is not a string");
    }
    key_id = *kid;
  }
  if (jws.signature.empty() || !DecodeBase64Url(jws.signature)) {
    return Refusal("the signature is missing or not canonical base64url without padding");
  }
  FLEETCA_ASSIGN_OR_RETURN(JsonValue claims, ParseJwsObject(jws.payload, "payload"));
  return UnverifiedJwt{algorithm, *name, std::move(key_id), std::move(claims)};
}

}  // namespace fleetca::service
