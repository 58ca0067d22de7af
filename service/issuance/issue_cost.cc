#include "service/issuance/issue_cost.h"

#include <utility>

#include "absl/status/statusor.h"
#include "x509/der/der.h"
#include "x509/rsa_factors.h"

namespace fleetca::service {
namespace {

// Reading, deciding, building, checking again, recording and answering, whatever the keys.
constexpr uint64_t kEach = 25;
// More names are more to read, to decide and to record.
constexpr uint64_t kOctetsPerMicrosecond = 64;
constexpr uint64_t kTypicalOctets = 384;

// The cost of what takes `at_2048` with an RSA key of 2048 bits, and by the square or the cube of
// its length more with a longer one.
uint64_t Squared(uint64_t at_2048, const x509::PublicKey& key) {
  const auto bits = static_cast<uint64_t>(key.bits);
  return at_2048 * bits * bits / (2048 * 2048);
}
uint64_t Cubed(uint64_t at_2048, const x509::PublicKey& key) {
  return Squared(at_2048, key) * static_cast<uint64_t>(key.bits) / 2048;
}

// To look for the factors of an RSA modulus (x509::CheckRsaFactors), as if no worker had seen it:
// which of them remember it is not known here, and keys that come again are few.
uint64_t FactorsCost(const x509::PublicKey& key) {
  return key.bits <= x509::kMaxFactoredRsaBits ? Cubed(2000, key) : 0;
}

// The key of a CSR (x509/csr.h), or an error where there is none.
absl::StatusOr<x509::PublicKey> KeyOf(absl::string_view csr_der) {
  x509::der::Reader csr(csr_der);
  x509::der::Reader request;
  x509::der::Reader info;
  absl::string_view version;
  absl::string_view subject;
  absl::string_view spki;
  const bool found = csr.ReadNested(x509::der::kSequence, &request) &&
                     request.ReadNested(x509::der::kSequence, &info) &&
                     info.ReadInteger(&version) &&
                     info.ReadElement(x509::der::kSequence, &subject) &&
                     info.ReadElement(x509::der::kSequence, &spki);
  return x509::ParsePublicKey(found ? spki : absl::string_view(), "csr.public_key");
}

uint64_t SigningCostOf(absl::string_view spki) {
  const absl::StatusOr<x509::PublicKey> key = x509::ParsePublicKey(spki, "issuer");
  return key.ok() ? SigningCost(*key) : 0;
}

}  // namespace

uint64_t PossessionCost(const x509::PublicKey& key, bool in_lanes) {
  switch (key.algorithm) {
    case x509::PublicKeyAlgorithm::kP256:
      return in_lanes ? 10 : 70;
    case x509::PublicKeyAlgorithm::kP384:
      return 740;
    case x509::PublicKeyAlgorithm::kEd25519:
      return 125;
    case x509::PublicKeyAlgorithm::kRsa:
      return 22 + Squared(21, key) + FactorsCost(key);
  }
  return 0;
}

uint64_t SigningCost(const x509::PublicKey& key) {
  switch (key.algorithm) {
    case x509::PublicKeyAlgorithm::kP256:
      return 20;
    case x509::PublicKeyAlgorithm::kP384:
      return 940;
    case x509::PublicKeyAlgorithm::kEd25519:
      return 40;
    case x509::PublicKeyAlgorithm::kRsa:
      return Cubed(450, key);
  }
  return 0;
}

IssueCosts::IssueCosts(absl::string_view issuing_key, std::function<bool()> in_lanes)
    : signing_(SigningCostOf(issuing_key)), in_lanes_(std::move(in_lanes)) {}

uint64_t IssueCosts::PossessionCostNow(const x509::PublicKey& key) const {
  return PossessionCost(key, in_lanes_ != nullptr && in_lanes_());
}

uint64_t IssueCosts::Of(absl::string_view csr_der) const {
  const absl::StatusOr<x509::PublicKey> key = KeyOf(csr_der);
  if (!key.ok()) {
    return kEach;
  }
  return kEach + csr_der.size() / kOctetsPerMicrosecond + PossessionCostNow(*key) + signing_;
}

uint64_t IssueCosts::OfRequest(const IssueRequest& request) const {
  return request.renewal && request.csr_der.empty() ? OfRenewal() : Of(request.csr_der);
}

uint64_t IssueCosts::OfRenewal() const { return kEach + signing_; }

uint64_t IssueCosts::OfRefusedProof() const {
  constexpr x509::PublicKeyAlgorithm kInLanes = x509::PublicKeyAlgorithm::kP256;
  return in_lanes_ != nullptr && in_lanes_() ? PossessionCost({.algorithm = kInLanes}) : 0;
}

uint64_t IssueCosts::Typical() const {
  return kEach + kTypicalOctets / kOctetsPerMicrosecond +
         PossessionCostNow({.algorithm = x509::PublicKeyAlgorithm::kP256}) + signing_;
}

}  // namespace fleetca::service
