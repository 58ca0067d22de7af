// What the CA has revoked, for the agent's status.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_REVOCATION_WATCH_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_REVOCATION_WATCH_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/agent/agent_options.h"
#include "client/agent/held_identities.h"
#include "client/authz/feed/revocation_feed.h"
#include "client/authz/revocations.h"
#include "client/files/file_generations.h"

namespace fleetca::client {

// One feed for all identities (client/authz/feed), shown the certificate of one that has one: the
// feed reads it from a folder in the state folder, whose files change with it. While nothing is
// known, each Step has it ask the next server, and with the next identity, as one that is revoked
// hears nothing. Step is for one thread at a time; Knowledge is thread-safe.
class RevocationWatch {
 public:
  // The errors of FileGenerations::Open. `held` outlives this.
  static absl::StatusOr<std::unique_ptr<RevocationWatch>> Create(const AgentOptions& options,
                                                                 const HeldIdentities* held);

  // Puts the certificate in place and starts the feed once there is one; when to come again.
  absl::Time Step(absl::Time now);

  Revocations::Knowledge Knowledge() const;

 private:
  RevocationWatch(const AgentOptions& options, const HeldIdentities* held,
                  std::unique_ptr<FileGenerations> files, std::shared_ptr<Revocations> revocations);

  absl::Status Show();
  // Of the identities that have one, whose turn it is; null where none has.
  std::shared_ptr<const Credential> Next() const;
  absl::Status Follow(const std::string& address);

  const AgentOptions options_;
  const HeldIdentities& held_;
  const std::string folder_;
  const std::unique_ptr<FileGenerations> files_;
  const std::shared_ptr<Revocations> revocations_;
  size_t turn_ = 0;
  std::shared_ptr<const Credential> shown_;
  std::string followed_;  // the address
  std::string problem_;
  std::unique_ptr<RevocationFeed> feed_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_REVOCATION_WATCH_H_
