#include "base/process_usage.h"

#include <dirent.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"

namespace fleetca {
namespace {

absl::Status Unreadable(absl::string_view file) {
  return Unavailable(Reason::kFileMissing,
                     absl::StrCat("cannot read ", file, "; is /proc mounted here?"));
}

// The value of "Name:  123 kB" in /proc/self/status.
[[nodiscard]] bool ReadStatusLine(absl::string_view line, absl::string_view name, uint64_t* value) {
  if (!absl::StartsWith(line, name)) {
    return false;
  }
  const std::vector<absl::string_view> words =
      absl::StrSplit(line.substr(name.size()), absl::ByAnyChar(" \t"), absl::SkipEmpty());
  return !words.empty() && absl::SimpleAtoi(words[0], value);
}

uint32_t CountOpenFiles() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) {
    return 0;
  }
  uint32_t entries = 0;
  while (readdir(folder) != nullptr) {
    ++entries;
  }
  closedir(folder);
  return entries - 3;  // ".", ".." and the folder itself
}

std::string ReadCpuModel() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (absl::StartsWith(line, "model name")) {
      const size_t colon = line.find(':');
      return colon == std::string::npos
                 ? ""
                 : std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<ProcessUsage> ReadProcessUsage() {
  ProcessUsage usage;
  rusage used;
  if (getrusage(RUSAGE_SELF, &used) != 0) {
    return Unreadable("the process's resource usage");
  }
  usage.user_cpu = absl::DurationFromTimeval(used.ru_utime);
  usage.system_cpu = absl::DurationFromTimeval(used.ru_stime);
  std::ifstream file("/proc/self/status");
  std::string line;
  uint64_t value = 0;
  while (std::getline(file, line)) {
    if (ReadStatusLine(line, "VmRSS:", &value)) {
      usage.resident_bytes = value * 1024;
    } else if (ReadStatusLine(line, "VmHWM:", &value)) {
      usage.peak_resident_bytes = value * 1024;
    } else if (ReadStatusLine(line, "Threads:", &value)) {
      usage.threads = static_cast<uint32_t>(value);
    }
  }
  if (usage.resident_bytes == 0 || usage.threads == 0) {
    return Unreadable("/proc/self/status");
  }
  usage.open_files = CountOpenFiles();
  return usage;
}

uint32_t CpusAllowed() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const long cpus = sched_getaffinity(0, sizeof(allowed), &allowed) == 0
                        ? CPU_COUNT(&allowed)
                        : sysconf(_SC_NPROCESSORS_ONLN);
  return static_cast<uint32_t>(std::max(1L, cpus));
}

Machine DescribeMachine() {
  Machine machine;
  machine.cpu_model = ReadCpuModel();
  machine.cpus = static_cast<uint32_t>(sysconf(_SC_NPROCESSORS_ONLN));
  machine.cpus_allowed = CpusAllowed();
  utsname name;
  if (uname(&name) == 0) {
    machine.kernel = absl::StrCat(name.sysname, " ", name.release);
  }
  return machine;
}

}  // namespace fleetca
