#include "client/agent/config/hook_config.h"

#include <csignal>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/config/field_values.h"

namespace fleetca::client {
namespace {

namespace pb = agent::v1;

constexpr std::pair<absl::string_view, int> kSignals[] = {
    {"HUP", SIGHUP}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"TERM", SIGTERM}, {"QUIT", SIGQUIT}};

int ReadSignal(absl::string_view field, const std::string& written, ConfigReader* reader) {
  if (written.empty()) {
    return SIGHUP;
  }
  for (const auto& [name, signal] : kSignals) {
    if (written == name) {
      return signal;
    }
  }
  reader->Mistake(field,
                  absl::StrCat("\"", absl::CHexEscape(written),
                               "\" is not a signal that a hook sends; write \"HUP\", \"USR1\", "
                               "\"USR2\", \"TERM\" or \"QUIT\""));
  return SIGHUP;
}

std::vector<std::string> ReadExec(absl::string_view field, const pb::Hook& written,
                                  ConfigReader* reader) {
  std::vector<std::string> exec(written.exec().begin(), written.exec().end());
  for (size_t i = 0; i < exec.size(); ++i) {
    if (exec[i].find('\0') != std::string::npos) {
      reader->Mistake(At(field, static_cast<int>(i)),
                      "has an octet 0, which no argument can have; remove it");
    }
  }
  if (exec.empty()) {
    return exec;
  }
  if (exec[0].empty()) {
    reader->Mistake(At(field, 0), "is empty; name the program");
  } else if (absl::StrContains(exec[0], "/")) {
    exec[0] = reader->Path(At(field, 0), exec[0]);
  } else if (absl::StrContains(exec[0], " ")) {
    reader->Mistake(At(field, 0), absl::StrCat("\"", absl::CHexEscape(exec[0]),
                                               "\" is a command line, and there is no shell; write "
                                               "each argument as its own: exec: [\"nginx\", "
                                               "\"-s\", \"reload\"]"));
  }
  return exec;
}

}  // namespace

HookOptions ReadHook(absl::string_view field, const pb::Hook& written, ConfigReader* reader) {
  HookOptions hook;
  const int kinds = (written.exec().empty() ? 0 : 1) + (written.has_signal() ? 1 : 0) +
                    (written.reload_unit().empty() ? 0 : 1);
  if (kinds != 1) {
    reader->Mistake(field, absl::StrCat("has ", kinds == 0 ? "none" : "more than one",
                                        " of exec, signal and reload_unit; write exactly one"));
  }
  hook.exec = ReadExec(Below(field, "exec"), written, reader);
  if (written.has_signal()) {
    const std::string signal = Below(field, "signal");
    hook.pid_file = reader->Path(Below(signal, "pid_file"), written.signal().pid_file());
    hook.signal = ReadSignal(Below(signal, "signal"), written.signal().signal(), reader);
  }
  hook.reload_unit = written.reload_unit();
  if (!hook.reload_unit.empty()) {
    CheckUnit(Below(field, "reload_unit"), hook.reload_unit, reader);
  }
  if (written.has_timeout()) {
    hook.timeout = ReadDuration(Below(field, "timeout"), written.timeout(), absl::Seconds(1),
                                absl::Minutes(10), reader);
  }
  return hook;
}

}  // namespace fleetca::client
