#include "service/join/join_token.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kIdBytes = 8;

}  // namespace

absl::StatusOr<SecretBytes> MakeJoinToken() {
  std::string random(kTokenBytes, '\0');
  if (RAND_priv_bytes(AsUnsigned(random.data()), kTokenBytes) != 1) {
    return OpenSslError(Reason::kInternal, "The random number generator gives no join token");
  }
  std::string text = absl::WebSafeBase64Escape(random);
  std::string token = absl::StrCat(kJoinTokenPrefix, text);
  SecretBytes secret(token);
  WipeString(random);
  WipeString(text);
  WipeString(token);
  return secret;
}

std::string JoinTokenId(absl::string_view hash) {
  return absl::BytesToHexString(hash.substr(0, kIdBytes));
}

absl::string_view WhyUnusable(const store::JoinTokenState& state, absl::Time now) {
  if (state.revocation.has_value()) {
    return "revoked";
  }
  if (now >= state.token.expires_at) {
    return "expired";
  }
  return state.uses >= state.token.uses ? "used up" : "";
}

}  // namespace fleetca::service
