// JWTs that are good for one certificate: claimed before they are looked up, used up in the
// certificate's own write.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/issuance/issuer.h"
#include "service/issuance/issuer_item.h"
#include "service/join/join_token.h"

namespace fleetca::service {
namespace {

// How often old uses are dropped.
constexpr absl::Duration kDropInterval = absl::Minutes(10);

}  // namespace

// It is claimed until its use is recorded, so of any number of requests that show it, one after the
// other looks whether it was used. The request_id is claimed besides: another JWT of the same
// identity may come with the same one.
bool Issuer::AdmitOneUseJwt(Item& item, absl::Time now, std::vector<Issuance*>* waiters) {
  std::string claim = absl::StrCat("JWT ", item.issuance->caller.one_use_jwt->id_hash);
  if (!in_flight_.Claim(claim, item.issuance)) {
    return false;
  }
  item.status = ReadRequestId(item, item.caller);
  if (item.status.ok() && !item.request_key.empty()) {
    if (!in_flight_.Claim(item.request_key, item.issuance)) {
      in_flight_.Release(claim, waiters);
      return false;
    }
    item.claims.push_back(item.request_key);
  }
  std::string why;
  if (item.status.ok()) {
    item.status = RedeemOneUseJwt(item, now, &why);
  }
  if (!why.empty()) {
    LogRefusedJwt(item, why, now);
  }
  if (item.alive()) {
    item.claims.push_back(std::move(claim));
    return true;
  }
  // Let go at once: many that show a used one are refused in one go.
  in_flight_.Release(claim, waiters);
  for (const std::string& key : std::exchange(item.claims, {})) {
    in_flight_.Release(key, waiters);
  }
  return true;
}

absl::Status Issuer::RedeemOneUseJwt(Item& item, absl::Time now, std::string* log_detail) const {
  const OneUseJwt& jwt = *item.issuance->caller.one_use_jwt;
  // A clock that was set back brings none back.
  if (std::max(now, store_.latest_time()) >= jwt.expires_at) {
    *log_detail = "it expired while it waited, or the clock was set back";
    return TokenRefused();
  }
  const absl::StatusOr<store::JwtUse> use = store_.GetJwtUse(jwt.id_hash);
  if (!use.ok() && !absl::IsNotFound(use.status())) {
    return use.status();
  }
  if (!item.request_key.empty()) {
    // An answer that was lost is given again.
    const absl::Status replayed = Replay(item, now);
    if (item.done || (!replayed.ok() && !use.ok())) {
      return replayed;
    }
  }
  if (jwt.unused_before < store_.jwts_not_before() &&
      store_.jwts_not_before() > absl::UnixEpoch()) {
    *log_detail =
        "it was issued before the store was restored or its clock set back, and may have been used";
    return TokenRefused();
  }
  if (use.ok()) {
    *log_detail = "its jti was used before";
    return TokenRefused();
  }
  return absl::OkStatus();
}

void Issuer::LogRefusedJwt(const Item& item, absl::string_view why, absl::Time now) {
  uint64_t suppressed = 0;
  if (refused_tokens_limiter_.Allow(now, &suppressed)) {
    log::Warning("A JWT was refused",
                 {{"why", why}, {"identity", item.caller}, {"lines_suppressed", suppressed}});
  }
}

void Issuer::DropOldJwtUses(absl::Time now) {
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
