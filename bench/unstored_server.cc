// The server with a store in memory, to see on the wire what durability costs. Its certificates are
// gone when it ends, and its statistics say that they are not durable. For benchmarks alone.
//
//   bazel run --config=opt //bench:unstored_server -- CONFIG READY_FILE
//
// As `fleetca serve --config CONFIG --ready-file READY_FILE`, until SIGTERM or SIGINT.

#include <csignal>
#include <cstdio>
#include <memory>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/exit_status.h"
#include "base/process_hardening.h"
#include "base/public_key_decoding.h"
#include "base/session_resumption.h"
#include "base/signals.h"
#include "base/status_macros.h"
#include "base/throughput_scheduling.h"
#include "service/cli/readiness.h"
#include "service/config/server_config.h"
#include "service/server/server.h"
#include "store/memory/memory_store.h"

namespace fleetca {
namespace {

absl::Status Serve(const char* config_file, const char* ready_file) {
  FLEETCA_RETURN_IF_ERROR(HardenProcess());
  FLEETCA_RETURN_IF_ERROR(ScheduleForThroughput());
  FLEETCA_RETURN_IF_ERROR(DisableTlsSessionResumption());
  FLEETCA_RETURN_IF_ERROR(DecodeEcKeysWithoutSearch());
  Signals signals({SIGTERM, SIGINT});
  FLEETCA_ASSIGN_OR_RETURN(const service::ServerConfig config,
                           service::LoadServerConfig(config_file));
  FLEETCA_ASSIGN_OR_RETURN(
      const std::unique_ptr<service::Server> server,
      service::Server::Start(config, {.store = std::make_unique<store::MemoryStore>()}));
  FLEETCA_RETURN_IF_ERROR(
      service::WriteReadyFile(ready_file, server->port(), server->bootstrap_port()));
  signals.Wait();
  return server->Drain();
}

}  // namespace
}  // namespace fleetca

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (argc != 3) {
    return fleetca::ReportUsageError("give two arguments: CONFIG READY_FILE");
  }
  return fleetca::ReportStatus(fleetca::Serve(argv[1], argv[2]));
}
