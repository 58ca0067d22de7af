// What an identity's sockets say now, and who listens.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_IDENTITY_FEED_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_IDENTITY_FEED_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/agent/held_identities.h"
#include "client/agent/sockets/push_timer.h"
#include "client/agent/sockets/sds_secrets.h"
#include "client/agent/sockets/shared_octets.h"

namespace fleetca::client {

// Complete in itself, and never changed.
struct IdentitySnapshot {
  // The later one has the higher number.
  uint64_t number = 0;
  // X509SVIDResponse and X509BundlesResponse; null where there is nothing to say.
  SharedOctets x509_svid;
  SharedOctets x509_bundles;
  // Never null.
  std::shared_ptr<const SdsSecrets> secrets = std::make_shared<const SdsSecrets>();
};

// Whoever is told of an identity.
class SnapshotListener {
 public:
  virtual ~SnapshotListener() = default;
  // What there was a moment ago: of several the one with the highest number counts. Called by
  // several threads.
  virtual void Offer(const std::shared_ptr<const IdentitySnapshot>& snapshot) = 0;
  // There will be nothing more.
  virtual void End(const absl::Status& why) = 0;
};

// A new certificate is pushed at once. What the whole fleet gets at one time, roots and CRLs, is
// pushed after a while that is drawn for each push, so that not every service of the fleet begins
// anew in the same second; whoever comes meanwhile has it at once. All pushes are the timer's work,
// so that who publishes never waits for gRPC, which may keep a thread that calls it. Thread-safe.
class IdentityFeed {
 public:
  // `push_spread` is the longest while. `held` and `timer` outlive the feed's last use; work of the
  // timer holds the feed.
  static std::shared_ptr<IdentityFeed> Make(const std::string& identity, HeldIdentities* held,
                                            PushTimer* timer, absl::Duration push_spread);
  IdentityFeed(const IdentityFeed&) = delete;
  IdentityFeed& operator=(const IdentityFeed&) = delete;

  // Offers what there is before it returns, or ends the listener where the feed has been closed.
  void Add(const std::shared_ptr<SnapshotListener>& listener) ABSL_LOCKS_EXCLUDED(mutex_);
  void Remove(const std::shared_ptr<SnapshotListener>& listener) ABSL_LOCKS_EXCLUDED(mutex_);

  std::shared_ptr<const IdentitySnapshot> Latest() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Hears of nothing more, and ends all listeners, present and future.
  void Close(const absl::Status& why) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  IdentityFeed(PushTimer* timer, absl::Duration push_spread)
      : timer_(*timer), push_spread_(push_spread) {}

  void OnHeld(const HeldIdentity& held) ABSL_LOCKS_EXCLUDED(mutex_);
  void Push() ABSL_LOCKS_EXCLUDED(mutex_);

  PushTimer& timer_;
  const absl::Duration push_spread_;
  std::weak_ptr<IdentityFeed> self_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const IdentitySnapshot> latest_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<const IdentitySnapshot>();
  // Of the certificate in `latest_`.
  std::string certificate_der_ ABSL_GUARDED_BY(mutex_);
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::shared_ptr<SnapshotListener>> listeners_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<HeldIdentities::Subscription> subscription_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_IDENTITY_FEED_H_
