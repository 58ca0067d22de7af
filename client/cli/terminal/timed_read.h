// Reading what a person names, which may be a pipe of another program, and may be a key.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_TIMED_READ_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_TIMED_READ_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/secret.h"

namespace fleetca::client {

// As ReadFile (base/file.h), but a named pipe or a device is waited for no longer than `timeout`
// while nothing comes, as one that nobody writes to would be waited for for ever:
// FAILED_PRECONDITION kFileInvalid. Standard input, and a terminal by whatever name, end when the
// person or the program there ends them. No copy is left in memory, as a key may be given for a
// certificate by mistake. Thread-safe.
absl::StatusOr<SecretBytes> ReadWithTimeout(const std::string& path,
                                            absl::Duration timeout = absl::Seconds(10));

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_TIMED_READ_H_
