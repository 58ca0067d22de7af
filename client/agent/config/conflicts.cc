#include "client/agent/config/conflicts.h"

#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace fleetca::client {
namespace {

// Values that may be there once, with the field that had each first.
class Once {
 public:
  // `remedy` ends the sentence.
  Once(absl::string_view remedy, ConfigReader* reader) : remedy_(remedy), reader_(reader) {}

  void Add(const std::string& field, const std::string& value) {
    if (value.empty()) {
      return;
    }
    const auto [first, is_new] = fields_.emplace(value, field);
    if (!is_new) {
      reader_->Mistake(field,
                       absl::StrCat("\"", value, "\" is ", first->second, " as well; ", remedy_));
    }
  }

  void AddPath(const std::string& field, const std::string& path) { Add(field, Normal(path)); }

  // What no field may be, as the agent itself has it; `use` says for what.
  void Reserve(const std::string& path, const std::string& use) {
    fields_.emplace(Normal(path), use);
  }

 private:
  static std::string Normal(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().string();
  }

  const std::string remedy_;
  ConfigReader* const reader_;
  std::map<std::string, std::string> fields_;
};

void CheckBootstrap(const AgentOptions& options, ConfigReader* reader) {
  for (const IdentityOptions& identity : options.identities) {
    if (options.bootstrap_addresses.empty() &&
        (!identity.enrollment.jwt_file.empty() || !identity.enrollment.join_token_file.empty())) {
      reader->Mistake("ca.bootstrap_addresses",
                      absl::StrCat("is missing, and the identity \"", identity.name,
                                   "\" enrolls there with a token; write it, as in "
                                   "\"ca.fleet.example:8444\""));
      return;
    }
  }
}

}  // namespace

void FindConflicts(const AgentOptions& options, ConfigReader* reader) {
  Once names("give each identity its own name", reader);
  Once folders("give each its own folder", reader);
  Once sockets("a caller could be two identities there; give each its own socket", reader);
  folders.AddPath("state_folder", options.state_folder);
  sockets.AddPath("status.socket", options.status_socket);
  for (const IdentityOptions& identity : options.identities) {
    folders.Reserve(absl::StrCat(options.state_folder, "/", identity.name),
                    absl::StrCat("what the agent keeps of \"", identity.name, "\""));
  }
  for (size_t i = 0; i < options.identities.size(); ++i) {
    const IdentityOptions& identity = options.identities[i];
    const std::string at = At("identities", static_cast<int>(i));
    names.Add(Below(at, "name"), identity.name);
    folders.AddPath(Below(at, "outputs.folder"), identity.outputs.folder);
    folders.AddPath(Below(at, "outputs.crl_folder"), identity.outputs.crl_folder);
    for (size_t s = 0; s < identity.sockets.size(); ++s) {
      sockets.AddPath(absl::StrCat(At(Below(at, "sockets"), static_cast<int>(s)), ".path"),
                      identity.sockets[s].path);
    }
  }
  CheckBootstrap(options, reader);
}

}  // namespace fleetca::client
