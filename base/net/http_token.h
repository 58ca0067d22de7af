// The words of HTTP: names of headers, methods.
#ifndef FLEETCA_BASE_NET_HTTP_TOKEN_H_
#define FLEETCA_BASE_NET_HTTP_TOKEN_H_

#include "absl/strings/string_view.h"

namespace fleetca {

// Whether the text is RFC 9110's token (5.6.2), as the name of a header must be and a method.
// Whoever takes a name that is none ("Content-Length ", "A B") may read another request than the
// proxy in front of it. Thread-safe.
bool IsHttpToken(absl::string_view text);

}  // namespace fleetca

#endif  // FLEETCA_BASE_NET_HTTP_TOKEN_H_
