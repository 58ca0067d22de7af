#include "base/memory_limit.h"

#include <sys/resource.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace fleetca {
namespace {

constexpr uint64_t kUnknown = uint64_t{1} << 30;

// The number in the file. "max" means that there is no limit, and so does a missing file.
uint64_t ReadLimit(const std::string& path) {
  std::ifstream file(path);
  std::string text;
  uint64_t limit = 0;
  return file >> text && absl::SimpleAtoi(text, &limit) ? limit : UINT64_MAX;
}

// Of the group and all above it: /proc/self/cgroup has "0::/path" for version 2, and
// "4:memory:/path" for version 1. In a container the path may lie outside what is mounted, so the
// mounted root counts too.
uint64_t GroupLimit() {
  uint64_t limit = std::min(ReadLimit("/sys/fs/cgroup/memory.max"),
                            ReadLimit("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) {
      continue;
    }
    std::string path = parts[2];
    while (path.size() > 1) {
      if (parts[1].empty()) {
        limit = std::min(limit, ReadLimit(absl::StrCat("/sys/fs/cgroup", path, "/memory.max")));
      } else if (parts[1] == "memory") {
        limit = std::min(limit, ReadLimit(absl::StrCat("/sys/fs/cgroup/memory", path,
                                                       "/memory.limit_in_bytes")));
      }
      path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
    }
  }
  return limit;
}

}  // namespace

uint64_t MemoryLimit() {
  struct sysinfo machine = {};
  uint64_t limit =
      sysinfo(&machine) == 0 ? uint64_t{machine.totalram} * machine.mem_unit : kUnknown;
  rlimit space = {};
  if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
    limit = std::min<uint64_t>(limit, space.rlim_cur);
  }
  return std::min(limit, GroupLimit());
}

}  // namespace fleetca
