#include "client/agent/process_facts.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace fleetca::client {
namespace {

// Both files are far smaller.
constexpr size_t kMaxProcBytes = size_t{64} << 10;

// In /proc/PID/stat the name of the program may hold anything, so fields are counted from the last
// parenthesis on: the next one is the third, and the start is the twenty-second.
constexpr size_t kStartAfterName = 22 - 3;

std::string ReadProc(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string contents;
  char buffer[4096];
  while (file.valid() && contents.size() < kMaxProcBytes) {
    const ssize_t size = read(file.get(), buffer, sizeof(buffer));
    if (size <= 0) {
      break;
    }
    contents.append(buffer, static_cast<size_t>(size));
  }
  return contents;
}

// What stands after "NAME:" in /proc/PID/status; "" where there is no such line.
absl::string_view ValueOf(absl::string_view name, absl::string_view status) {
  for (absl::string_view line : absl::StrSplit(status, '\n')) {
    if (absl::ConsumePrefix(&line, name) && absl::ConsumePrefix(&line, ":")) {
      return absl::StripAsciiWhitespace(line);
    }
  }
  return "";
}

bool ReadSet(absl::string_view name, absl::string_view status, uint64_t* set) {
  uint64_t found = 0;
  if (!absl::SimpleHexAtoi(ValueOf(name, status), &found)) {
    return false;
  }
  *set |= found;
  return true;
}

}  // namespace

std::optional<ProcessStat> ParseProcessStat(absl::string_view stat) {
  const size_t name_end = stat.rfind(") ");
  if (name_end == absl::string_view::npos) {
    return std::nullopt;
  }
  const std::vector<absl::string_view> fields =
      absl::StrSplit(stat.substr(name_end + 2), absl::ByAnyChar(" \n"), absl::SkipEmpty());
  ProcessStat parsed;
  if (fields.size() <= kStartAfterName || fields[0].size() != 1 ||
      !absl::SimpleAtoi(fields[kStartAfterName], &parsed.start)) {
    return std::nullopt;
  }
  parsed.state = fields[0].front();
  return parsed;
}

std::optional<ProcessFacts> ParseProcessFacts(absl::string_view stat, absl::string_view status,
                                              int64_t ticks_per_second) {
  const std::optional<ProcessStat> parsed = ParseProcessStat(stat);
  if (!parsed.has_value() || ticks_per_second <= 0) {
    return std::nullopt;
  }
  const std::vector<absl::string_view> users =
      absl::StrSplit(ValueOf("Uid", status), '\t', absl::SkipEmpty());
  ProcessFacts facts;
  if (users.empty() || !absl::SimpleAtoi(users[0], &facts.user) ||
      !ReadSet("SigPnd", status, &facts.pending) || !ReadSet("ShdPnd", status, &facts.pending) ||
      !ReadSet("SigIgn", status, &facts.ignored) || !ReadSet("SigBlk", status, &facts.handled) ||
      !ReadSet("SigCgt", status, &facts.handled)) {
    return std::nullopt;
  }
  facts.started = absl::Seconds(1) * static_cast<double>(parsed->start) / ticks_per_second;
  return facts;
}

std::optional<ProcessFacts> FactsOf(pid_t pid) {
  const std::string folder = absl::StrCat("/proc/", pid);
  return ParseProcessFacts(ReadProc(folder + "/stat"), ReadProc(folder + "/status"),
                           sysconf(_SC_CLK_TCK));
}

// By number, as <sys/pidfd.h> of glibc 2.36 declares its functions for C alone.
Descriptor HoldProcess(pid_t pid) {
  return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

int SignalHeldProcess(const Descriptor& process, int signal) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0));
}

absl::Duration SinceBoot() {
  timespec now = {};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace fleetca::client
