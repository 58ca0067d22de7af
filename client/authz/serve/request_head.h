// The head of an HTTP/1 request: its first line and its headers, as they are on the wire.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_REQUEST_HEAD_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_REQUEST_HEAD_H_

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

inline constexpr size_t kMaxRequestHead = size_t{48} << 10;
inline constexpr size_t kMaxRequestHeaders = 100;

// Aliases the bytes it was parsed from.
struct RequestHead {
  absl::string_view method;
  absl::string_view target;
  // In their order; nothing is decoded, as what was judged must be what goes on.
  std::vector<std::pair<absl::string_view, absl::string_view>> headers;

  // The value of the header, in whatever case its name is; "" when it is not there, nullopt when it
  // is there more than once.
  [[nodiscard]] std::optional<absl::string_view> Only(absl::string_view name) const;
};

// Reads untrusted bytes up to and including the empty line. Strict: RFC 9112 without what it only
// tolerates (bare line feeds, folded headers, space before a colon). As its section 3.2 demands, a
// request by HTTP/1.1 has a Host, and none has two; and none says twice, or in a way that two
// parties could read differently, how long its body is (section 6.3). INVALID_ARGUMENT
// kRequestEmpty when the empty line is missing, kConfigInvalid for the rest. Thread-safe.
absl::StatusOr<RequestHead> ParseRequestHead(absl::string_view bytes);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_REQUEST_HEAD_H_
