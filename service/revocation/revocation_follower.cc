#include "service/revocation/revocation_follower.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

constexpr size_t kChangesAtOnce = 1000;
// The store's own time never goes back by more than this without an operator's word.
constexpr absl::Duration kForgetAfter = absl::Hours(24);

}  // namespace

absl::StatusOr<std::unique_ptr<RevocationFollower>> RevocationFollower::Start(
    const store::Store& store, KnownRevocations& known, Options options) {
  auto follower = absl::WrapUnique(new RevocationFollower(store, known, options));
  FLEETCA_ASSIGN_OR_RETURN(follower->work_, RepeatedWork::Start("revocations", options.interval,
                                                                [self = follower.get()] {
                                                                  self->Look();
                                                                  return false;
                                                                }));
  return follower;
}

// The snapshot that may be under way is broken off, and then the thread ends with its owner.
RevocationFollower::~RevocationFollower() { stopping_ = true; }

absl::Status RevocationFollower::CatchUp() {
  // Not while the snapshot is read, which may take seconds.
  FLEETCA_RETURN_IF_ERROR(known_.CheckComplete());
  absl::MutexLock lock(&reading_);
  return Follow();
}

void RevocationFollower::Look() {
  const absl::Status status = Step();
  if (!status.ok() && !std::exchange(said_, true)) {
    log::Error("The revocations cannot be read from the store, so no caller is believed",
               {{"error", status.message()}});
  } else if (status.ok() && std::exchange(said_, false)) {
    log::Info("The revocations are read from the store again");
  }
}

absl::Status RevocationFollower::Step() {
  {
    absl::MutexLock lock(&reading_);
    if (!position_.has_value()) {
      FLEETCA_RETURN_IF_ERROR(TakeSnapshot());
    } else if (known_.CheckComplete().ok() && store_.last_sequence() == *position_) {
      // Nothing is new, as nearly always.
    } else {
      FLEETCA_RETURN_IF_ERROR(Follow());
    }
  }
  ForgetExpired();
  return absl::OkStatus();
}

absl::Status RevocationFollower::TakeSnapshot() {
  const absl::Time began = SteadyTime();
  // What is written from here on may be in the snapshot, and is in the feed after this place.
  const uint64_t before = store_.last_sequence();
  uint64_t count = 0;
  const absl::Status read = store_
                                .ForEachRevocation({}, "",
                                                   [&](const store::Revocation& revocation) {
                                                     known_.Apply(revocation);
                                                     ++count;
                                                     return count % 1024 != 0 || !stopping_;
                                                   })
                                .status();
  FLEETCA_RETURN_IF_ERROR(read);
  FLEETCA_RETURN_IF_ERROR(ReadBlocks());
  if (stopping_) {
    return absl::OkStatus();  // the snapshot may have been broken off
  }
  position_ = before;
  FLEETCA_RETURN_IF_ERROR(Follow());
  log::Info("The revocations were read from the store",
            {{"revocations", count},
             {"sequence", known_.sequence()},
             {"milliseconds", absl::ToInt64Milliseconds(SteadyTime() - began)}});
  return absl::OkStatus();
}

absl::Status RevocationFollower::ReadBlocks() {
  std::vector<store::BlockTarget> blocks;
  for (const store::BlockKind kind :
       {store::BlockKind::kIdentity, store::BlockKind::kLineage, store::BlockKind::kKey}) {
    FLEETCA_RETURN_IF_ERROR(store_.ForEachBlock(kind, "", [&blocks](const store::Block& block) {
      blocks.push_back(block.target);
      return true;
    }));
  }
  known_.ReplaceBlocks(std::move(blocks));
  return absl::OkStatus();
}

absl::Status RevocationFollower::Follow() {
  while (position_.has_value()) {
    const absl::StatusOr<store::RevocationChanges> read =
        store_.ReadRevocationFeed(*position_, kChangesAtOnce);
    if (!read.ok()) {
      known_.SetIncomplete();
      return read.status();
    }
    if (read->dropped) {
      // The next step of the thread takes a new snapshot.
      known_.SetIncomplete();
      position_.reset();
      break;
    }
    for (const store::RevocationChange& change : read->changes) {
      known_.Apply(change);
    }
    if (read->changes.size() < kChangesAtOnce) {
      position_ = read->last_sequence;
      known_.SetComplete(*position_);
      return absl::OkStatus();
    }
    position_ = store::SequenceOf(read->changes.back());
  }
  return known_.CheckComplete();
}

void RevocationFollower::ForgetExpired() {
  const absl::Time now = SteadyTime();
  if (now < forgotten_at_ + options_.forget_interval) {
    return;
  }
  forgotten_at_ = now;
  const absl::Time expired_before = store_.latest_time() - kForgetAfter;
  if (expired_before > absl::UnixEpoch()) {
    known_.ForgetBelow(x509::SerialLowerBound(expired_before));
  }
}

}  // namespace fleetca::service
