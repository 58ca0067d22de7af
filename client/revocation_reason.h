// The reasons of revocations, as RFC 5280 names them.
#ifndef FLEETCA_CLIENT_REVOCATION_REASON_H_
#define FLEETCA_CLIENT_REVOCATION_REASON_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleetca::v1 {
enum RevocationReason : int;
}  // namespace fleetca::v1

namespace fleetca::client {

// "keyCompromise"; "unspecified" for a number that this release does not know.
[[nodiscard]] absl::string_view RevocationReasonName(v1::RevocationReason reason);

// In whatever case it is written; nullopt for what is no reason.
[[nodiscard]] std::optional<v1::RevocationReason> ParseRevocationReason(absl::string_view name);

// All of them.
std::vector<std::string> RevocationReasonNames();

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_REVOCATION_REASON_H_
