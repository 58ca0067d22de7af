// Join tokens and one-use JWTs: what they are good for, and why they are refused.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/issuance/admission.h"
#include "service/issuance/request_key.h"
#include "service/join/join_token.h"

namespace fleetca::service {
namespace {

// How often old uses of JWTs are dropped.
constexpr absl::Duration kDropInterval = absl::Minutes(10);

}  // namespace

absl::Status Admission::RedeemJoinToken(IssuanceItem& item, const JoinTokenCaller& caller,
                                        absl::Time now) {
  const IssueRequest& request = item.issuance->request;
  absl::StatusOr<store::JoinTokenState> state = store_.GetJoinToken(caller.hash);
  if (absl::IsNotFound(state.status())) {
    return RefuseJoinToken(item, "unknown", now);
  }
  FLEETCA_RETURN_IF_ERROR(state.status());
  item.join_token = *std::move(state);
  const store::JoinToken& token = item.join_token->token;
  if (!request.profile.empty() && request.profile != token.profile) {
    return RefuseJoinToken(item, "for another profile", now);
  }
  item.caller = token.identity;
  item.profile = token.profile;
  // A clock that was set back brings no join token back.
  const absl::string_view unusable =
      WhyUnusable(*item.join_token, std::max(now, store_.latest_time()));
  FLEETCA_RETURN_IF_ERROR(ReadRequestId(request, absl::StrCat("join token ", caller.hash),
                                        item.profile, item.renewed, &item.request_key,
                                        &item.request_digest));
  // An answer that was lost is given again, whatever became of the join token since. A request_id
  // that was used for another request is no reason to say more about this join token than about
  // others.
  const absl::Status replayed = Replay(item, now);
  if (item.done || (!replayed.ok() && unusable.empty())) {
    return replayed;
  }
  return unusable.empty() ? absl::OkStatus() : RefuseJoinToken(item, unusable, now);
}

absl::Status Admission::RefuseSpent(const IssuanceItem& item, absl::Time now) {
  constexpr absl::string_view kWhy = "another certificate was issued by it at the same time";
  return item.join_token.has_value() ? RefuseJoinToken(item, kWhy, now)
                                     : RefuseJwt(item, kWhy, now);
}

absl::Status Admission::RefuseJoinToken(const IssuanceItem& item, absl::string_view why,
                                        absl::Time now) {
  uint64_t suppressed = 0;
  if (refused_tokens_limiter_.Allow(now, &suppressed)) {
    const auto& caller = std::get<JoinTokenCaller>(*item.issuance->caller);
    log::Warning("A join token was refused",
                 {{"token", JoinTokenId(caller.hash)},
                  {"why", why},
                  {"identity", item.join_token.has_value() ? item.join_token->token.identity : ""},
                  {"lines_suppressed", suppressed}});
  }
  return TokenRefused();
}

absl::Status Admission::RedeemJwt(IssuanceItem& item, const OneUseJwt& jwt, absl::Time now) {
  // A clock that was set back brings no JWT back.
  if (std::max(now, store_.latest_time()) >= jwt.expires_at) {
    return RefuseJwt(item, "it expired while it waited, or the clock was set back", now);
  }
  const absl::StatusOr<store::JwtUse> use = store_.GetJwtUse(jwt.id_hash);
  if (!use.ok() && !absl::IsNotFound(use.status())) {
    return use.status();
  }
  // An answer that was lost is given again.
  const absl::Status replayed = Replay(item, now);
  if (item.done || (!replayed.ok() && !use.ok())) {
    return replayed;
  }
  if (jwt.unused_before < store_.jwts_not_before() &&
      store_.jwts_not_before() > absl::UnixEpoch()) {
    return RefuseJwt(
        item,
        "it was issued before the store was restored or its clock set back, and may have been used",
        now);
  }
  return use.ok() ? RefuseJwt(item, "its jti was used before", now) : absl::OkStatus();
}

absl::Status Admission::RefuseJwt(const IssuanceItem& item, absl::string_view why, absl::Time now) {
  const Caller& caller = *item.issuance->caller;
  const bool is_proof = ShowsProof(caller);
  uint64_t suppressed = 0;
  if (refused_tokens_limiter_.Allow(now, &suppressed)) {
    log::Warning(is_proof ? "A renewal proof was refused" : "A JWT was refused",
                 {{"why", why},
                  {"identity", item.caller},
                  {"peer", AddressOf(caller)},
                  {"lines_suppressed", suppressed}});
  }
  // Its holder has the key, and may know.
  return is_proof ? Unauthenticated(
                        Reason::kRenewalProofInvalid,
                        absl::StrCat("The renewal proof is refused: ", why,
                                     ". Make a new one of the certificate and its key for each "
                                     "call, and repeat a call with the same request_id"))
                  : TokenRefused();
}

void Admission::DropOldJwtUses(absl::Time now) {
  const int64_t seconds = absl::ToUnixSeconds(now);
  int64_t due = next_drop_of_jwt_uses_.load(std::memory_order_relaxed);
  // One thread of those that see it due does it.
  if (seconds < due || !next_drop_of_jwt_uses_.compare_exchange_strong(
                           due, seconds + absl::ToInt64Seconds(kDropInterval))) {
    return;
  }
  // Only what the store's own time is past: such a JWT is refused for that from then on, also when
  // the clock turns out to have been ahead. Where an operator sets the store's time back,
  // store::SetClock refuses all one-use JWTs from before, as the uses do not come back.
  const absl::StatusOr<size_t> dropped = store_.DropJwtUses(std::min(now, store_.latest_time()));
  if (!dropped.ok()) {
    log::Warning("Uses of JWTs that have expired stay", {{"error", dropped.status().message()}});
  } else if (*dropped > 0) {
    log::Info("Uses of JWTs that have expired were dropped", {{"uses", *dropped}});
  }
}

}  // namespace fleetca::service
