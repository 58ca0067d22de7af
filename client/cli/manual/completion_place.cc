#include "client/cli/manual/completion_place.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

// The variable's folder, or the one below the user's home.
absl::StatusOr<std::string> FolderOf(const char* variable, absl::string_view below_home) {
  if (const char* const set = std::getenv(variable); set != nullptr && *set == '/') {
    return std::string(set);
  }
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("neither HOME nor ", variable,
                     " is set, so there is no place for a user's completions; set HOME, or give "
                     "--dir"));
  }
  return absl::StrCat(home, "/", below_home);
}

}  // namespace

std::string CompletionFileName(Shell shell) {
  switch (shell) {
    case Shell::kBash:
      return "fleetca";
    case Shell::kZsh:
      return "_fleetca";
    case Shell::kFish:
      break;
  }
  return "fleetca.fish";
}

absl::StatusOr<std::string> CompletionFolder(Shell shell) {
  constexpr char kData[] = "XDG_DATA_HOME";
  constexpr absl::string_view kDataBelowHome = ".local/share";
  switch (shell) {
    case Shell::kBash: {
      const char* const own = std::getenv("BASH_COMPLETION_USER_DIR");
      if (own != nullptr && *own == '/') {
        return absl::StrCat(own, "/completions");
      }
      FLEETCA_ASSIGN_OR_RETURN(const std::string data, FolderOf(kData, kDataBelowHome));
      return absl::StrCat(data, "/bash-completion/completions");
    }
    case Shell::kZsh: {
      FLEETCA_ASSIGN_OR_RETURN(const std::string data, FolderOf(kData, kDataBelowHome));
      return absl::StrCat(data, "/zsh/site-functions");
    }
    case Shell::kFish:
      break;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string config, FolderOf("XDG_CONFIG_HOME", ".config"));
  return absl::StrCat(config, "/fish/completions");
}

std::string CompletionNextStep(Shell shell, const std::string& folder) {
  switch (shell) {
    case Shell::kBash:
      return "open a new shell, and press Tab after 'fleetca '; bash reads it where the package "
             "bash-completion is installed";
    case Shell::kZsh:
      return absl::StrCat(
          "where ~/.zshrc does not have it yet, add before its compinit, or as its "
          "last lines:\n  fpath=(",
          folder, " $fpath)\n  autoload -Uz compinit && compinit\nand open a new shell");
    case Shell::kFish:
      break;
  }
  return "press Tab after 'fleetca ' in a new shell";
}

absl::Status CheckOwnScript(const std::string& file) {
  const absl::StatusOr<std::string> text = ReadRegularFile(file);
  if (GetReason(text.status()) == Reason::kFileMissing) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(text.status());
  if (!absl::StrContains(*text, kScriptMark)) {
    return AlreadyExists(Reason::kFileInvalid, "",
                         absl::StrCat(file,
                                      " is there and was not written by 'fleetca completion "
                                      "install'; move it away, or choose another --dir"));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client
