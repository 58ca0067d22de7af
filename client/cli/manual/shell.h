// The shells for which there is completion.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_SHELL_H_
#define FLEETCA_CLIENT_CLI_MANUAL_SHELL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::client {

enum class Shell { kBash, kZsh, kFish };

inline constexpr Shell kShells[] = {Shell::kBash, Shell::kZsh, Shell::kFish};

// "bash".
[[nodiscard]] absl::string_view ShellName(Shell shell);

// By its name, or by the path of its program ("/usr/bin/zsh"); nullopt for any other.
[[nodiscard]] std::optional<Shell> ParseShell(absl::string_view name);

// The script that has the shell complete the words of `fleetca`, for `source` and for a file of the
// shell's own folder. It is the same for all releases: at each Tab it asks the program that is
// typed (`fleetca complete-words`), which knows its own commands. Its first lines hold
// kScriptMark.
[[nodiscard]] std::string CompletionScript(Shell shell);

// How a script of ours is told from a file that somebody else wrote.
inline constexpr absl::string_view kScriptMark = "Completion for fleetca, as 'fleetca completion";

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_SHELL_H_
