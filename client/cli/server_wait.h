// A person or a script that starts a server and asks it at once.
#ifndef FLEETCA_CLIENT_CLI_SERVER_WAIT_H_
#define FLEETCA_CLIENT_CLI_SERVER_WAIT_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace fleetca::client {

// Says of a failure whether it is worth waiting for the server: only where nothing listens at the
// address. After a second it writes a line about that on standard error, once, if that is a
// terminal. Thread-compatible.
class ServerWait {
 public:
  explicit ServerWait(std::string timeout) : timeout_(std::move(timeout)) {}

  bool operator()(const absl::Status& status);

 private:
  const std::string timeout_;
  const absl::Time start_ = absl::Now();
  bool said_ = false;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_SERVER_WAIT_H_
