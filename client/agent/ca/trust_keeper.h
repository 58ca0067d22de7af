// Whom a host trusts: from the first contact with its CA on, and as the CA's roots change.
#ifndef FLEETCA_CLIENT_AGENT_CA_TRUST_KEEPER_H_
#define FLEETCA_CLIENT_AGENT_CA_TRUST_KEEPER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "client/agent/ca_port.h"
#include "client/files/credential_files.h"
#include "client/server_addresses.h"

namespace fleetca::client {

struct TrustKeeperOptions {
  // "fleet.example"
  std::string trust_domain;
  // Exactly one is there: a PEM file, or the SHA-256 of the root's DER, 32 octets.
  std::string root_file;
  std::string root_sha256;
  // Where the root of that SHA-256 is asked for.
  std::vector<std::string> bootstrap_addresses;
  // Where the bundle is kept; is there.
  std::string state_folder;
  absl::Duration refresh = absl::Hours(1);
  absl::Duration attempt_deadline = absl::Seconds(10);
  // For tests; null: the system's. Outlives the keeper.
  const Clock* clock = nullptr;
};

// The roots are kept in state_folder/trust-bundle.pem: once that is there, it counts, and not the
// file or fingerprint of the first contact, because the CA's roots change. A bundle that would cut
// the host off is kept in trust-bundle.refused.pem beside it, where an operator may look at it.
// Thread-safe.
class TrustKeeper {
 public:
  // Reads what is kept, else root_file; no server is asked. FAILED_PRECONDITION kFileMissing,
  // kFileInvalid, kFilePermissions; kFileInvalid also for a kept bundle of another trust domain,
  // and for more roots than an agent keeps.
  static absl::StatusOr<std::unique_ptr<TrustKeeper>> Open(TrustKeeperOptions options);

  TrustKeeper(const TrustKeeper&) = delete;
  TrustKeeper& operator=(const TrustKeeper&) = delete;

  // DER, at least one. Makes the first contact where none was made: the errors of FetchPinnedRoot,
  // such as DATA_LOSS kAnswerInvalid for another CA's root. No token was shown to anybody then. An
  // error stands for a second, so that many identities do not wait for a CA one after the other.
  absl::StatusOr<std::vector<std::string>> Roots() ABSL_LOCKS_EXCLUDED(contact_mutex_, mutex_);

  // What is trusted without asking anybody: none before the first contact.
  std::vector<std::string> Known() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Asks for the bundle with the first of `held` with which the CA speaks, and trusts it from now
  // on. Whether it changed.
  // DATA_LOSS kAnswerInvalid, and all is as before, for a bundle by which one of `held`, or the
  // server, would not be verified any more, or which is larger than an agent keeps
  // (client/agent/record_limits.h). The errors of CaPort, also where a new bundle could not be
  // tried because the CA cannot be had: nothing is held against it. The errors of WriteFileAtomic.
  // `held` has at least one.
  absl::StatusOr<bool> Refresh(CaPort& port, absl::Span<const Credential* const> held)
      ABSL_LOCKS_EXCLUDED(contact_mutex_, mutex_);

  // When to call Refresh next: about each `refresh`, and sooner after failures; now, where the
  // clock was set back.
  absl::Time next_refresh() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Of the last Refresh; OK before the first.
  absl::Status last_refresh() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit TrustKeeper(TrustKeeperOptions options);

  std::string KeptPath() const;
  std::string RefusedPath() const;
  absl::StatusOr<std::string> FetchRoot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(contact_mutex_);
  absl::StatusOr<bool> RefreshNow(CaPort& port, absl::Span<const Credential* const> held)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(contact_mutex_) ABSL_LOCKS_EXCLUDED(mutex_);
  // The error that keeps `bundle` aside, which it writes there; `advice` says what to do.
  absl::Status SetAside(const TrustBundle& bundle, const absl::Status& why,
                        absl::string_view advice) const;
  absl::Status Keep(const std::vector<std::string>& roots_der) ABSL_LOCKS_EXCLUDED(mutex_);
  void Plan(const absl::Status& outcome) ABSL_LOCKS_EXCLUDED(mutex_);

  const TrustKeeperOptions options_;
  const Clock& clock_;
  ServerAddresses bootstrap_;
  absl::Mutex contact_mutex_;  // one server is asked at a time
  // Of the first contact: why it failed last, and from when on it is made again.
  absl::Status contact_error_ ABSL_GUARDED_BY(contact_mutex_);
  absl::Time contact_again_ ABSL_GUARDED_BY(contact_mutex_) = absl::InfinitePast();
  mutable absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(contact_mutex_);
  std::vector<std::string> roots_der_ ABSL_GUARDED_BY(mutex_);
  absl::Time next_refresh_ ABSL_GUARDED_BY(mutex_);
  absl::Time planned_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Status last_refresh_ ABSL_GUARDED_BY(mutex_);
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CA_TRUST_KEEPER_H_
