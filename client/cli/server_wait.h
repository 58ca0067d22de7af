// A person or a script that starts a server and asks it at once.
#ifndef FLEETCA_CLIENT_CLI_SERVER_WAIT_H_
#define FLEETCA_CLIENT_CLI_SERVER_WAIT_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"

namespace fleetca::client {

// Says of a failure whether it is worth waiting for the server: where nothing listens at the
// address, where what listens does not answer yet, and where the server says that it is stopping,
// which is how a restart begins. After a second it writes a line about that on standard error,
// once. Thread-compatible.
class ServerWait {
 public:
  // `why_there` says why the server is looked for where it is, where that may be the mistake.
  explicit ServerWait(std::string timeout, std::string why_there = "")
      : timeout_(std::move(timeout)), why_there_(std::move(why_there)) {}

  bool operator()(const absl::Status& status);

 private:
  const std::string timeout_;
  const std::string why_there_;
  // The first failure.
  absl::Time start_ = absl::InfiniteFuture();
  bool said_ = false;
};

// Waits until `channel` is connected or has failed, for as long as `remaining` at most, so that a
// request is sent at once or not at all. After a second it says on standard error that it waits for
// `address`.
void AwaitConnection(grpc::Channel& channel, absl::Duration remaining, absl::string_view address);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_SERVER_WAIT_H_
