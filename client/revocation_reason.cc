#include "client/revocation_reason.h"

#include <utility>

#include "absl/strings/match.h"

namespace fleetca::client {
namespace {

constexpr std::pair<v1::RevocationReason, absl::string_view> kNames[] = {
    {v1::REVOCATION_REASON_UNSPECIFIED, "unspecified"},
    {v1::REVOCATION_REASON_KEY_COMPROMISE, "keyCompromise"},
    {v1::REVOCATION_REASON_CA_COMPROMISE, "cACompromise"},
    {v1::REVOCATION_REASON_AFFILIATION_CHANGED, "affiliationChanged"},
    {v1::REVOCATION_REASON_SUPERSEDED, "superseded"},
    {v1::REVOCATION_REASON_CESSATION_OF_OPERATION, "cessationOfOperation"},
    {v1::REVOCATION_REASON_PRIVILEGE_WITHDRAWN, "privilegeWithdrawn"},
    {v1::REVOCATION_REASON_AA_COMPROMISE, "aACompromise"}};

}  // namespace

absl::string_view RevocationReasonName(v1::RevocationReason reason) {
  for (const auto& [number, name] : kNames) {
    if (number == reason) {
      return name;
    }
  }
  return kNames[0].second;
}

std::optional<v1::RevocationReason> ParseRevocationReason(absl::string_view name) {
  for (const auto& [number, known] : kNames) {
    if (absl::EqualsIgnoreCase(known, name)) {
      return number;
    }
  }
  return std::nullopt;
}

std::vector<std::string> RevocationReasonNames() {
  std::vector<std::string> names;
  for (const auto& [number, name] : kNames) {
    names.emplace_back(name);
  }
  return names;
}

}  // namespace fleetca::client
