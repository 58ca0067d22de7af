// What a certificate is wanted for.
#ifndef FLEETCA_CLIENT_VERDICT_PURPOSE_H_
#define FLEETCA_CLIENT_VERDICT_PURPOSE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleetca::client {

enum class Purpose { kAny, kServer, kClient, kCodeSigning, kEmail, kTimestamping, kOcspSigning };

// "any", "server", "client", "code-signing", "email", "timestamping", "ocsp-signing": as flags have
// it.
absl::string_view PurposeName(Purpose purpose);
[[nodiscard]] std::optional<Purpose> ParsePurpose(absl::string_view name);
// Every name, for flags.
std::vector<std::string> PurposeNames();

// The key purpose of extKeyUsage, OID contents (RFC 5280 section 4.2.1.12); "" for kAny. Lives for
// ever.
absl::string_view PurposeOid(Purpose purpose);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_PURPOSE_H_
