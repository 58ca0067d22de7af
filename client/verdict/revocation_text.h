// What is revoked, in words.
#ifndef FLEETCA_CLIENT_VERDICT_REVOCATION_TEXT_H_
#define FLEETCA_CLIENT_VERDICT_REVOCATION_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "x509/revocation/crl_spec.h"

namespace fleetca::client {

// A serial number's INTEGER contents in hex, as fleetca prints those of its own.
std::string SerialText(absl::string_view serial);

// "keyCompromise"; "unspecified" for an entry without one.
std::string ReasonText(const x509::CrlEntry& entry);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_REVOCATION_TEXT_H_
