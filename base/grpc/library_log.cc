#include "base/grpc/library_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/log_limiter.h"

namespace fleetca {
namespace {

constexpr int kLinesPerSecond = 5;

void WriteLine(log::Limiter& limiter, log::Level level, absl::string_view library,
               absl::string_view message) {
  uint64_t suppressed = 0;
  if (log::Enabled(level) && limiter.Allow(absl::Now(), &suppressed)) {
    log::Write(level, library, {{"message", message}, {"lines_suppressed", suppressed}});
  }
}

// What a library calls an error is a peer's mistake more often than ours.
void WriteGrpcLine(gpr_log_func_args* line) {
  static auto* const limiter = new log::Limiter(kLinesPerSecond);
  WriteLine(*limiter,
            line->severity == GPR_LOG_SEVERITY_ERROR ? log::Level::kWarning : log::Level::kDebug,
            "gRPC", line->message);
}

void WriteProtobufLine(google::protobuf::LogLevel severity, const char*, int,
                       const std::string& message) {
  static auto* const limiter = new log::Limiter(kLinesPerSecond);
  const bool fatal = severity == google::protobuf::LOGLEVEL_FATAL;  // the process ends after it
  if (fatal) {
    log::Write(log::Level::kError, "Protobuf", {{"message", message}});
    return;
  }
  WriteLine(
      *limiter,
      severity == google::protobuf::LOGLEVEL_ERROR ? log::Level::kWarning : log::Level::kDebug,
      "Protobuf", message);
}

}  // namespace

void RouteLibraryLog() {
  gpr_set_log_function(&WriteGrpcLine);
  google::protobuf::SetLogHandler(&WriteProtobufLine);
}

}  // namespace fleetca
