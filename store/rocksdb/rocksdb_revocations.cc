#include "store/rocksdb/rocksdb_revocations.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "store/records/block_record.h"
#include "store/records/crl_state_record.h"
#include "store/records/early_renewal_record.h"
#include "store/records/keys.h"
#include "store/records/revocation_keys.h"
#include "store/records/revocation_record.h"

namespace fleetca::store {
namespace {

constexpr size_t kDropsInAStep = 500;

void PutRevocation(const Database& database, const Revocation& revocation,
                   rocksdb::WriteBatch& batch) {
  rocksdb::ColumnFamilyHandle* const family = database.revocations();
  const std::string key = RevocationKey(revocation.serial);
  batch.Put(family, key, EncodeRevocation(key, revocation));
  if (revocation.crl_shard.has_value()) {
    const std::string shard_key = ShardKey(revocation);
    batch.Put(family, shard_key, EncodeRevocation(shard_key, revocation));
  }
  batch.Put(family, ChangeKey(revocation.sequence),
            EncodeRevocationChange(revocation.sequence, revocation.serial));
}

void PutBlock(const Database& database, const Block& block, rocksdb::WriteBatch& batch) {
  batch.Put(database.revocations(), BlockKey(block.target), EncodeBlock(block));
  batch.Put(database.revocations(), ChangeKey(block.sequence),
            EncodeBlockChange(block.sequence, block.target));
}

// As RevocationFacts, of each serial once and in order.
absl::Status LookUpSerials(const Database& database, const std::vector<absl::string_view>& serials,
                           RevocationFacts& facts) {
  std::vector<std::string> keys;
  std::vector<rocksdb::Slice> records;
  for (const absl::string_view serial : serials) {
    keys.push_back(RevocationKey(serial));
    records.push_back(AsSlice(serial));
  }
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(serials.size());
  std::vector<rocksdb::PinnableSlice> found_records(serials.size());
  std::vector<rocksdb::Status> statuses(serials.size());
  std::vector<rocksdb::Status> record_statuses(serials.size());
  const rocksdb::ReadOptions options;
  database.db().MultiGet(options, database.revocations(), slices.size(), slices.data(),
                         values.data(), statuses.data(), /*sorted_input=*/true);
  database.db().MultiGet(options, database.certificates(), records.size(), records.data(),
                         found_records.data(), record_statuses.data(), /*sorted_input=*/true);
  for (size_t i = 0; i < serials.size(); ++i) {
    for (const rocksdb::Status& status : {statuses[i], record_statuses[i]}) {
      if (!status.ok() && !status.IsNotFound()) {
        return ReadError(status);
      }
    }
    if (record_statuses[i].ok() && !database.cutoff().IsPast(serials[i])) {
      facts.recorded.insert(serials[i]);
    }
    if (statuses[i].ok()) {
      FLEETCA_ASSIGN_OR_RETURN(Revocation revocation, DecodeRevocation(keys[i], AsView(values[i])));
      facts.revocations.emplace(serials[i], std::move(revocation));
    }
  }
  return absl::OkStatus();
}

// Adds the entry of `id` under `key`, which `decode` reads, to `found`, if it is there.
template <typename Id, typename Entry>
absl::Status LookUpEntry(const Database& database, const Id& id, const std::string& key,
                         absl::StatusOr<Entry> (*decode)(absl::string_view, absl::string_view),
                         absl::btree_map<Id, Entry>& found) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.revocations(), key, &value);
  if (status.IsNotFound()) {
    return absl::OkStatus();
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  FLEETCA_ASSIGN_OR_RETURN(Entry entry, decode(key, AsView(value)));
  found.emplace(id, std::move(entry));
  return absl::OkStatus();
}

// Those in [lower, upper) go with `step`, until it is full; `drop` adds one.
absl::Status DropRange(const Database& database, const std::string& lower, const std::string& upper,
                       DropStep& step,
                       absl::FunctionRef<absl::Status(const rocksdb::Iterator&)> drop) {
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.iterate_upper_bound = &upper_slice;
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db().NewIterator(options, database.revocations()));
  for (it->Seek(lower); it->Valid() && step.dropped < kDropsInAStep; it->Next()) {
    FLEETCA_RETURN_IF_ERROR(drop(*it));
    ++step.dropped;
  }
  return it->status().ok() ? absl::OkStatus() : ReadError(it->status());
}

void Drop(const Database& database, const std::string& key, DropStep& step) {
  step.batch.Delete(database.revocations(), key);
}

absl::Status DropExpired(const Database& database, absl::Time expired_before, DropStep& step) {
  return DropRange(
      database, RevocationKey(""), RevocationKey(ExpiryLowerBound(expired_before)), step,
      [&](const rocksdb::Iterator& it) {
        FLEETCA_ASSIGN_OR_RETURN(const Revocation revocation,
                                 DecodeRevocation(AsView(it.key()), AsView(it.value())));
        Drop(database, it.key().ToString(), step);
        if (revocation.crl_shard.has_value()) {
          Drop(database, ShardKey(revocation), step);
        }
        Drop(database, ChangeKey(revocation.sequence), step);
        PutRevocation(database, revocation, step.back);
        step.feed.dropped_sequence = std::max(step.feed.dropped_sequence, revocation.sequence);
        --step.feed.revocations;
        return absl::OkStatus();
      });
}

absl::Status DropUnblocks(const Database& database, absl::Time before, DropStep& step) {
  return DropRange(database, UnblockLowerBound(), UnblockUpperBound(before), step,
                   [&](const rocksdb::Iterator& it) {
                     const uint64_t sequence = SequenceOfUnblockKey(AsView(it.key()));
                     const std::string change_key = ChangeKey(sequence);
                     std::string change;
                     const rocksdb::Status status = database.db().Get(
                         rocksdb::ReadOptions(), database.revocations(), change_key, &change);
                     if (status.ok()) {
                       step.back.Put(database.revocations(), change_key, change);
                     } else if (!status.IsNotFound()) {
                       return ReadError(status);
                     }
                     step.back.Put(database.revocations(), it.key(), rocksdb::Slice());
                     Drop(database, it.key().ToString(), step);
                     Drop(database, change_key, step);
                     step.feed.dropped_sequence = std::max(step.feed.dropped_sequence, sequence);
                     return absl::OkStatus();
                   });
}

}  // namespace

absl::StatusOr<FeedState> ReadFeedState(const Database& database,
                                        const rocksdb::ReadOptions& options) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database.db().Get(options, database.revocations(), kFeedStateKey, &value);
  if (status.IsNotFound()) {
    return FeedState();
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return DecodeFeedState(AsView(value));
}

void PutFeedState(const Database& database, const FeedState& state, rocksdb::WriteBatch& batch) {
  batch.Put(database.revocations(), kFeedStateKey, EncodeFeedState(state));
}

absl::StatusOr<RevocationFacts> LookUpRevocations(const Database& database, const Commit& commit,
                                                  const FeedState& feed) {
  RevocationFacts facts;
  facts.feed = feed;
  if (!commit.revocations.empty()) {
    std::vector<absl::string_view> serials;
    for (const Revocation& revocation : commit.revocations) {
      serials.emplace_back(revocation.serial);
    }
    std::sort(serials.begin(), serials.end());
    serials.erase(std::unique(serials.begin(), serials.end()), serials.end());
    FLEETCA_RETURN_IF_ERROR(LookUpSerials(database, serials, facts));
  }
  for (const Block& block : commit.blocks) {
    FLEETCA_RETURN_IF_ERROR(
        LookUpEntry(database, block.target, BlockKey(block.target), &DecodeBlock, facts.blocks));
  }
  for (const Unblock& unblock : commit.unblocks) {
    FLEETCA_RETURN_IF_ERROR(LookUpEntry(database, unblock.target, BlockKey(unblock.target),
                                        &DecodeBlock, facts.blocks));
  }
  for (const CrlState& state : commit.crl_states) {
    FLEETCA_RETURN_IF_ERROR(LookUpEntry(database, state.crl, CrlStateKey(state.crl),
                                        &DecodeCrlState, facts.crl_states));
  }
  std::vector<uint64_t> renewals(commit.ended_early_renewals.begin(),
                                 commit.ended_early_renewals.end());
  for (const EarlyRenewal& renewal : commit.early_renewals) {
    renewals.push_back(renewal.id);
  }
  for (const uint64_t id : renewals) {
    FLEETCA_RETURN_IF_ERROR(
        LookUpEntry(database, id, EarlyRenewalKey(id), &DecodeEarlyRenewal, facts.early_renewals));
  }
  return facts;
}

void PutRevocations(const Database& database, const RevocationPlan& plan,
                    rocksdb::WriteBatch& batch) {
  rocksdb::ColumnFamilyHandle* const family = database.revocations();
  for (const Changed<Revocation>& revocation : plan.revocations) {
    if (revocation.before.has_value()) {
      batch.Delete(family, ChangeKey(revocation.before->sequence));
    }
    PutRevocation(database, revocation.now, batch);
  }
  for (const Changed<Block>& block : plan.blocks) {
    if (block.before.has_value()) {
      batch.Delete(family, ChangeKey(block.before->sequence));
    }
    PutBlock(database, block.now, batch);
  }
  for (const Unblocked& unblock : plan.unblocks) {
    const uint64_t sequence = unblock.now.sequence;
    batch.Delete(family, BlockKey(unblock.now.target));
    batch.Delete(family, ChangeKey(unblock.before.sequence));
    batch.Put(family, ChangeKey(sequence), EncodeUnblock(unblock.now));
    batch.Put(family, UnblockKey(unblock.now.unblocked_at, sequence), rocksdb::Slice());
  }
  for (const Changed<CrlState>& state : plan.crl_states) {
    batch.Put(family, CrlStateKey(state.now.crl), EncodeCrlState(state.now));
  }
  for (const EarlyRenewal& renewal : plan.early_renewals) {
    batch.Put(family, EarlyRenewalKey(renewal.id), EncodeEarlyRenewal(renewal));
  }
  for (const EarlyRenewal& renewal : plan.ended_early_renewals) {
    batch.Delete(family, EarlyRenewalKey(renewal.id));
  }
  if (plan.ChangesFeed()) {
    PutFeedState(database, plan.feed.now, batch);
  }
}

void PutRevocationsBack(const Database& database, const RevocationPlan& plan,
                        rocksdb::WriteBatch& batch) {
  for (const Changed<Revocation>& revocation : plan.revocations) {
    if (revocation.before.has_value()) {
      PutRevocation(database, *revocation.before, batch);
    }
  }
  for (const Changed<Block>& block : plan.blocks) {
    if (block.before.has_value()) {
      PutBlock(database, *block.before, batch);
    }
  }
  for (const Unblocked& unblock : plan.unblocks) {
    PutBlock(database, unblock.before, batch);
  }
  for (const Changed<CrlState>& state : plan.crl_states) {
    if (state.before.has_value()) {
      batch.Put(database.revocations(), CrlStateKey(state.before->crl),
                EncodeCrlState(*state.before));
    }
  }
  for (const EarlyRenewal& renewal : plan.ended_early_renewals) {
    batch.Put(database.revocations(), EarlyRenewalKey(renewal.id), EncodeEarlyRenewal(renewal));
  }
  if (plan.ChangesFeed() && plan.feed.before.has_value()) {
    PutFeedState(database, *plan.feed.before, batch);
  }
}

absl::StatusOr<DropStep> MakeDropStep(const Database& database, absl::Time expired_before,
                                      const FeedState& feed) {
  DropStep step;
  step.feed = feed;
  FLEETCA_RETURN_IF_ERROR(DropExpired(database, expired_before, step));
  FLEETCA_RETURN_IF_ERROR(DropUnblocks(database, expired_before, step));
  PutFeedState(database, step.feed, step.batch);
  PutFeedState(database, feed, step.back);
  return step;
}

}  // namespace fleetca::store
