#include "client/agent/config/socket_config.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/config/field_values.h"

namespace fleetca::client {
namespace {

namespace pb = agent::v1;

mode_t ReadSocketMode(absl::string_view field, const std::string& written, ConfigReader* reader) {
  constexpr mode_t kUsual = 0660;
  constexpr mode_t kReadAndWrite = 0666;
  constexpr mode_t kOwner = 0600;
  if (written.empty()) {
    return kUsual;
  }
  const mode_t mode = ParseMode(written).value_or(0);
  if ((mode & ~kReadAndWrite) != 0 || (mode & kOwner) != kOwner) {
    reader->Mistake(field,
                    absl::StrCat("\"", absl::CHexEscape(written),
                                 "\" is not a mode for a socket; write \"0600\", \"0660\" or "
                                 "\"0666\""));
    return kUsual;
  }
  return mode;
}

void ReadProtocols(absl::string_view field, const pb::WorkloadSocket& written, ConfigReader* reader,
                   SocketOptions* socket) {
  if (written.protocols().empty()) {
    return;
  }
  socket->workload_api = false;
  socket->envoy_sds = false;
  for (int i = 0; i < written.protocols_size(); ++i) {
    switch (written.protocols(i)) {
      case pb::SOCKET_PROTOCOL_WORKLOAD_API:
        socket->workload_api = true;
        break;
      case pb::SOCKET_PROTOCOL_ENVOY_SDS:
        socket->envoy_sds = true;
        break;
      default:
        reader->Mistake(At(field, i),
                        "is not a protocol; write SOCKET_PROTOCOL_WORKLOAD_API or "
                        "SOCKET_PROTOCOL_ENVOY_SDS");
    }
  }
}

void CheckGroupPath(absl::string_view field, absl::string_view path, ConfigReader* reader) {
  if (!absl::StartsWith(path, "/") || absl::StrContains(path, "..")) {
    reader->Mistake(field, absl::StrCat("\"", absl::CHexEscape(path),
                                        "\" is not how the path of a control group begins; write "
                                        "it as in \"/system.slice/\""));
  }
}

}  // namespace

SocketOptions ReadSocket(absl::string_view field, const pb::WorkloadSocket& written,
                         ConfigReader* reader) {
  SocketOptions socket;
  const std::string path = Below(field, "path");
  if (!written.path().empty() && !absl::StartsWith(written.path(), "/")) {
    reader->Mistake(path, absl::StrCat("\"", absl::CHexEscape(written.path()),
                                       "\" is relative, and programs are told an absolute one; "
                                       "write it from the root on"));
  }
  socket.path = reader->Path(path, written.path());
  CheckSocketPath(path, socket.path, reader);
  socket.owner = ReadOwner(Below(field, "owner"), written.owner(), reader);
  socket.mode = ReadSocketMode(Below(field, "mode"), written.mode(), reader);
  socket.uids.assign(written.uids().begin(), written.uids().end());
  socket.gids.assign(written.gids().begin(), written.gids().end());
  for (int i = 0; i < written.units_size(); ++i) {
    CheckUnit(At(Below(field, "units"), i), written.units(i), reader);
    socket.units.push_back(written.units(i));
  }
  for (int i = 0; i < written.cgroups_size(); ++i) {
    CheckGroupPath(At(Below(field, "cgroups"), i), written.cgroups(i), reader);
    socket.cgroups.push_back(written.cgroups(i));
  }
  ReadProtocols(Below(field, "protocols"), written, reader, &socket);
  return socket;
}

}  // namespace fleetca::client
