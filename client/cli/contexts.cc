#include "client/cli/contexts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/named_paths.h"
#include "base/status_macros.h"
#include "client/cli/terminal/regular_file.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr size_t kMaxNameBytes = 64;
constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr int kIndent = 2;

// An absolute path in a variable; the specification of base directories has others ignored.
std::optional<std::string> AbsolutePathIn(const char* variable) {
  const char* const value = std::getenv(variable);
  if (value == nullptr || value[0] != '/') {
    return std::nullopt;
  }
  return std::string(value);
}

absl::StatusOr<std::string> ContextsFolder() {
  for (const auto& [variable, below] :
       {std::pair("XDG_CONFIG_HOME", "/fleetca"), std::pair("HOME", "/.config/fleetca")}) {
    if (const std::optional<std::string> base = AbsolutePathIn(variable)) {
      const std::string folder = absl::StrCat(*base, below);
      NamePath(folder, variable);
      return folder;
    }
  }
  return FailedPrecondition(Reason::kConfigInvalid,
                            "there is no place for contexts: neither HOME nor XDG_CONFIG_HOME is "
                            "an absolute path; set one "
                            "of them, or use --dir, --server, FLEETCA_DIR and FLEETCA_SERVER");
}

absl::Status NotOurs(absl::string_view file) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(file,
                   " is not a list of contexts as 'fleetca context' writes it; correct it, or "
                   "remove it and add the contexts again"));
}

// nullopt for anything but what ToJson writes; unknown fields are a later release's.
std::optional<Contexts> FromJson(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("contexts") || !json["contexts"].is_object() ||
      (json.contains("current") && !json["current"].is_string())) {
    return std::nullopt;
  }
  Contexts contexts;
  contexts.current = json.value("current", "");
  for (const auto& [name, fields] : json["contexts"].items()) {
    if (!CheckContextName(name).empty() || !fields.is_object()) {
      return std::nullopt;
    }
    ConnectionSettings& settings = contexts.by_name[name];
    for (const auto& [field, member] : kContextFields) {
      if (!fields.contains(field)) {
        continue;
      }
      if (!fields[field].is_string()) {
        return std::nullopt;
      }
      settings.*member = fields[field].get<std::string>();
    }
  }
  return contexts;
}

std::string ToJson(const Contexts& contexts) {
  nlohmann::ordered_json json;
  json["current"] = contexts.current;
  json["contexts"] = nlohmann::ordered_json::object();
  for (const auto& [name, settings] : contexts.by_name) {
    nlohmann::ordered_json fields = nlohmann::ordered_json::object();
    for (const auto& [field, member] : kContextFields) {
      if (!(settings.*member).empty()) {
        fields[field] = settings.*member;
      }
    }
    json["contexts"][name] = std::move(fields);
  }
  return json.dump(kIndent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Contexts> LoadFrom(const std::string& file) {
  // Whoever writes this file chooses which CA is asked, and with which key.
  const absl::StatusOr<SecretBytes> text =
      ReadRegularFile(file, FollowLink::kYes,
                      [&file](int, const struct stat& info) { return CheckOwnFile(file, info); });
  if (GetReason(text.status()) == Reason::kFileMissing) {
    return Contexts();
  }
  FLEETCA_RETURN_IF_ERROR(text.status());
  std::optional<Contexts> contexts = FromJson(std::string(text->view()));
  if (!contexts.has_value()) {
    return NotOurs(file);
  }
  return *std::move(contexts);
}

// The folder, made if need be, and locked for as long as the descriptor lives.
absl::StatusOr<Descriptor> LockFolder(const std::string& folder) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(folder).parent_path();
  std::filesystem::create_directories(parent, error);
  if (mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) {
    return FileError("make the folder", folder, errno);
  }
  Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) {
    return FileError("open", folder, errno);
  }
  while (flock(descriptor.get(), LOCK_EX) != 0) {
    if (errno != EINTR) {
      return FileError("lock", folder, errno);
    }
  }
  return descriptor;
}

}  // namespace

std::string CheckContextName(const std::string& name) {
  const bool right = !name.empty() && name.size() <= kMaxNameBytes && name.front() != '-' &&
                     std::all_of(name.begin(), name.end(), [](unsigned char c) {
                       return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
                     });
  return right ? ""
               : absl::StrCat("a context's name has 1 to ", kMaxNameBytes,
                              " letters, digits, dots, underscores and hyphens, and does not begin "
                              "with a hyphen");
}

absl::StatusOr<std::string> ContextsFile() {
  FLEETCA_ASSIGN_OR_RETURN(const std::string folder, ContextsFolder());
  return absl::StrCat(folder, "/contexts.json");
}

absl::StatusOr<Contexts> LoadContexts() {
  const absl::StatusOr<std::string> file = ContextsFile();
  if (!file.ok()) {
    return Contexts();
  }
  return LoadFrom(*file);
}

absl::Status EditContexts(absl::FunctionRef<absl::Status(Contexts* contexts)> edit) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string folder, ContextsFolder());
  FLEETCA_ASSIGN_OR_RETURN(const std::string file, ContextsFile());
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor lock, LockFolder(folder));
  FLEETCA_ASSIGN_OR_RETURN(Contexts contexts, LoadFrom(file));
  FLEETCA_RETURN_IF_ERROR(edit(&contexts));
  return WriteFileAtomic(file, ToJson(contexts), kFileMode);
}

}  // namespace fleetca::client
