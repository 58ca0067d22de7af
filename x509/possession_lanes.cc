#include "x509/possession_lanes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "base/cpu_features.h"
#include "base/log.h"
#include "base/random.h"
#include "x509/digest.h"
#include "x509/ecdsa_signature.h"
#include "x509/public_key.h"

namespace fleetca::x509 {
namespace {

// With fewer, OpenSSL is as fast.
constexpr size_t kFewest = 2;

// A random octet of this value: 1 of 256.
constexpr char kChosen = 0;

// With zeros on the left.
void SetOctets(absl::string_view magnitude, uint8_t (&octets)[32]) {
  std::fill(std::begin(octets), std::end(octets), 0);
  std::copy(magnitude.begin(), magnitude.end(), std::end(octets) - magnitude.size());
}

std::string ToHex(const uint8_t (&octets)[32]) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(octets), sizeof octets));
}

// Fixed for as long as it runs: the lanes of this verifier failed, or there are none.
class OpenSslWithReason final : public PossessionVerifier {
 public:
  explicit OpenSslWithReason(PossessionPath reason) : reason_(reason), openssl_(CreateOpenSsl()) {}

  void VerifyBatch(absl::Span<const Csr* const> csrs,
                   absl::Span<absl::Status> results) const override {
    openssl_->VerifyBatch(csrs, results);
  }
  PossessionStatistics statistics() const override { return {.path = reason_}; }

 private:
  const PossessionPath reason_;
  const std::unique_ptr<PossessionVerifier> openssl_;
};

}  // namespace

std::optional<p256::PublicSignature> PublicSignatureOf(const Csr& csr) {
  constexpr size_t kCoordinate = 32;
  const PublicKey& key = csr.public_key;
  const absl::string_view point = key.key_bits;
  if (key.algorithm != PublicKeyAlgorithm::kP256 ||
      !SchemeFitsKey(csr.signature_algorithm.scheme, key.algorithm) ||
      point.size() != 1 + 2 * kCoordinate || point[0] != 4) {
    return std::nullopt;
  }
  const std::optional<EcdsaSignature> numbers = ReadEcdsaSignature(key, csr.signature);
  DigestBuffer buffer;
  const absl::string_view digest =
      DigestFor(csr.signature_algorithm.scheme, csr.certification_request_info, &buffer);
  if (!numbers.has_value() || digest.empty()) {
    return std::nullopt;
  }
  p256::PublicSignature signature;
  SetOctets(numbers->r, signature.r);
  SetOctets(numbers->s, signature.s);
  // Of a longer digest the left 256 bits count (FIPS 186-5 section 6.4.2).
  SetOctets(digest.substr(0, sizeof signature.z), signature.z);
  SetOctets(point.substr(1, kCoordinate), signature.x);
  SetOctets(point.substr(1 + kCoordinate), signature.y);
  return signature;
}

// What of a batch lanes can verify.
struct PossessionLanes::Candidates {
  explicit Candidates(absl::Span<const Csr* const> csrs) {
    for (size_t i = 0; i < csrs.size(); ++i) {
      if (csrs[i] == nullptr) {
        continue;
      }
      if (std::optional<p256::PublicSignature> signature = PublicSignatureOf(*csrs[i])) {
        signatures.push_back(*signature);
        places.push_back(i);
      }
    }
    valid = std::make_unique<bool[]>(places.size());
  }
  absl::Span<bool> verdicts() const { return {valid.get(), places.size()}; }

  std::vector<p256::PublicSignature> signatures;
  std::vector<size_t> places;     // in the batch
  std::unique_ptr<bool[]> valid;  // what lanes say
};

PossessionLanes::PossessionLanes(VerifyFunction verify)
    : verify_(std::move(verify)), openssl_(CreateOpenSsl()) {}

void PossessionLanes::VerifyBatch(absl::Span<const Csr* const> csrs,
                                  absl::Span<absl::Status> results) const {
  if (csrs.size() < kFewest || !on_.load()) {
    return openssl_->VerifyBatch(csrs, results);
  }
  const Candidates candidates(csrs);
  if (candidates.places.size() < kFewest) {
    return openssl_->VerifyBatch(csrs, results);
  }
  verify_(candidates.signatures, candidates.verdicts());
  const std::vector<bool> checks =
      DrawChecks(std::count(candidates.verdicts().begin(), candidates.verdicts().end(), true));
  // What lanes found valid is settled, unless it is drawn.
  std::vector<const Csr*> left(csrs.begin(), csrs.end());
  size_t yes = 0;
  for (size_t i = 0; i < candidates.places.size(); ++i) {
    if (candidates.valid[i] && !checks[yes++]) {
      left[candidates.places[i]] = nullptr;
      results[candidates.places[i]] = absl::OkStatus();
    }
  }
  openssl_->VerifyBatch(left, results);
  if (!Agree(candidates, results) || !on_.load()) {
    openssl_->VerifyBatch(csrs, results);
  }
}

std::vector<bool> PossessionLanes::DrawChecks(size_t count) const {
  const uint64_t before = by_lanes_.fetch_add(count, std::memory_order_relaxed);
  std::string octets(count, kChosen);
  // Not countable, so that nobody can place a signature between two checks. Where there are no
  // random numbers, all are checked.
  if (!RandomBytes(absl::MakeSpan(octets)).ok()) {
    octets.assign(count, kChosen);
  }
  std::vector<bool> checks(count);
  for (size_t i = 0; i < count; ++i) {
    checks[i] = before + i < kFirstChecked || octets[i] == kChosen;
  }
  checked_again_.fetch_add(std::count(checks.begin(), checks.end(), true),
                           std::memory_order_relaxed);
  return checks;
}

bool PossessionLanes::Agree(const Candidates& candidates,
                            absl::Span<const absl::Status> results) const {
  bool agree = true;
  for (size_t i = 0; i < candidates.places.size(); ++i) {
    const absl::Status& result = results[candidates.places[i]];
    if (!candidates.valid[i]) {
      // Whoever chooses a key can choose one for which the lanes cannot compute the sum, so this is
      // no fault, and must not be a way to switch the lanes off.
      left_to_openssl_.fetch_add(result.ok() ? 1 : 0, std::memory_order_relaxed);
    } else if (absl::IsInvalidArgument(result)) {
      agree = false;
      on_.store(false);
      disagreements_.fetch_add(1, std::memory_order_relaxed);
      const p256::PublicSignature& signature = candidates.signatures[i];
      log::Error(
          "lanes found a signature valid that OpenSSL refuses: they are off until the next start; "
          "report these numbers, which are public, and suspect the processor",
          {{"r", ToHex(signature.r)},
           {"s", ToHex(signature.s)},
           {"z", ToHex(signature.z)},
           {"x", ToHex(signature.x)},
           {"y", ToHex(signature.y)}});
    }
  }
  return agree;
}

PossessionStatistics PossessionLanes::statistics() const {
  return {.path = on_.load() ? PossessionPath::kLanes : PossessionPath::kDisagreement,
          .by_lanes = by_lanes_.load(std::memory_order_relaxed),
          .checked_again = checked_again_.load(std::memory_order_relaxed),
          .left_to_openssl = left_to_openssl_.load(std::memory_order_relaxed),
          .disagreements = disagreements_.load(std::memory_order_relaxed)};
}

std::unique_ptr<PossessionVerifier> PossessionVerifier::Create(LanesSetting setting) {
  if (setting == LanesSetting::kOff) {
    return std::make_unique<OpenSslWithReason>(PossessionPath::kOff);
  }
  if (!HasAvx512Ifma()) {
    return std::make_unique<OpenSslWithReason>(PossessionPath::kNoIfma);
  }
  std::shared_ptr<const p256::Lanes> lanes = p256::Lanes::Create();
  if (lanes == nullptr) {
    log::Error(
        "the lanes for P-256 failed their test at the start, so OpenSSL verifies alone; "
        "suspect the processor");
    return std::make_unique<OpenSslWithReason>(PossessionPath::kSelfTestFailed);
  }
  return std::make_unique<PossessionLanes>(
      [lanes](absl::Span<const p256::PublicSignature> signatures, absl::Span<bool> valid) {
        lanes->Verify(signatures, valid);
      });
}

}  // namespace fleetca::x509
