#include "store/rocksdb/rocksdb_restore.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "store/rocksdb/outside_head.h"
#include "store/rocksdb/rocksdb_folder.h"
#include "store/rocksdb/rocksdb_revocations.h"

namespace fleetca::store {
namespace {

constexpr size_t kRevocationsInAWrite = 1000;

// Of the tokens that are `wanted` and not revoked. How many.
absl::StatusOr<size_t> RevokeTokens(Store& store, absl::Time now, absl::string_view revoker,
                                    absl::FunctionRef<bool(const JoinToken&)> wanted) {
  const JoinTokenRevocation revocation = {FloorToSecond(now), std::string(revoker)};
  size_t revoked = 0;
  std::string from;
  for (bool more = true; more;) {
    more = false;
    std::vector<RevokedJoinToken> wanted_tokens;
    FLEETCA_RETURN_IF_ERROR(store.ForEachJoinToken(from, [&](const JoinTokenState& state) {
      if (wanted_tokens.size() >= kRevocationsInAWrite) {
        from = state.token.hash;
        more = true;
        return false;
      }
      if (!state.revocation.has_value() && wanted(state.token)) {
        wanted_tokens.push_back({state.token.hash, revocation});
      }
      return true;
    }));
    FLEETCA_RETURN_IF_ERROR(store.Write({.revoked_tokens = wanted_tokens}).status());
    revoked += wanted_tokens.size();
  }
  return revoked;
}

// A head that cannot be read does not keep its store from being restored.
HeadState FoundHead(const RocksDbOptions& options) {
  const absl::StatusOr<std::optional<HeadState>> head = OutsideHead::Read(options.head_file);
  return head.ok() && head->has_value() ? **head : HeadState();
}

// The history is to the second, as an iat is. Rounded down it would let a JWT in again that was
// issued and used within the second of the loss.
absl::Time JwtsNotBefore(absl::Time loss) { return CeilToSecond(loss); }

// Revocations may be lost, and so the numbers that readers of them have seen: they are told.
absl::Status RaiseFeed(uint64_t epoch, StoreFolder& folder) {
  RaiseAfterRestore(epoch, folder.feed);
  rocksdb::WriteBatch batch;
  PutFeedState(*folder.database, folder.feed, batch);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const rocksdb::Status status = folder.database->db().Write(synced, &batch);
  return status.ok() ? absl::OkStatus() : ReadError(status);
}

// A later time would be taken for the latest that is known by the next restore.
absl::Status LowerHead(const RocksDbOptions& options, absl::Time now) {
  if (options.head_file.empty()) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(std::optional<HeadState> head, OutsideHead::Read(options.head_file));
  if (!head.has_value() || head->noted_at <= now) {
    return absl::OkStatus();
  }
  head->noted_at = now;
  return OutsideHead::Write(options.head_file, *head);
}

}  // namespace

absl::StatusOr<RestoreSummary> AcceptLoss(const RocksDbOptions& options, absl::Time now) {
  const DatabaseOptions database_options{options, std::make_shared<StoreStats>()};
  RestoreSummary summary;
  FLEETCA_ASSIGN_OR_RETURN(StoreFolder folder,
                           OpenAnyStoreFolder(database_options, &summary.made_new));
  StoreHistory history = folder.history.value_or(StoreHistory());
  FLEETCA_ASSIGN_OR_RETURN(history.id, MakeStoreId());
  summary.last_write = absl::FromUnixMillis(folder.latest_mark);
  const HeadState found = FoundHead(options);
  now = std::max({now, found.noted_at, summary.last_write});
  history.epoch = std::max(history.epoch, found.epoch) + 1;
  history.jwts_not_before = std::max(history.jwts_not_before, JwtsNotBefore(now));
  summary.jwts_not_before = history.jwts_not_before;
  history.restored_at = JwtsNotBefore(now);
  FLEETCA_RETURN_IF_ERROR(WriteStoreHistory(database_options, *folder.database, history));
  FLEETCA_RETURN_IF_ERROR(RaiseFeed(history.epoch, folder));
  summary.epoch = history.epoch;
  const HeadState head = {.id = history.id,
                          .epoch = history.epoch,
                          .made = true,
                          .number = folder.database->db().GetLatestSequenceNumber(),
                          .noted_at = std::max(found.noted_at, summary.last_write)};
  {
    const std::unique_ptr<Store> store = MakeRocksDbStore(database_options, std::move(folder));
    FLEETCA_ASSIGN_OR_RETURN(
        summary.tokens_revoked,
        RevokeTokens(*store, now, "fleetca store restore", [](const JoinToken&) { return true; }));
  }
  // Last: until then the store is refused.
  FLEETCA_RETURN_IF_ERROR(OutsideHead::Write(options.head_file, head));
  return summary;
}

absl::StatusOr<ClockSummary> SetClock(const RocksDbOptions& options, absl::Time now) {
  const DatabaseOptions database_options{options, std::make_shared<StoreStats>()};
  FLEETCA_ASSIGN_OR_RETURN(StoreFolder folder, OpenStoreFolder(database_options));
  ClockSummary summary;
  summary.before = absl::FromUnixMillis(folder.latest_mark);
  const absl::Time known = std::max(summary.before, FoundHead(options).noted_at);
  // A server's store always has a history.
  if (folder.history.has_value() &&
      (folder.history->jwts_not_before > JwtsNotBefore(now) || known > now)) {
    folder.history->jwts_not_before = JwtsNotBefore(now);
    // What is issued from now on is of after the restore.
    folder.history->restored_at = std::min(folder.history->restored_at, JwtsNotBefore(now));
    summary.jwts_not_before = folder.history->jwts_not_before;
    // First: cut short, it must not leave a clock that is set and uses that are forgotten.
    FLEETCA_RETURN_IF_ERROR(WriteStoreHistory(database_options, *folder.database, *folder.history));
  }
  std::unique_ptr<Store> store = MakeRocksDbStore(database_options, std::move(folder));
  FLEETCA_ASSIGN_OR_RETURN(
      summary.tokens_revoked,
      RevokeTokens(*store, now, "fleetca store set-clock",
                   [now](const JoinToken& token) { return token.created_at > now; }));
  FLEETCA_RETURN_IF_ERROR(store->ResetLatestTime(now));
  store.reset();
  FLEETCA_RETURN_IF_ERROR(LowerHead(options, now));
  return summary;
}

}  // namespace fleetca::store
