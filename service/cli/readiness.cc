#include "service/cli/readiness.h"

#include "absl/strings/str_cat.h"
#include "base/output_file.h"

namespace fleetca::service {
namespace {

constexpr mode_t kReadyFileMode = 0644;

}  // namespace

absl::Status RemoveReadyFile(const std::string& path) { return RemoveOutput(path); }

absl::Status WriteReadyFile(const std::string& path, int port, int bootstrap_port) {
  std::string text = absl::StrCat(port, "\n");
  if (bootstrap_port != 0) {
    absl::StrAppend(&text, bootstrap_port, "\n");
  }
  return WriteOutput(path, text, kReadyFileMode);
}

}  // namespace fleetca::service
