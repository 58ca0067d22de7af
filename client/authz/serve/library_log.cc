#include "client/authz/serve/library_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/log_limiter.h"

namespace fleetca::client {
namespace {

constexpr int kLinesPerSecond = 5;

// What a library calls an error is a peer's mistake more often than ours.
void WriteLine(bool is_error, absl::string_view library, absl::string_view message) {
  static auto* const limiter = new log::Limiter(kLinesPerSecond);
  const log::Level level = is_error ? log::Level::kWarning : log::Level::kDebug;
  uint64_t suppressed = 0;
  if (log::Enabled(level) && limiter->Allow(absl::Now(), &suppressed)) {
    log::Write(level, library, {{"message", message}, {"lines_suppressed", suppressed}});
  }
}

void WriteGrpcLine(gpr_log_func_args* line) {
  WriteLine(line->severity == GPR_LOG_SEVERITY_ERROR, "gRPC", line->message);
}

void WriteProtobufLine(google::protobuf::LogLevel severity, const char*, int,
                       const std::string& message) {
  if (severity == google::protobuf::LOGLEVEL_FATAL) {  // the process ends after it
    log::Write(log::Level::kError, "Protobuf", {{"message", message}});
    return;
  }
  WriteLine(severity == google::protobuf::LOGLEVEL_ERROR, "Protobuf", message);
}

}  // namespace

void RouteLibraryLog() {
  gpr_set_log_function(&WriteGrpcLine);
  google::protobuf::SetLogHandler(&WriteProtobufLine);
}

}  // namespace fleetca::client
