// The servers of a CA, any of which answers for it.
#ifndef FLEETCA_CLIENT_SERVER_ADDRESSES_H_
#define FLEETCA_CLIENT_SERVER_ADDRESSES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace fleetca::client {

// Addresses that take turns: the one that answered last is asked until it does not answer, and then
// the next one in the list. Thread-safe.
class ServerAddresses {
 public:
  // host:port each; at least one. It begins with `first`, and where that is nullopt with one drawn
  // at random, so that the hosts of a fleet spread over the servers.
  explicit ServerAddresses(std::vector<std::string> addresses,
                           std::optional<size_t> first = std::nullopt);

  // Runs `attempt` with one address after the other, each at most once, until it succeeds or fails
  // in a way that another server would not mend: "you may not", and "too busy", which is to be
  // heeded. Where none succeeded, the error has the code, Reason and RetryInfo of a server that
  // spoke, if any did, and the words of all. INVALID_ARGUMENT kConfigInvalid without addresses.
  //
  // A call that changes something needs the same request id in all attempts: the one before may
  // have been heard.
  absl::Status Try(absl::FunctionRef<absl::Status(const std::string& address)> attempt)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const std::vector<std::string> addresses_;
  absl::Mutex mutex_;
  size_t current_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_SERVER_ADDRESSES_H_
