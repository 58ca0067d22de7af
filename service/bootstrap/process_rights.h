// What the process of the bootstrap port gives up once it has what it needs.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_PROCESS_RIGHTS_H_
#define FLEETCA_SERVICE_BOOTSTRAP_PROCESS_RIGHTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace fleetca::service {

// The process runs as the user whom the CA key's file belongs to, so the file's mode does not keep
// it out. Takes rights from the calling thread and all threads that it starts, for good: call it
// before others are started, and after everything that opens files at the start. In force from then
// on:
//
// - No file can be opened, made, removed or run, whatever its mode says, but for reading those in
//   `readable`, of which a folder stands for all below it (Landlock). What is open stays open,
//   files in memory (memfd_create) can be opened, and names and sizes of files can still be asked
//   for.
// - Where the kernel knows how (Linux 6.7): no TCP socket is bound, and none is connected where
//   `readable` is empty, as a process that fetches nothing has no reason to. Linux 6.12: signals
//   reach this process alone.
// - It has no capabilities, even where it runs as root.
// - System calls that it has no use for are refused: those that change a file's mode, owner or
//   times, start or reach other processes, or make sockets of other kinds than IP's
//   (service/bootstrap/system_call_filter.h).
//
// Does all it can, whatever fails: FAILED_PRECONDITION kConfigInvalid with a sentence for each
// thing that is not in force. A path that is not there is left out.
absl::Status GiveUpRights(absl::Span<const std::string> readable);

// The version of Landlock's interface; 0 when the kernel has no Landlock or has switched Landlock
// off.
int LandlockVersion();

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_PROCESS_RIGHTS_H_
