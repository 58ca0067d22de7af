// What the agent holds now, for whoever hands it on: sockets and the status.
#ifndef FLEETCA_CLIENT_AGENT_HELD_IDENTITIES_H_
#define FLEETCA_CLIENT_AGENT_HELD_IDENTITIES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/files/credential_files.h"

namespace fleetca::client {

// CRLs, DER. Each may have megabytes, so all who have one have the same octets.
using SharedCrls = std::vector<std::shared_ptr<const std::string>>;

// A value that is never changed once it is published.
struct HeldIdentity {
  // IdentityOptions::name.
  std::string name;
  std::string spiffe_id;
  // "fleet.example".
  std::string trust_domain;
  // Key, certificate, chain and roots. Null while there is no certificate that is valid.
  std::shared_ptr<const Credential> credential;
  // Whom to trust, also where there is no certificate.
  std::vector<std::string> roots_der;
  // Those of the CA's certificates, where there are sockets to hand them out.
  SharedCrls crls;
  // Where a program is to tell identities of one socket apart; may be empty.
  std::string hint;
};

// The latest of each identity. Thread-safe.
class HeldIdentities {
 public:
  using Listener = std::function<void(const std::shared_ptr<const HeldIdentity>&)>;

  // Ends a listener: once it is gone, the listener is not running, and never runs again. So it must
  // not be ended by its own listener.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };

  HeldIdentities() = default;
  HeldIdentities(const HeldIdentities&) = delete;
  HeldIdentities& operator=(const HeldIdentities&) = delete;

  // In place of what was published under its name; not null. Calls the listeners of that name, one
  // after the other, on this thread; they must not publish. Of publications at the same time a
  // listener hears the last one last, and perhaps not each.
  void Publish(std::shared_ptr<const HeldIdentity> identity) ABSL_LOCKS_EXCLUDED(mutex_);

  // Null where nothing was published under that name.
  std::shared_ptr<const HeldIdentity> Find(absl::string_view name) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls `listener` for each publication under that name from now on, and first with what there
  // is, if anything. The registry outlives the subscription.
  std::unique_ptr<Subscription> Listen(absl::string_view name, Listener listener)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class Registration;

  void Remove(const Registration* registration) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<const HeldIdentity>> latest_
      ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Registration>> registrations_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_HELD_IDENTITIES_H_
