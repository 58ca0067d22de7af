#include "client/cli/manual/completion_commands.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file_status.h"
#include "base/output_file.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/manual/completion_place.h"
#include "client/cli/manual/shell.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {
namespace {

constexpr char kInstallExamples[] = R"help(
The script goes where the shell looks for a user's own: ~/.local/share/bash-completion/completions/fleetca,
~/.local/share/zsh/site-functions/_fleetca or ~/.config/fish/completions/fleetca.fish, below XDG_DATA_HOME
and XDG_CONFIG_HOME where they are set. It is for the shell of SHELL unless --shell says which.

Commands, flags, words, files and contexts are completed, and where the CA of the context in use answers
within 250 ms, names of profiles, identities, serial numbers, join tokens and early renewals.

Examples:
  fleetca completion install --shell bash --dir .
  fleetca completion install --shell zsh --dir . -o json
)help";

constexpr char kUninstallExamples[] = R"help(
Examples:
  fleetca completion install --shell fish --dir .
  fleetca completion uninstall --shell fish --dir .
)help";

struct PlaceFlags {
  std::string shell;
  std::string dir;
  std::string form = "text";
};

std::string CheckShell(const std::string& name) {
  return ParseShell(name).has_value() ? "" : "give bash, zsh or fish";
}

absl::StatusOr<Shell> ShellOf(const PlaceFlags& flags) {
  const char* const variable = std::getenv("SHELL");
  const std::string name = !flags.shell.empty() ? flags.shell : variable == nullptr ? "" : variable;
  const std::optional<Shell> shell = ParseShell(name);
  if (shell.has_value()) {
    return *shell;
  }
  return InvalidArgument(Reason::kConfigInvalid, "--shell",
                         absl::StrCat(name.empty() ? "SHELL is not set"
                                                   : absl::StrCat("there is no completion for ",
                                                                  name, ", which SHELL names"),
                                      "; give --shell bash, zsh or fish"));
}

absl::StatusOr<std::string> FolderOf(const PlaceFlags& flags, Shell shell) {
  if (!flags.dir.empty()) {
    return flags.dir;
  }
  return CompletionFolder(shell);
}

// The folder that was named must be there; those of a shell are made.
absl::Status MakeFolder(const PlaceFlags& flags, const std::string& folder) {
  std::error_code error;
  if (flags.dir.empty()) {
    std::filesystem::create_directories(folder, error);
  }
  if (!error && !std::filesystem::is_directory(folder, error)) {
    error = std::make_error_code(std::errc::no_such_file_or_directory);
  }
  return error ? FileError("write into the folder", folder, error.value()) : absl::OkStatus();
}

absl::Status Report(const PlaceFlags& flags, Shell shell, const std::string& file,
                    absl::string_view done, const std::string& next) {
  if (ParseForm(flags.form) == OutputForm::kJson) {
    return WriteData(
        "",
        JsonToText({{"shell", ShellName(shell)}, {"file", file}, {"done", done}, {"next", next}}));
  }
  Say(absl::StrCat(done, " ", file));
  if (!next.empty()) {
    // Lines of their own, as the words may be pasted.
    absl::string_view rest = next;
    for (size_t end = rest.find('\n'); end != absl::string_view::npos; end = rest.find('\n')) {
      Say(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    Say(rest);
  }
  return absl::OkStatus();
}

absl::Status RunInstall(const PlaceFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const Shell shell, ShellOf(flags));
  FLEETCA_ASSIGN_OR_RETURN(const std::string folder, FolderOf(flags, shell));
  FLEETCA_RETURN_IF_ERROR(MakeFolder(flags, folder));
  const std::string file = absl::StrCat(folder, "/", CompletionFileName(shell));
  FLEETCA_RETURN_IF_ERROR(CheckOwnScript(file));
  FLEETCA_RETURN_IF_ERROR(WriteData(file, CompletionScript(shell)));
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(folder, error).lexically_normal().string();
  return Report(flags, shell, file, "wrote", CompletionNextStep(shell, error ? folder : absolute));
}

absl::Status RunUninstall(const PlaceFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const Shell shell, ShellOf(flags));
  FLEETCA_ASSIGN_OR_RETURN(const std::string folder, FolderOf(flags, shell));
  const std::string file = absl::StrCat(folder, "/", CompletionFileName(shell));
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return FailedPrecondition(Reason::kFileMissing,
                              absl::StrCat("there is no ", file,
                                           ", so nothing was removed; --shell and --dir say what "
                                           "was installed where"));
  }
  FLEETCA_RETURN_IF_ERROR(CheckOwnScript(file));
  FLEETCA_RETURN_IF_ERROR(RemoveOutput(file));
  return Report(flags, shell, file, "removed", "");
}

void AddScriptCommand(CLI::App& parent, Shell shell, int* exit_code) {
  const std::string name(ShellName(shell));
  CLI::App* command = parent.add_subcommand(
      name, absl::StrCat("Print the script with which ", name, " completes fleetca's words"));
  auto form = std::make_shared<std::string>("text");
  AddTextOrJsonFlag(*command, form.get());
  command->footer(absl::StrCat("\nExamples:\n  fleetca completion ", name, " > ",
                               CompletionFileName(shell), "\n  fleetca completion ", name,
                               " -o json | jq -r .script\n"));
  command->callback([shell, form, exit_code] {
    const std::string script = CompletionScript(shell);
    *exit_code = ReportStatus(
        WriteData("", ParseForm(*form) == OutputForm::kJson
                          ? JsonToText({{"shell", ShellName(shell)}, {"script", script}})
                          : script));
  });
}

void AddPlaceCommand(CLI::App& parent, const char* name, const char* description,
                     const char* examples, absl::Status (*run)(const PlaceFlags&), int* exit_code) {
  auto flags = std::make_shared<PlaceFlags>();
  CLI::App* command = parent.add_subcommand(name, description);
  command
      ->add_option("--shell", flags->shell, "The shell: bash, zsh or fish; default: that of SHELL")
      ->type_name("SHELL")
      ->check(CheckShell, "");
  command
      ->add_option("--dir", flags->dir,
                   "A folder that is there; default: where the shell looks for a user's own")
      ->type_name("DIR");
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(examples);
  command->callback([flags, run, exit_code] { *exit_code = ReportStatus(run(*flags)); });
}

}  // namespace

void AddCompletionCommands(CLI::App& app, int* exit_code) {
  CLI::App* completion =
      app.add_subcommand("completion", "Have the shell complete commands, flags and names at Tab");
  completion->require_subcommand(1);
  for (const Shell shell : kShells) {
    AddScriptCommand(*completion, shell, exit_code);
  }
  AddPlaceCommand(*completion, "install", "Put the script where the shell looks for it",
                  kInstallExamples, RunInstall, exit_code);
  AddPlaceCommand(*completion, "uninstall", "Take the script away again", kUninstallExamples,
                  RunUninstall, exit_code);
}

}  // namespace fleetca::client
