// The CRLs of the CAs above an agent's certificates.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_CRL_WATCH_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_CRL_WATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/agent/agent_options.h"
#include "client/agent/held_identities.h"
#include "client/files/crl_folder.h"

namespace fleetca::client {

// Fetches what the certificates of a chain name as their CRLs, by plain HTTP, verifies each with
// its issuer in the chain, and keeps it until a newer one comes or it ends: for identities with
// sockets or a crl_folder. A CRL that cannot be had is logged, and asked for again, and so is one
// that is older than the one in use, or of some certificates alone. Step is for one thread at a
// time; the rest is thread-safe.
class CrlWatch {
 public:
  // The CRL at a URL, DER: by HTTP, or as a test has it.
  using Fetch = std::function<absl::StatusOr<std::string>(const std::string& url)>;

  // The errors of CrlFolder::Open. `held` outlives this.
  static absl::StatusOr<std::unique_ptr<CrlWatch>> Create(const AgentOptions& options,
                                                          const HeldIdentities* held, Fetch fetch);

  // Fetches what is due; when to come again.
  absl::Time Step(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  // Those of an identity: another object whenever they have changed, null before the first.
  std::shared_ptr<const SharedCrls> Of(absl::string_view identity) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Around the hooks of an identity, which have its services read the folder anew: of CrlFolder.
  void PrepareReload(absl::string_view identity) ABSL_LOCKS_EXCLUDED(mutex_);
  void Reloaded(absl::string_view identity) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Known {
    std::shared_ptr<const std::string> der;  // null: none yet
    absl::Time this_update = absl::InfinitePast();
    absl::Time next_update = absl::InfinitePast();
    absl::Time fetch_at = absl::InfinitePast();
    int failures = 0;
    uint64_t looked_at = 0;  // in which Step a certificate named it
  };
  struct Watched {
    std::unique_ptr<CrlFolder> folder;       // null: none is wanted
    std::shared_ptr<const SharedCrls> crls;  // null: none were there yet
    std::string problem;                     // of the last PutBack, in words
  };

  CrlWatch(const HeldIdentities* held, Fetch fetch) : held_(*held), fetch_(std::move(fetch)) {}

  // The CRLs of the chain, those that are known at `now`.
  SharedCrls CrlsOf(const Credential& credential, absl::Time now);
  void Refresh(const std::string& url, const std::string& issuer_der, absl::Time now, Known* known);
  // Puts files back that others removed from the identity's folder.
  void PutBack(const std::string& identity, Watched* watched) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Take(const std::string& identity, SharedCrls crls) ABSL_LOCKS_EXCLUDED(mutex_);
  // The object of an identity that has the same ones, or a new one.
  std::shared_ptr<const SharedCrls> ObjectOf(SharedCrls crls) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const HeldIdentities& held_;
  const Fetch fetch_;
  // Of Step: how many there were, and those that certificates named in the last one, by URL.
  uint64_t look_ = 0;
  std::map<std::string, Known> known_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Watched, std::less<>> watched_ ABSL_GUARDED_BY(mutex_);
};

// By plain HTTP, as a signed document needs. The errors of FetchHttp (base/fetch/http_fetch.h).
absl::StatusOr<std::string> FetchCrlByHttp(const std::string& url);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_CRL_WATCH_H_
