// The port of a trial's server.
#ifndef FLEETCA_DEPLOY_QUICKSTART_TRIAL_PORT_H_
#define FLEETCA_DEPLOY_QUICKSTART_TRIAL_PORT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::quickstart {

// `wanted`, or one that the system chooses where another program has that port of the loopback
// address. FAILED_PRECONDITION kInternal when the system has none.
absl::StatusOr<uint16_t> FreePort(uint16_t wanted);

// "127.0.0.1:8443".
std::string LoopbackAddress(uint16_t port);

// The port at the end of an address; 0 where there is none.
uint16_t PortOf(absl::string_view address);

// Has the configuration say `now` where it says `before`. FAILED_PRECONDITION kConfigInvalid where
// it does not; those of reading and writing a file.
absl::Status ChangeAddress(const std::string& config, absl::string_view before,
                           absl::string_view now);

}  // namespace fleetca::quickstart

#endif  // FLEETCA_DEPLOY_QUICKSTART_TRIAL_PORT_H_
