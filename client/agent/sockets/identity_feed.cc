#include "client/agent/sockets/identity_feed.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "base/log.h"
#include "base/random.h"
#include "client/agent/sockets/workload_messages.h"

namespace fleetca::client {
namespace {

// What can be said of it; the log has what cannot.
std::shared_ptr<IdentitySnapshot> MakeSnapshot(const HeldIdentity& held) {
  auto snapshot = std::make_shared<IdentitySnapshot>();
  snapshot->x509_bundles = MakeX509Bundles(held);
  absl::StatusOr<SharedOctets> svid = MakeX509Svid(held);
  absl::StatusOr<SdsSecrets> secrets = SdsSecrets::Make(held);
  if (!svid.ok() || !secrets.ok()) {
    log::Error("A certificate cannot be handed out, because its key cannot be read",
               {{"identity", held.name},
                {"error", (svid.ok() ? secrets.status() : svid.status()).message()}});
    HeldIdentity without = held;
    without.credential = nullptr;
    without.roots_der = RootsOf(held);
    secrets = SdsSecrets::Make(without);
    svid = SharedOctets();
  }
  snapshot->x509_svid = *std::move(svid);
  if (secrets.ok()) {
    snapshot->secrets = std::make_shared<const SdsSecrets>(*std::move(secrets));
  }
  return snapshot;
}

}  // namespace

std::shared_ptr<IdentityFeed> IdentityFeed::Make(const std::string& identity, HeldIdentities* held,
                                                 PushTimer* timer, absl::Duration push_spread) {
  std::shared_ptr<IdentityFeed> feed(new IdentityFeed(timer, push_spread));
  feed->self_ = feed;
  feed->subscription_ = held->Listen(
      identity, [self = feed.get()](const std::shared_ptr<const HeldIdentity>& latest) {
        self->OnHeld(*latest);
      });
  return feed;
}

void IdentityFeed::Add(const std::shared_ptr<SnapshotListener>& listener) {
  std::shared_ptr<const IdentitySnapshot> latest;
  absl::Status closed;
  {
    absl::MutexLock lock(&mutex_);
    closed = closed_;
    latest = latest_;
    if (closed.ok()) {
      listeners_.insert(listener);
    }
  }
  if (closed.ok()) {
    listener->Offer(latest);
  } else {
    listener->End(closed);
  }
}

void IdentityFeed::Remove(const std::shared_ptr<SnapshotListener>& listener) {
  absl::MutexLock lock(&mutex_);
  listeners_.erase(listener);
}

std::shared_ptr<const IdentitySnapshot> IdentityFeed::Latest() const {
  absl::MutexLock lock(&mutex_);
  return latest_;
}

void IdentityFeed::OnHeld(const HeldIdentity& held) {
  std::shared_ptr<IdentitySnapshot> snapshot = MakeSnapshot(held);
  const std::string certificate =
      snapshot->x509_svid == nullptr ? "" : held.credential->certificate_der;
  bool at_once = true;
  {
    absl::MutexLock lock(&mutex_);
    at_once = certificate != certificate_der_ || push_spread_ <= absl::ZeroDuration();
    certificate_der_ = certificate;
    snapshot->number = latest_->number + 1;
    latest_ = std::move(snapshot);
  }
  const absl::Duration delay = at_once ? absl::ZeroDuration() : DrawFraction() * push_spread_;
  timer_.After(delay, [weak = self_] {
    if (const std::shared_ptr<IdentityFeed> self = weak.lock()) {
      self->Push();
    }
  });
}

void IdentityFeed::Push() {
  std::shared_ptr<const IdentitySnapshot> latest;
  std::vector<std::shared_ptr<SnapshotListener>> listeners;
  {
    absl::MutexLock lock(&mutex_);
    latest = latest_;
    listeners.assign(listeners_.begin(), listeners_.end());
  }
  for (const std::shared_ptr<SnapshotListener>& listener : listeners) {
    listener->Offer(latest);
  }
}

void IdentityFeed::Close(const absl::Status& why) {
  subscription_.reset();
  std::vector<std::shared_ptr<SnapshotListener>> listeners;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = why;
    listeners.assign(listeners_.begin(), listeners_.end());
    listeners_.clear();
  }
  for (const std::shared_ptr<SnapshotListener>& listener : listeners) {
    listener->End(why);
  }
}

}  // namespace fleetca::client
