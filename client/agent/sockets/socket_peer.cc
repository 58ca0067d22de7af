#include "client/agent/sockets/socket_peer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/agent/process_facts.h"

namespace fleetca::client {
namespace {

// Of a file below /proc/PID: some lines.
constexpr size_t kMaxProcFile = 64 * 1024;

absl::Status Unknown(pid_t process, absl::string_view problem) {
  return PermissionDenied(
      Reason::kCallerNotAllowed,
      absl::StrCat("Who process ", process, " is cannot be said for sure: ", problem));
}

absl::StatusOr<std::string> ReadIn(const Descriptor& folder, const char* name, pid_t process) {
  const Descriptor file(openat(folder.get(), name, O_RDONLY | O_CLOEXEC));
  std::string contents;
  std::array<char, 4096> buffer;
  ssize_t got = file.valid() ? 1 : -1;
  while (got > 0 && contents.size() < kMaxProcFile) {
    got = read(file.get(), buffer.data(), buffer.size());
    contents.append(buffer.data(), got > 0 ? static_cast<size_t>(got) : 0);
  }
  if (got != 0) {
    return Unknown(process, absl::StrCat("its ", name, " in /proc cannot be read (",
                                         got < 0 ? std::strerror(errno) : "too long", ")"));
  }
  return contents;
}

// In clock ticks since the machine started: of two processes that have one number after the other,
// the later one has a later time.
absl::StatusOr<uint64_t> StartTimeOf(const Descriptor& folder, pid_t process) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string stat, ReadIn(folder, "stat", process));
  const std::optional<ProcessStat> parsed = ParseProcessStat(stat);
  if (!parsed.has_value() || parsed->state == 'Z' || parsed->state == 'X') {
    return Unknown(process, "it has ended, or its stat in /proc has another form than known");
  }
  return parsed->start;
}

// The line "HIERARCHY:CONTROLLERS:PATH" of systemd's own hierarchy, where there is one of the old
// kind, else of the unified one.
std::string CgroupIn(absl::string_view lines) {
  std::string unified;
  for (const absl::string_view line : absl::StrSplit(lines, '\n')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) {
      continue;
    }
    if (parts[1] == "name=systemd") {
      return std::string(parts[2]);
    }
    if (parts[0] == "0" && parts[1].empty()) {
      unified = std::string(parts[2]);
    }
  }
  return unified;
}

bool IsUnit(absl::string_view name) {
  for (const absl::string_view kind : {".service", ".scope", ".socket", ".mount", ".swap"}) {
    if (absl::EndsWith(name, kind) && name.size() > kind.size()) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<SocketPeer> PeerOf(int socket) {
  ucred peer = {};
  socklen_t size = sizeof(peer);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof(peer)) {
    return FailedPrecondition(
        Reason::kInternal,
        absl::StrCat("The kernel does not say who connected (", std::strerror(errno), ")"));
  }
  return SocketPeer{.user = peer.uid, .group = peer.gid, .process = peer.pid};
}

absl::StatusOr<ProcessPlace> PlaceOf(pid_t process, const std::string& proc) {
  if (process <= 0) {
    return Unknown(process, "it belongs to another namespace of processes");
  }
  // What is read by way of the open folder is of one process, or cannot be read once that is gone.
  const Descriptor folder(
      open(absl::StrCat(proc, "/", process).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) {
    return Unknown(process, absl::StrCat("/proc does not show it (", std::strerror(errno),
                                         "); it has ended, or /proc is mounted with hidepid"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t before, StartTimeOf(folder, process));
  FLEETCA_ASSIGN_OR_RETURN(const std::string lines, ReadIn(folder, "cgroup", process));
  // By the number again: a process that has taken it over shows here.
  const Descriptor again(
      open(absl::StrCat(proc, "/", process).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  FLEETCA_ASSIGN_OR_RETURN(const uint64_t after, StartTimeOf(again, process));
  if (before != after) {
    return Unknown(process, "it has ended, and another process has its number now");
  }
  ProcessPlace place;
  place.cgroup = CgroupIn(lines);
  if (!absl::StartsWith(place.cgroup, "/") || absl::StartsWith(place.cgroup, "/../")) {
    return Unknown(process, "its control group lies outside of what this process sees");
  }
  place.unit = UnitOf(place.cgroup);
  return place;
}

std::string UnitOf(absl::string_view cgroup) {
  for (absl::string_view part : absl::StrSplit(cgroup, '/', absl::SkipEmpty())) {
    // systemd writes it before names that the kernel could take for its own.
    absl::ConsumePrefix(&part, "_");
    if (!absl::EndsWith(part, ".slice")) {
      return IsUnit(part) ? std::string(part) : "";
    }
  }
  return "";
}

}  // namespace fleetca::client
