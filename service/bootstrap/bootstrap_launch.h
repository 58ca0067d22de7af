// How the process of the bootstrap port is started: what both ends of it agree on.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_LAUNCH_H_
#define FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_LAUNCH_H_

#include "base/child_process.h"

namespace fleetca::service {

// The command of the program that serves the port, and what it is told: how many sockets it listens
// on, and, once for each, the files that it needs to read by itself (readable_files.h). No command
// for people.
inline constexpr char kBootstrapCommand[] = "bootstrap-port";
inline constexpr char kSocketsOption[] = "--sockets";
inline constexpr char kReadableOption[] = "--readable";

// The descriptors that it is given: its end of the pair to the issuing process, then the sockets.
inline constexpr int kRelayDescriptor = kFirstGivenDescriptor;
inline constexpr int kFirstSocketDescriptor = kFirstGivenDescriptor + 1;

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_LAUNCH_H_
