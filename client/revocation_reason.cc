#include "client/revocation_reason.h"

#include "absl/strings/match.h"
#include "fleetca/v1/revocation.pb.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::client {
namespace {

// The numbers are those of RFC 5280; the API has fewer of them, as it knows no hold.
template <typename Visit>
void ForEachReason(Visit visit) {
  for (int number = 0; number < v1::RevocationReason_ARRAYSIZE; ++number) {
    if (v1::RevocationReason_IsValid(number)) {
      visit(static_cast<v1::RevocationReason>(number));
    }
  }
}

}  // namespace

absl::string_view RevocationReasonName(v1::RevocationReason reason) {
  return x509::RevocationReasonName(x509::RevocationReasonOfNumber(static_cast<int>(reason))
                                        .value_or(x509::RevocationReason::kUnspecified));
}

std::optional<v1::RevocationReason> ParseRevocationReason(absl::string_view name) {
  std::optional<v1::RevocationReason> found;
  ForEachReason([name, &found](v1::RevocationReason reason) {
    if (absl::EqualsIgnoreCase(RevocationReasonName(reason), name)) {
      found = reason;
    }
  });
  return found;
}

std::vector<std::string> RevocationReasonNames() {
  std::vector<std::string> names;
  ForEachReason(
      [&names](v1::RevocationReason reason) { names.emplace_back(RevocationReasonName(reason)); });
  return names;
}

}  // namespace fleetca::client
