// What a verifier knows of revocations: which certificates, and as of when.
#ifndef FLEETCA_CLIENT_AUTHZ_REVOCATIONS_H_
#define FLEETCA_CLIENT_AUTHZ_REVOCATIONS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/log_limiter.h"
#include "base/revocation/revoked_serials.h"

namespace fleetca::client {

// What becomes of a caller while it is not known whether its certificate was revoked.
enum class WhenStale {
  kDeny,
  // It passes, with a line in the log now and then: a CA that is away for longer than max_age stops
  // no service, and whoever keeps a verifier from the CA keeps it from hearing of revocations.
  kAllow,
};

struct RevocationsOptions {
  // Knowledge that is older is stale; kLeastMaxAge or more.
  absl::Duration max_age = absl::Seconds(30);
  WhenStale when_stale = WhenStale::kDeny;
  // Certificates that are remembered, some 40 octets each, and for a moment twice while a snapshot
  // is read. A CA that has revoked more is not followed.
  size_t max_revoked = 4'000'000;
};

// Asked for every request, also on connections that are open. Until the first snapshot is whole
// nothing is known, which counts as stale. One that is known to be revoked is refused however old
// that knowledge is.
//
// It is about leaves of the CA that is followed, by their serial numbers: those of its CAs are a
// matter of the root's CRL, and certificates of another CA are none of its. Ages are measured on
// this machine alone, from when a message arrived, so no two clocks are compared; and while it
// sleeps they grow (base/time_since_boot.h). Thread-safe; it waits for nothing, and a check takes a
// fraction of a microsecond.
class Revocations {
 public:
  // Twice as long as the CA takes from one heartbeat to the next.
  static constexpr absl::Duration kLeastMaxAge = absl::Seconds(10);

  // INVALID_ARGUMENT kConfigInvalid, the field being the option.
  static absl::StatusOr<std::shared_ptr<Revocations>> Create(RevocationsOptions options);

  // Whether the certificate may count at `now`, a TimeSinceBoot. PERMISSION_DENIED
  // kCertificateRevoked, with serial number, date and reason. UNAVAILABLE kRevocationsUnknown.
  absl::Status Check(absl::string_view serial, absl::Time now) const;

  // For operators.
  struct Knowledge {
    // When the CA made the last message that said it knows all, by its own clock; nullopt: never.
    std::optional<absl::Time> as_of;
    absl::Duration age = absl::InfiniteDuration();  // since that message arrived
    // Up to which change of the CA's feed all is here, by the CA's own count; nullopt: of none.
    std::optional<uint64_t> sequence;
    bool stale = true;
    size_t revoked = 0;
    uint64_t refused_revoked = 0;  // checks that found a revoked certificate
    uint64_t refused_stale = 0;    // checks that were refused as nothing is known
    uint64_t allowed_stale = 0;    // checks that passed though nothing is known
  };
  Knowledge Describe(absl::Time now) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns once a first snapshot is whole, or `patience` is over; whether it is.
  bool AwaitLoaded(absl::Duration patience) const ABSL_LOCKS_EXCLUDED(mutex_);

  const RevocationsOptions& options() const { return options_; }

  // The rest is for whoever brings the news (client/authz/feed), one at a time.

  // As RevokedSerials::Add.
  void Add(absl::string_view serial, const RevokedSince& since) { serials_.Add(serial, since); }
  // A whole snapshot in place of all that is here, which is left in `snapshot`.
  void Replace(RevokedSerials& snapshot) { serials_.Swap(snapshot); }
  // That all is known which the CA had revoked at `as_of` by its clock; `arrived` is a
  // TimeSinceBoot.
  void SetCurrent(absl::Time as_of, absl::Time arrived) ABSL_LOCKS_EXCLUDED(mutex_);
  // That what was added or replaced holds the feed up to this change.
  void SetSequence(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);
  // As of RevokedSerials.
  size_t ForgetBelow(absl::string_view lowest) { return serials_.ForgetBelow(lowest); }
  size_t size() const { return serials_.size(); }

 private:
  explicit Revocations(RevocationsOptions options);

  absl::Duration AgeAt(absl::Time now) const;
  absl::Status CheckAge(absl::Time now) const;
  void LogAllowed(absl::Time now) const;

  const RevocationsOptions options_;
  RevokedSerials serials_;
  // Of SetCurrent, in nanoseconds since the epoch of TimeSinceBoot; kNever before.
  static constexpr int64_t kNever = INT64_MIN;
  std::atomic<int64_t> arrived_ns_{kNever};
  mutable std::atomic<uint64_t> refused_revoked_{0};
  mutable std::atomic<uint64_t> refused_stale_{0};
  mutable std::atomic<uint64_t> allowed_stale_{0};
  mutable log::Limiter allowed_lines_;
  mutable absl::Mutex mutex_;
  bool loaded_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Time as_of_ ABSL_GUARDED_BY(mutex_);
  std::optional<uint64_t> sequence_ ABSL_GUARDED_BY(mutex_);
};

// One line: "12 certificates are known to be revoked, as of 2026-01-01 00:00:00 UTC, 3s ago".
std::string KnowledgeInWords(const Revocations::Knowledge& knowledge);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_REVOCATIONS_H_
