#include "client/cli/connection_settings.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/named_paths.h"
#include "base/status_macros.h"
#include "client/cli/ca_folder.h"
#include "client/cli/contexts.h"
#include "client/cli/terminal/address_flag.h"

namespace fleetca::client {
namespace {

// The names that `fleetca ca init` gives.
constexpr absl::string_view kTrustBundleFile = "trust-bundle.pem";
constexpr absl::string_view kCertificateFile = "admin.crt";
constexpr absl::string_view kPrivateKeyFile = "admin.key";
constexpr absl::string_view kConfigFile = "fleetca.textproto";

constexpr absl::string_view kUsualServer = "127.0.0.1:8443";

constexpr char kDirVariable[] = "FLEETCA_DIR";
constexpr char kServerVariable[] = "FLEETCA_SERVER";

std::string FileOr(const std::string& given, const std::string& dir, absl::string_view name) {
  return given.empty() && !dir.empty() ? absl::StrCat(dir, "/", name) : given;
}

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void FillEmpty(const std::string& from, std::string* to) {
  if (to->empty()) {
    *to = from;
  }
}

bool IsComplete(const ConnectionSettings& settings) {
  return !settings.server.empty() && !settings.ca.empty() && !settings.certificate.empty() &&
         !settings.key.empty();
}

// Adds what `weaker` says and `settings` does not.
absl::Status Add(const ConnectionSettings& weaker, ConnectionSettings* settings) {
  if (settings->server.empty()) {
    std::string server = weaker.server;
    if (server.empty() && !weaker.dir.empty()) {
      FLEETCA_ASSIGN_OR_RETURN(server, ServerAddressOf(weaker.dir));
    }
    settings->server = server;
    FillEmpty(weaker.server_name, &settings->server_name);
    FillEmpty(weaker.server_identity, &settings->server_identity);
  }
  const TlsFiles files = FilesIn(weaker);
  FillEmpty(files.ca_file, &settings->ca);
  if (settings->certificate.empty() && settings->key.empty()) {
    settings->certificate = files.certificate_file;
    settings->key = files.private_key_file;
  }
  return absl::OkStatus();
}

absl::Status CheckFolder(const std::string& dir, absl::string_view source) {
  std::error_code error;
  if (dir.empty() || std::filesystem::is_directory(dir, error)) {
    return absl::OkStatus();
  }
  return FailedPrecondition(Reason::kFileMissing,
                            absl::StrCat(source, " names the folder ", dir,
                                         ", which is not there; correct it, or give --dir"));
}

absl::Status AddEnvironment(ConnectionSettings* settings) {
  ConnectionSettings environment;
  environment.server = Variable(kServerVariable);
  environment.dir = Variable(kDirVariable);
  if (settings->server.empty() && !environment.server.empty()) {
    if (const std::string mistake = CheckAddressFlag(environment.server); !mistake.empty()) {
      return InvalidArgument(Reason::kConfigInvalid, kServerVariable,
                             absl::StrCat("the variable ", kServerVariable, ": ", mistake));
    }
  }
  NamePath(environment.dir, kDirVariable);
  FLEETCA_RETURN_IF_ERROR(
      CheckFolder(environment.dir, absl::StrCat("the variable ", kDirVariable)));
  return Add(environment, settings);
}

// By their fields in the file of contexts: "contexts.home.dir".
void NamePathsOfContext(absl::string_view name, const ConnectionSettings& context) {
  for (const auto& [field, member] : kContextFields) {
    const std::string& value = context.*member;
    // The others are no paths, which are absolute in a context.
    if (absl::StartsWith(value, "/")) {
      NamePath(value, absl::StrCat("contexts.", name, ".", field));
    }
  }
}

absl::Status AddContext(ConnectionSettings* settings) {
  FLEETCA_ASSIGN_OR_RETURN(const Contexts contexts, LoadContexts());
  const auto current = contexts.by_name.find(contexts.current);
  if (current == contexts.by_name.end()) {
    return absl::OkStatus();
  }
  NamePathsOfContext(contexts.current, current->second);
  FLEETCA_RETURN_IF_ERROR(
      CheckFolder(current->second.dir, absl::StrCat("the context \"", contexts.current, "\"")));
  return Add(current->second, settings);
}

}  // namespace

TlsFiles FilesIn(const ConnectionSettings& settings) {
  return {FileOr(settings.ca, settings.dir, kTrustBundleFile),
          FileOr(settings.certificate, settings.dir, kCertificateFile),
          FileOr(settings.key, settings.dir, kPrivateKeyFile), settings.server_identity};
}

namespace {

// As ResolveSettings, with an empty server where no source names one.
absl::StatusOr<ConnectionSettings> ResolveNamed(const ConnectionSettings& flags) {
  ConnectionSettings settings;
  FLEETCA_RETURN_IF_ERROR(Add(flags, &settings));
  if (!IsComplete(settings)) {
    FLEETCA_RETURN_IF_ERROR(AddEnvironment(&settings));
  }
  if (!IsComplete(settings)) {
    FLEETCA_RETURN_IF_ERROR(AddContext(&settings));
  }
  return settings;
}

}  // namespace

absl::StatusOr<ConnectionSettings> ResolveSettings(const ConnectionSettings& flags) {
  FLEETCA_ASSIGN_OR_RETURN(ConnectionSettings settings, ResolveNamed(flags));
  FillEmpty(std::string(kUsualServer), &settings.server);
  return settings;
}

std::string WhyUsualServer(const ConnectionSettings& flags) {
  const absl::StatusOr<ConnectionSettings> settings = ResolveNamed(flags);
  if (!settings.ok() || !settings->server.empty()) {
    return "";
  }
  return absl::StrCat(
      kUsualServer, " is the default: ",
      flags.dir.empty() ? "nothing names another address"
                        : absl::StrCat(flags.dir, " holds no ", kConfigFile, " that names another"),
      "; --server does");
}

}  // namespace fleetca::client
