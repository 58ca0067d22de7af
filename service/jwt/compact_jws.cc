#include "service/jwt/compact_jws.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/bearer_token_limit.h"
#include "base/errors.h"
#include "service/jwt/base64url.h"

namespace fleetca::service {
namespace {

absl::Status Refusal(absl::string_view why) { return Unauthenticated(Reason::kCallerUnknown, why); }

}  // namespace

absl::StatusOr<CompactJws> SplitCompactJws(absl::string_view text) {
  if (text.size() > kMaxBearerTokenBytes) {
    return Refusal(absl::StrCat("the token has ", text.size(), " octets; 16 KiB are allowed"));
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() != 3) {
    return Refusal(absl::StrCat("the token has ", parts.size(), " parts; a signed JWT has 3"));
  }
  return CompactJws{.signing_input = text.substr(0, parts[0].size() + 1 + parts[1].size()),
                    .header = parts[0],
                    .payload = parts[1],
                    .signature = parts[2]};
}

absl::StatusOr<JsonValue> ParseJwsObject(absl::string_view part, absl::string_view name) {
  const std::optional<std::string> text = DecodeBase64Url(part);
  if (!text) {
    return Refusal(absl::StrCat("the ", name, " is not canonical base64url without padding"));
  }
  absl::StatusOr<JsonValue> json = ParseJson(*text);
  if (!json.ok()) {
    return Refusal(absl::StrCat("the ", name, ": ", json.status().message()));
  }
  if (json->AsObject() == nullptr) {
    return Refusal(absl::StrCat("the ", name, " is not a JSON object"));
  }
  return json;
}

}  // namespace fleetca::service
