#include "service/rpc/revocation_place.h"

#include <utility>

#include "base/status_macros.h"
#include "service/rpc/messages.h"
#include "service/rpc/revocation_messages.h"
#include "store/revocation_feed.h"

namespace fleetca::service {

RevocationPlace::RevocationPlace(const v1::WatchRevocationsRequest& request,
                                 const store::Store& store) {
  const v1::RevocationPosition& after = request.after();
  following_ = request.has_after() && after.store() == store.instance_id() &&
               after.sequence() <= store.last_sequence();
  if (following_) {
    position_ = after.sequence();
  } else {
    BeginSnapshot(store);
  }
}

void RevocationPlace::BeginSnapshot(const store::Store& store) {
  following_ = false;
  told_all_ = false;
  from_.clear();
  // What is written from here on may be in the snapshot, and is told after it in any case.
  position_ = store.last_sequence();
}

absl::StatusOr<v1::WatchRevocationsResponse> RevocationPlace::Next(const store::Store& store,
                                                                   size_t page, absl::Time now) {
  v1::WatchRevocationsResponse message;
  if (following_) {
    FLEETCA_ASSIGN_OR_RETURN(const store::RevocationChanges read,
                             store.ReadRevocationFeed(position_, page));
    if (!read.dropped) {
      for (const store::RevocationChange& change : read.changes) {
        if (const auto* revocation = std::get_if<store::Revocation>(&change)) {
          WriteRevoked(*revocation, message.add_revoked());
        }
      }
      const bool all = read.changes.size() < page;
      told_all_ = all;
      position_ = all ? read.last_sequence : store::SequenceOf(read.changes.back());
      message.mutable_position()->set_store(store.instance_id());
      message.mutable_position()->set_sequence(position_);
      if (all) {
        WriteTimestamp(now, message.mutable_time());
      }
      return message;
    }
    BeginSnapshot(store);
  }
  return NextOfSnapshot(store, page);
}

absl::StatusOr<v1::WatchRevocationsResponse> RevocationPlace::NextOfSnapshot(
    const store::Store& store, size_t page) {
  v1::WatchRevocationsResponse message;
  message.set_snapshot_begins(from_.empty());
  std::string next;
  const absl::StatusOr<uint64_t> read =
      store.ForEachRevocation({}, from_, [&](const store::Revocation& revocation) {
        if (static_cast<size_t>(message.revoked_size()) >= page) {
          next = revocation.serial;
          return false;
        }
        WriteRevoked(revocation, message.add_revoked());
        return true;
      });
  FLEETCA_RETURN_IF_ERROR(read.status());
  following_ = next.empty();
  from_ = std::move(next);
  return message;
}

}  // namespace fleetca::service
