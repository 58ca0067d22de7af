#include "client/agent/held_identities.h"

#include <algorithm>
#include <utility>

namespace fleetca::client {

// A listener with its name. Shared by the registry, by the subscription, and by publications that
// are under way.
class HeldIdentities::Registration {
 public:
  Registration(absl::string_view name, Listener listener)
      : name_(name), listener_(std::move(listener)) {}

  const std::string& name() const { return name_; }

  // Tells the listener of the latest, unless it knows that already.
  void Deliver(const HeldIdentities& registry) ABSL_LOCKS_EXCLUDED(mutex_) {
    // Looked up under the lock, so that of two publications the later one is delivered last.
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<const HeldIdentity> latest = registry.Find(name_);
    if (listener_ != nullptr && latest != delivered_) {
      delivered_ = std::move(latest);
      listener_(delivered_);
    }
  }

  // Waits for the listener where it runs.
  void End() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    listener_ = nullptr;
  }

 private:
  const std::string name_;
  absl::Mutex mutex_;
  Listener listener_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const HeldIdentity> delivered_ ABSL_GUARDED_BY(mutex_);
};

void HeldIdentities::Publish(std::shared_ptr<const HeldIdentity> identity) {
  std::vector<std::shared_ptr<Registration>> concerned;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::shared_ptr<Registration>& registration : registrations_) {
      if (registration->name() == identity->name) {
        concerned.push_back(registration);
      }
    }
    std::shared_ptr<const HeldIdentity>& latest = latest_[identity->name];
    latest = std::move(identity);
  }
  for (const std::shared_ptr<Registration>& registration : concerned) {
    registration->Deliver(*this);
  }
}

std::shared_ptr<const HeldIdentity> HeldIdentities::Find(absl::string_view name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = latest_.find(name);
  return found == latest_.end() ? nullptr : found->second;
}

std::unique_ptr<HeldIdentities::Subscription> HeldIdentities::Listen(absl::string_view name,
                                                                     Listener listener) {
  class Ending final : public Subscription {
   public:
    Ending(HeldIdentities* registry, std::shared_ptr<Registration> registration)
        : registry_(*registry), registration_(std::move(registration)) {}
    ~Ending() override {
      registry_.Remove(registration_.get());
      registration_->End();
    }

   private:
    HeldIdentities& registry_;
    const std::shared_ptr<Registration> registration_;
  };
  auto registration = std::make_shared<Registration>(name, std::move(listener));
  {
    absl::MutexLock lock(&mutex_);
    registrations_.push_back(registration);
  }
  registration->Deliver(*this);
  return std::make_unique<Ending>(this, std::move(registration));
}

void HeldIdentities::Remove(const Registration* registration) {
  absl::MutexLock lock(&mutex_);
  registrations_.erase(
      std::remove_if(registrations_.begin(), registrations_.end(),
                     [registration](const auto& other) { return other.get() == registration; }),
      registrations_.end());
}

}  // namespace fleetca::client
