#include "service/cli/readiness.h"

#include "absl/strings/str_cat.h"
#include "base/ready_file.h"

namespace fleetca::service {

absl::Status WriteReadyFile(const std::string& path, int port, int bootstrap_port) {
  std::string text = absl::StrCat(port, "\n");
  if (bootstrap_port != 0) {
    absl::StrAppend(&text, bootstrap_port, "\n");
  }
  return WriteReadyLines(path, text);
}

}  // namespace fleetca::service
