// Keeps what this process knows of revocations as it is in the store.
#ifndef FLEETCA_SERVICE_REVOCATION_REVOCATION_FOLLOWER_H_
#define FLEETCA_SERVICE_REVOCATION_REVOCATION_FOLLOWER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/repeated_work.h"
#include "service/revocation/known_revocations.h"
#include "store/store.h"

namespace fleetca::service {

// Takes a snapshot of the store's revocations and blocks, on a thread of its own, and follows the
// store's feed from then on. While the store cannot be read, what is known counts as incomplete, as
// something may have been revoked since. Thread-safe.
class RevocationFollower {
 public:
  struct Options {
    // How often it looks whether there is something new, for what is written without a CatchUp, as
    // the block of a lineage is that shows itself copied. That waits for no disk, but looking
    // twenty times a second was half of what an idle server cost.
    absl::Duration interval = absl::Milliseconds(250);
    // How often revocations of what has expired are forgotten.
    absl::Duration forget_interval = absl::Hours(1);
  };

  // The errors of Thread::Start. Both references outlive it.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<RevocationFollower>> Start(
      const store::Store& store, KnownRevocations& known, Options options);
  RevocationFollower(const RevocationFollower&) = delete;
  RevocationFollower& operator=(const RevocationFollower&) = delete;
  ~RevocationFollower();

  // Returns when all that was written before the call is known. UNAVAILABLE kRevocationsUnknown
  // before the snapshot is complete; the store's errors, after which the thread goes on trying.
  absl::Status CatchUp() ABSL_LOCKS_EXCLUDED(reading_);

 private:
  RevocationFollower(const store::Store& store, KnownRevocations& known, Options options)
      : store_(store), known_(known), options_(options) {}

  void Look() ABSL_LOCKS_EXCLUDED(reading_);
  absl::Status Step() ABSL_LOCKS_EXCLUDED(reading_);
  absl::Status TakeSnapshot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(reading_);
  absl::Status ReadBlocks() ABSL_EXCLUSIVE_LOCKS_REQUIRED(reading_);
  absl::Status Follow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(reading_);
  void ForgetExpired();

  const store::Store& store_;
  KnownRevocations& known_;
  const Options options_;
  // Held by who reads the feed, so that changes are applied in their order.
  absl::Mutex reading_;
  // Up to where the feed was read; nullopt: a snapshot is needed first.
  std::optional<uint64_t> position_ ABSL_GUARDED_BY(reading_);
  absl::Time forgotten_at_ = absl::InfinitePast();  // the thread's own; SteadyTime
  bool said_ = false;                               // the thread's own: that it fails
  std::atomic<bool> stopping_{false};               // breaks a snapshot off
  std::unique_ptr<RepeatedWork> work_;              // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_REVOCATION_FOLLOWER_H_
