#include "client/verdict/revocation_text.h"

#include "absl/strings/escaping.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::client {

std::string SerialText(absl::string_view serial) {
  if (serial.size() > 1 && serial[0] == '\0') {
    serial.remove_prefix(1);
  }
  return absl::BytesToHexString(serial);
}

std::string ReasonText(const x509::CrlEntry& entry) {
  return std::string(
      x509::RevocationReasonName(entry.reason.value_or(x509::RevocationReason::kUnspecified)));
}

}  // namespace fleetca::client
