#include "x509/revocation/reason_name.h"

namespace fleetca::x509 {
namespace {

constexpr struct {
  RevocationReason reason;
  absl::string_view name;
} kNames[] = {
    {RevocationReason::kUnspecified, "unspecified"},
    {RevocationReason::kKeyCompromise, "keyCompromise"},
    {RevocationReason::kCaCompromise, "cACompromise"},
    {RevocationReason::kAffiliationChanged, "affiliationChanged"},
    {RevocationReason::kSuperseded, "superseded"},
    {RevocationReason::kCessationOfOperation, "cessationOfOperation"},
    {RevocationReason::kCertificateHold, "certificateHold"},
    {RevocationReason::kRemoveFromCrl, "removeFromCRL"},
    {RevocationReason::kPrivilegeWithdrawn, "privilegeWithdrawn"},
    {RevocationReason::kAaCompromise, "aACompromise"},
};

}  // namespace

absl::string_view RevocationReasonName(RevocationReason reason) {
  for (const auto& row : kNames) {
    if (row.reason == reason) {
      return row.name;
    }
  }
  return "unspecified";
}

std::optional<RevocationReason> ParseRevocationReason(absl::string_view name) {
  for (const auto& row : kNames) {
    if (row.name == name) {
      return row.reason;
    }
  }
  return std::nullopt;
}

std::optional<RevocationReason> RevocationReasonOfNumber(int number) {
  for (const auto& row : kNames) {
    if (static_cast<int>(row.reason) == number) {
      return row.reason;
    }
  }
  return std::nullopt;
}

}  // namespace fleetca::x509
