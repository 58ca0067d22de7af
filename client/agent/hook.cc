#include "client/agent/hook.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/log_escape.h"
#include "client/agent/pid_signal.h"
#include "client/agent/program_run.h"

namespace fleetca::client {
namespace {

constexpr absl::Duration kLeastTimeout = absl::Seconds(1);

}  // namespace

std::string HookInWords(const HookOptions& hook) {
  std::string words;
  if (!hook.exec.empty()) {
    log::AppendEscaped(absl::StrCat("exec ", absl::StrJoin(hook.exec, " ")), words);
    return words;
  }
  if (!hook.pid_file.empty()) {
    const char* const name = sigabbrev_np(hook.signal);
    return absl::StrCat("signal ", name == nullptr ? absl::StrCat(hook.signal) : name, " to ",
                        hook.pid_file);
  }
  return absl::StrCat("reload ", hook.reload_unit);
}

absl::Status RunHook(const HookOptions& hook, const HookContext& context) {
  const absl::Duration timeout =
      std::min(hook.timeout, std::max(context.until - absl::Now(), kLeastTimeout));
  if (!hook.pid_file.empty()) {
    return SignalByPidFile({.what = HookInWords(hook),
                            .pid_file = hook.pid_file,
                            .signal = hook.signal,
                            .changed_at = context.changed_at,
                            .timeout = timeout,
                            .stop = context.stop});
  }
  ProgramRun run = {
      .what = HookInWords(hook), .arguments = hook.exec, .timeout = timeout, .stop = context.stop};
  if (hook.exec.empty()) {
    run.arguments = {"systemctl", "--no-ask-password", "reload-or-restart", "--", hook.reload_unit};
  } else {
    run.environment = {absl::StrCat("FLEETCA_IDENTITY=", context.identity),
                       absl::StrCat("FLEETCA_SPIFFE_ID=", context.spiffe_id),
                       absl::StrCat("FLEETCA_FOLDER=", context.folder),
                       absl::StrCat("FLEETCA_SERIAL=", context.serial)};
  }
  return RunProgram(run);
}

}  // namespace fleetca::client
