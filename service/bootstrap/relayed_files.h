// Files of a process that opens none.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_RELAYED_FILES_H_
#define FLEETCA_SERVICE_BOOTSTRAP_RELAYED_FILES_H_

#include "base/watched_files.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"

namespace fleetca::service {

// Reads files as ReadTogether does, by way of the issuing process, which answers for those that it
// has named in its settings and for no others: PERMISSION_DENIED kFilePermissions. UNAVAILABLE
// kInternal when it does not answer. Thread-safe; `issuing_process` outlives it.
WatchedFiles::Reader ReadByIssuingProcess(
    internal::v1::BootstrapRelayService::StubInterface& issuing_process);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_RELAYED_FILES_H_
