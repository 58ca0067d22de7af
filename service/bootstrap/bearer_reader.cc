#include "service/bootstrap/bearer_reader.h"

#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "base/bearer_token_limit.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/time_rounding.h"
#include "service/caller/bearer_token.h"

namespace fleetca::service {
namespace {

constexpr char kHeader[] = "authorization";
constexpr absl::string_view kScheme = "Bearer ";

absl::Status NoToken() {
  return Unauthenticated(
      Reason::kCallerUnknown,
      "The call shows no token; send \"authorization: Bearer TOKEN\" with a join token "
      "or a JWT, once");
}

}  // namespace

absl::StatusOr<internal::v1::Credential> BearerReader::Read(
    const grpc::ServerContextBase& context) {
  const auto [first, last] = context.client_metadata().equal_range(kHeader);
  // When there are several headers, another program might have read another one than this.
  if (first == last || std::next(first) != last) {
    return NoToken();
  }
  return ReadHeader(absl::string_view(first->second.data(), first->second.size()), context.peer());
}

absl::StatusOr<internal::v1::Credential> BearerReader::ReadHeader(absl::string_view value,
                                                                  absl::string_view peer) {
  if (!absl::StartsWithIgnoreCase(value, kScheme) || value.size() == kScheme.size()) {
    return NoToken();
  }
  const absl::string_view token = value.substr(kScheme.size());
  if (token.size() > kMaxBearerTokenBytes) {
    return Refuse("it is longer than 16 KiB", peer);
  }
  if (absl::StrContains(token, '.')) {
    return ReadJwt(token, peer);
  }
  internal::v1::Credential credential;
  credential.set_join_token_hash(HashJoinToken(token));
  return credential;
}

absl::StatusOr<internal::v1::Credential> BearerReader::ReadJwt(absl::string_view token,
                                                               absl::string_view peer) {
  if (jwts_ == nullptr) {
    return Refuse("it looks like a JWT, and no token_issuers are configured", peer);
  }
  const absl::Time now = clock_.Now();
  std::string why;
  absl::StatusOr<JwtCaller> bearer = jwts_->Authenticate(token, now, &why);
  if (bearer.ok()) {
    internal::v1::Credential credential;
    internal::v1::JwtIdentity& jwt = *credential.mutable_jwt();
    jwt.set_identity(std::move(bearer->spiffe_id));
    if (bearer->certificates_end < absl::InfiniteFuture()) {
      jwt.mutable_certificates_end()->set_seconds(absl::ToUnixSeconds(bearer->certificates_end));
    }
    if (bearer->one_use.has_value()) {
      internal::v1::OneUse& use = *jwt.mutable_one_use();
      use.set_id_hash(std::move(bearer->one_use->id_hash));
      // Rounded up: a use that is forgotten too early could be repeated.
      use.mutable_expires_at()->set_seconds(
          absl::ToUnixSeconds(CeilToSecond(bearer->one_use->expires_at)));
      // Rounded down: one that is from before a store was restored stays so.
      use.mutable_unused_before()->set_seconds(absl::ToUnixSeconds(bearer->one_use->unused_before));
    }
    return credential;
  }
  const absl::Status refused = Refuse(why.empty() ? bearer.status().message() : why, peer);
  return absl::IsPermissionDenied(bearer.status()) ? bearer.status() : refused;
}

absl::Status BearerReader::Refuse(absl::string_view why, absl::string_view peer) {
  uint64_t suppressed = 0;
  if (refusals_.Allow(clock_.Now(), &suppressed)) {
    log::Warning("A JWT was refused",
                 {{"why", why}, {"peer", peer}, {"lines_suppressed", suppressed}});
  }
  return TokenRefused();
}

}  // namespace fleetca::service
