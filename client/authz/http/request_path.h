// The path of an HTTP request, when it can only mean one thing.
#ifndef FLEETCA_CLIENT_AUTHZ_HTTP_REQUEST_PATH_H_
#define FLEETCA_CLIENT_AUTHZ_HTTP_REQUEST_PATH_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

inline constexpr size_t kMaxTargetSize = 8192;
inline constexpr size_t kMaxPathSize = 4096;
inline constexpr size_t kMaxPathSegments = 64;

// The path of an untrusted request target ("/orders/7?all=1"): without the query, percent-decoded,
// and without a slash at its end. Proxies and backends differ in whether they decode, and how
// often, merge slashes, resolve dots, cut ";" parameters, turn "\" into "/" or drop what Windows
// drops; so a path that any of this would change is PERMISSION_DENIED kCallerNotAllowed, with a
// sentence for the caller. What is left is the same path to all of them. Thread-safe.
absl::StatusOr<std::string> ParseRequestPath(absl::string_view target);

// What keeps a decoded path from being one of those that ParseRequestPath gives: the end of a
// sentence that begins with the path. Null when nothing does.
[[nodiscard]] const char* RequestPathProblem(absl::string_view path);

// Returns the name that an untrusted Host header or :authority has, in lower case and without the
// port and a dot at the end. A name is a DNS name (labels of 1 to 63 letters, digits, "-" and "_"),
// an IPv4 address in four decimal parts, or an IPv6 address in brackets. The empty host gives the
// empty name, and everything else gives nullopt.
[[nodiscard]] std::optional<std::string> ParseRequestHost(absl::string_view host);

// Whether these are the letters of an HTTP method that no one could read differently: A-Z, "-" and
// "_", at most 32.
bool IsHttpMethod(absl::string_view method);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_HTTP_REQUEST_PATH_H_
