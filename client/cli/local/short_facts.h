// A certificate in a line, for commands that are about more than certificates.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_SHORT_FACTS_H_
#define FLEETCA_CLIENT_CLI_LOCAL_SHORT_FACTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {

// "CN=web, P-256, until 2026-05-01T00:00:00Z"; of one that not even OpenSSL can read,
// its fingerprint.
std::string CertificateInALine(absl::string_view der);

// The fields "subject", "key", "not_after", "sha256" and, where there is one, "not_accepted" of
// CertificateToJson; "sha256" alone where not even OpenSSL can read it.
nlohmann::ordered_json CertificateInShort(absl::string_view der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_SHORT_FACTS_H_
