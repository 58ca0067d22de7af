#include "service/jwt/signing_algorithm.h"

#include <algorithm>
#include <iterator>

namespace fleetca::service {
namespace {

struct Row {
  SigningAlgorithm algorithm;
  absl::string_view name;
  JwkKind kind;
};

// In the order of the enumeration.
constexpr Row kRows[] = {
    {SigningAlgorithm::kRs256, "RS256", JwkKind::kRsa},
    {SigningAlgorithm::kRs384, "RS384", JwkKind::kRsa},
    {SigningAlgorithm::kRs512, "RS512", JwkKind::kRsa},
    {SigningAlgorithm::kPs256, "PS256", JwkKind::kRsa},
    {SigningAlgorithm::kPs384, "PS384", JwkKind::kRsa},
    {SigningAlgorithm::kPs512, "PS512", JwkKind::kRsa},
    {SigningAlgorithm::kEs256, "ES256", JwkKind::kP256},
    {SigningAlgorithm::kEs384, "ES384", JwkKind::kP384},
};

// Of IANA's registry "JSON Web Signature and Encryption Algorithms".
constexpr absl::string_view kOthers[] = {"ES512", "ES256K",    "EdDSA",     "Ed25519",
                                         "Ed448", "ML-DSA-44", "ML-DSA-65", "ML-DSA-87"};

const Row& RowOf(SigningAlgorithm algorithm) { return kRows[static_cast<int>(algorithm)]; }

}  // namespace

absl::string_view SigningAlgorithmName(SigningAlgorithm algorithm) { return RowOf(algorithm).name; }

std::optional<SigningAlgorithm> ParseSigningAlgorithm(absl::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) {
      return row.algorithm;
    }
  }
  return std::nullopt;
}

bool IsOtherSignature(absl::string_view name) {
  return std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers);
}

JwkKind KeyKindOf(SigningAlgorithm algorithm) { return RowOf(algorithm).kind; }

}  // namespace fleetca::service
