// The flags by which a verifier is told to follow the CA's feed of revocations.
#ifndef FLEETCA_CLIENT_CLI_FEED_FLAGS_H_
#define FLEETCA_CLIENT_CLI_FEED_FLAGS_H_

#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "client/authz/feed/revocation_feed.h"
#include "client/authz/revocations.h"
#include "client/cli/connection_flags.h"

namespace fleetca::client {

struct FeedFlags {
  bool follow = false;
  std::string max_age = "30s";
  std::string when_stale = "deny";
  ConnectionFlags connection;
};

// Adds --follow-revocations, --revocations-max-age, --when-stale and the flags of the connection.
// *flags must outlive the parsing.
void AddFeedFlags(CLI::App& command, FeedFlags* flags);

// Which flag is missing, or of no use without --follow-revocations, as a sentence; "" when none is.
std::string FeedFlagMistake(const FeedFlags& flags);

// Both null where the flags ask for no feed.
struct FollowedRevocations {
  std::shared_ptr<Revocations> revocations;
  std::unique_ptr<RevocationFeed> feed;
};

// Starts to follow, where the flags say so. The errors of ClientOptionsOf and
// RevocationFeed::Start.
absl::StatusOr<FollowedRevocations> StartFeed(const FeedFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FEED_FLAGS_H_
