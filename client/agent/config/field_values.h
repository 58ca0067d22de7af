// Values of the agent's configuration that several of its parts have.
#ifndef FLEETCA_CLIENT_AGENT_CONFIG_FIELD_VALUES_H_
#define FLEETCA_CLIENT_AGENT_CONFIG_FIELD_VALUES_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/config/config_reader.h"
#include "client/files/placed_file.h"
#include "google/protobuf/duration.pb.h"

namespace fleetca::client {

// What stands where a default is not wanted.
inline constexpr char kNone[] = "-";

// Each function adds a mistake for what cannot be, and returns something harmless then.
// Thread-compatible, as ConfigReader is.

// "USER", with the user's own group, or "USER:GROUP", by name or number. "" is nobody, which is
// FileOwner's default.
FileOwner ReadOwner(absl::string_view field, const std::string& written, ConfigReader* reader);

// "0640": four octal digits.
[[nodiscard]] std::optional<mode_t> ParseMode(absl::string_view text);

// The name of a systemd unit, "web.service".
void CheckUnit(absl::string_view field, absl::string_view unit, ConfigReader* reader);

// Whether the path of a Unix socket is one that the system takes. "" is none.
void CheckSocketPath(absl::string_view field, absl::string_view path, ConfigReader* reader);

// A duration between two bounds, both included.
absl::Duration ReadDuration(absl::string_view field, const google::protobuf::Duration& written,
                            absl::Duration least, absl::Duration most, ConfigReader* reader);

// The path of a folder that must be there, without slashes at its end; "" where none is written.
std::string ReadFolder(absl::string_view field, const std::string& written, ConfigReader* reader);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CONFIG_FIELD_VALUES_H_
