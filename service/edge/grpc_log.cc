#include "service/edge/grpc_log.h"

#include <grpc/support/log.h>

#include <cstdint>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/log_limiter.h"

namespace fleetca::service {
namespace {

constexpr int kLinesPerSecond = 5;

void WriteLine(gpr_log_func_args* line) {
  static auto* const limiter = new log::Limiter(kLinesPerSecond);
  // What gRPC calls an error is a peer's mistake more often than ours.
  const log::Level level =
      line->severity == GPR_LOG_SEVERITY_ERROR ? log::Level::kWarning : log::Level::kDebug;
  uint64_t suppressed = 0;
  if (log::Enabled(level) && limiter->Allow(absl::Now(), &suppressed)) {
    log::Write(level, "gRPC", {{"message", line->message}, {"lines_suppressed", suppressed}});
  }
}

}  // namespace

void RouteGrpcLog() { gpr_set_log_function(&WriteLine); }

}  // namespace fleetca::service
