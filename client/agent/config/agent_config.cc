#include "client/agent/config/agent_config.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/config/config_reader.h"
#include "base/config/config_text.h"
#include "base/file.h"
#include "base/named_paths.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/agent/config/ca_config.h"
#include "client/agent/config/conflicts.h"
#include "client/agent/config/field_values.h"
#include "client/agent/config/identity_config.h"
#include "client/agent/config/writers_rule.h"
#include "fleetca/agent/v1/agent.pb.h"

namespace fleetca::client {
namespace {

namespace pb = agent::v1;
using NamedPaths = std::vector<std::pair<std::string, std::string>>;

constexpr char kStatusSocket[] = "status.sock";

// What relative paths are relative to; "" is the current folder.
std::string FolderOfConfig(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (IsStandardStream(path) || slash == absl::string_view::npos) {
    return "";
  }
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

// The same from the root, as sockets need it: the folder that a process is in is not theirs. Where
// that folder is gone, it stays as it is.
std::string AbsoluteFolderOf(absl::string_view path) {
  const std::string folder = FolderOfConfig(path);
  std::error_code error;
  const std::filesystem::path absolute =
      std::filesystem::absolute(folder.empty() ? "." : folder, error);
  return error ? folder : absolute.lexically_normal().string();
}

void ReadStatus(const pb::Status& written, ConfigReader* reader, AgentOptions* options) {
  if (!written.address().empty()) {
    options->status_address = reader->Address("status.address", written.address());
    if (!absl::StartsWith(written.address(), "127.") &&
        !absl::StartsWith(written.address(), "[::1]:")) {
      reader->Mistake("status.address", absl::StrCat("\"", written.address(),
                                                     "\" can be reached from elsewhere; write "
                                                     "127.0.0.1:PORT or [::1]:PORT"));
    }
  }
  if (written.socket().empty()) {
    options->status_socket = absl::StrCat(options->state_folder, "/", kStatusSocket);
  } else if (written.socket() != kNone) {
    options->status_socket = reader->Path("status.socket", written.socket());
  }
  CheckSocketPath("status.socket", options->status_socket, reader);
}

void ReadLogging(const pb::Logging& written, ConfigReader* reader, AgentOptions* options) {
  options->json_log = written.json();
  if (written.level().empty()) {
    return;
  }
  options->log_level = written.level();
  for (const char* known : {"debug", "info", "warning", "error"}) {
    if (written.level() == known) {
      return;
    }
  }
  reader->Mistake("logging.level",
                  absl::StrCat("\"", written.level(),
                               "\" is not a level; write \"debug\", \"info\", \"warning\" or "
                               "\"error\""));
}

void ReadRunAs(const std::string& written, ConfigReader* reader, AgentOptions* options) {
  if (written.empty()) {
    return;
  }
  options->run_as = ReadOwner("run_as", written, reader);
  if (!absl::StrContains(written, ":") && options->run_as->user != static_cast<uid_t>(-1) &&
      options->run_as->group == static_cast<gid_t>(-1)) {
    reader->Mistake("run_as", absl::StrCat("\"", written,
                                           "\" is a number that this machine knows no group of; "
                                           "write USER:GROUP"));
  }
}

void ReadIdentities(const pb::AgentConfig& written, absl::string_view credentials_folder,
                    ConfigReader* reader, AgentOptions* options) {
  if (written.identities().empty()) {
    reader->Mistake("identities", "is missing; write one, as in identities { name: \"web\" ... }");
  }
  // One that is wrong is said once.
  const bool domain_known = written.ca().trust_domain() == options->trust_domain;
  const std::string trust_domain = domain_known ? options->trust_domain : "";
  for (int i = 0; i < written.identities_size(); ++i) {
    options->identities.push_back(ReadIdentity(At("identities", i), written.identities(i),
                                               trust_domain, credentials_folder, reader));
  }
}

// `path` is what messages call the file, `folder` what relative paths are relative to.
absl::StatusOr<AgentOptions> Parse(absl::string_view text, absl::string_view path,
                                   const std::string& folder, absl::string_view credentials_folder,
                                   NamedPaths* paths) {
  pb::AgentConfig message;
  ConfigText written(text, path, &message);
  if (!written.parsed()) {
    return written.ToStatus();
  }
  ConfigReader reader(&written, folder);
  AgentOptions options;
  ReadCa(message.ca(), &reader, &options);
  options.state_folder = ReadFolder("state_folder", message.state_folder(), &reader);
  ReadIdentities(message, credentials_folder, &reader, &options);
  ReadStatus(message.status(), &reader, &options);
  ReadLogging(message.logging(), &reader, &options);
  ReadRunAs(message.run_as(), &reader, &options);
  options.watch_revocations =
      message.ca().watch_revocations() ||
      std::any_of(options.identities.begin(), options.identities.end(),
                  [](const IdentityOptions& identity) {
                    return !identity.sockets.empty() || !identity.outputs.crl_folder.empty();
                  });
  FindConflicts(options, &reader);
  FLEETCA_RETURN_IF_ERROR(written.ToStatus());
  *paths = reader.paths();
  return options;
}

// An agent obeys what it reads, and waits for nobody.
absl::StatusOr<std::string> ReadConfig(const std::string& path) {
  if (IsStandardStream(path)) {
    return ReadFile(path);
  }
  FLEETCA_RETURN_IF_ERROR(CheckConfigWriters(path));
  return ReadRegularFile(path);
}

}  // namespace

absl::StatusOr<AgentOptions> ParseAgentConfig(absl::string_view text, absl::string_view path,
                                              absl::string_view credentials_folder) {
  NamedPaths paths;
  return Parse(text, path, FolderOfConfig(path), credentials_folder, &paths);
}

absl::StatusOr<AgentOptions> LoadAgentConfig(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadConfig(std::string(path)));
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  NamedPaths paths;
  FLEETCA_ASSIGN_OR_RETURN(AgentOptions options, Parse(text, path, AbsoluteFolderOf(path),
                                                       folder == nullptr ? "" : folder, &paths));
  for (const auto& [field, file] : paths) {
    NamePath(file, field);
  }
  FLEETCA_RETURN_IF_ERROR(CheckNamedWriters(options));
  return options;
}

}  // namespace fleetca::client
