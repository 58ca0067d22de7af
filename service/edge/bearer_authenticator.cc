#include "service/edge/bearer_authenticator.h"

#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "base/log.h"
#include "service/join_token.h"

namespace fleetca::service {
namespace {

constexpr char kHeader[] = "authorization";
constexpr absl::string_view kScheme = "Bearer ";
// Metadata as a whole is bounded by the port; this one is hashed.
constexpr size_t kMaxTokenBytes = 8192;

absl::Status NoToken() {
  return MakeError(
      absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown, "",
      "The call shows no token; send \"authorization: Bearer TOKEN\" with a join token "
      "or a JWT, once");
}

}  // namespace

absl::StatusOr<Caller> BearerAuthenticator::Authenticate(const grpc::ServerContextBase& context) {
  const auto [first, last] = context.client_metadata().equal_range(kHeader);
  // Of several, some other program might have looked at another one.
  if (first == last || std::next(first) != last) {
    return NoToken();
  }
  return AuthenticateHeader(absl::string_view(first->second.data(), first->second.size()));
}

absl::StatusOr<Caller> BearerAuthenticator::AuthenticateHeader(absl::string_view value) {
  if (!absl::StartsWithIgnoreCase(value, kScheme) || value.size() == kScheme.size()) {
    return NoToken();
  }
  const absl::string_view token = value.substr(kScheme.size());
  if (token.size() > kMaxTokenBytes) {
    return TokenRefused();
  }
  if (absl::StrContains(token, '.')) {
    return AuthenticateJwt(token);
  }
  return Caller{.attestation = x509::Attestation::kJoinToken,
                .join_token_hash = HashJoinToken(token)};
}

absl::StatusOr<Caller> BearerAuthenticator::AuthenticateJwt(absl::string_view token) {
  if (jwts_ == nullptr) {
    return TokenRefused();
  }
  const absl::Time now = clock_.Now();
  std::string why;
  absl::StatusOr<JwtHolder> holder = jwts_->Authenticate(token, now, &why);
  if (holder.ok()) {
    return Caller{.spiffe_id = std::move(holder->spiffe_id),
                  .attestation = x509::Attestation::kJwt,
                  .one_use_jwt = std::move(holder->one_use_jwt)};
  }
  uint64_t suppressed = 0;
  if (refusals_.Allow(now, &suppressed)) {
    log::Warning("A JWT was refused", {{"why", why.empty() ? holder.status().message() : why},
                                       {"lines_suppressed", suppressed}});
  }
  return absl::IsPermissionDenied(holder.status()) ? holder.status() : TokenRefused();
}

}  // namespace fleetca::service
