// Which protocol speaks, by the first octets that came where TLS was meant.
#ifndef FLEETCA_CLIENT_PROBE_SPOKEN_PROTOCOL_H_
#define FLEETCA_CLIENT_PROBE_SPOKEN_PROTOCOL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::client {

// Whether they begin a record of TLS.
bool LooksLikeTls(absl::string_view first);

// "it answered with HTTP; is there another port for HTTPS?", where `first` are not TLS. Octets of
// the server are shown escaped, and few of them. Thread-safe.
std::string SpokenInstead(absl::string_view first);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_PROBE_SPOKEN_PROTOCOL_H_
