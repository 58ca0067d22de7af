// The system calls that the process of the bootstrap port has no use for.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_SYSTEM_CALL_FILTER_H_
#define FLEETCA_SERVICE_BOOTSTRAP_SYSTEM_CALL_FILTER_H_

#include <string>

namespace fleetca::service {

// Refuses system calls, for good, to the calling thread and all threads that it starts from then
// on (seccomp). What Landlock cannot forbid:
//
// - To change of files what is beside their contents: mode, owner, times, extended attributes.
//   Otherwise it could open a file that it may not open to everyone, or close it to everyone.
//   fchmod is left for 0600, which a file in memory gets. Nor can files be truncated, linked or
//   made special, nor file systems be mounted.
// - Processes: none is started (threads are), no program is run, no other process is traced, sent a
//   signal, slowed down or bounded.
// - Sockets but those of IP and of netlink, among them those of AF_UNIX, by which other services of
//   the machine are reached. C libraries take that for a service that does not run. socketpair is
//   left.
// - Much of the kernel that faults were found in: io_uring, BPF, performance events, userfaultfd,
//   keys, namespaces. And typing into the terminal that the log goes to.
//
// A call that is refused fails with EPERM, a socket with EAFNOSUPPORT, and one that is newer than
// this file, or of another kind of processor, with ENOSYS. Under sanitizers, which trace their own
// process at its end, processes may be started and traced.
//
// Returns "", or a sentence about why nothing is refused.
[[nodiscard]] std::string FilterSystemCalls();

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_SYSTEM_CALL_FILTER_H_
