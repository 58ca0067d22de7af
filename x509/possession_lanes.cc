#include "x509/possession_lanes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/log.h"
#include "base/openssl.h"
#include "base/random.h"
#include "x509/ec_public_key.h"
#include "x509/public_signature.h"
#include "x509/verdict.h"

namespace fleetca::x509 {
namespace {

// With fewer, OpenSSL is as fast.
constexpr size_t kFewest = 2;

// A random octet of this value: 1 of 256.
constexpr char kChosen = 0;

absl::string_view AsView(const uint8_t (&octets)[32]) {
  return {reinterpret_cast<const char*>(octets), sizeof octets};
}

std::string ToHex(const uint8_t (&octets)[32]) { return absl::BytesToHexString(AsView(octets)); }

// OpenSSL's verdict of the very numbers that the lanes had, by objects that are made for it alone.
Verdict JudgeAfresh(const p256::PublicSignature& signature) {
  const ScopedOpenSslErrorQueue queue;
  const std::unique_ptr<EcPublicKey> key = EcPublicKey::Create(EcCurve::kP256);
  if (key == nullptr) {
    return Verdict::kFailed;
  }
  const Verdict loaded = key->Load(absl::StrCat("\x04", AsView(signature.x), AsView(signature.y)));
  return loaded != Verdict::kValid
             ? loaded
             : key->Verify(AsView(signature.z), AsView(signature.r), AsView(signature.s));
}

}  // namespace

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

PossessionLanes::PossessionLanes(VerifyFunction verify, std::unique_ptr<PossessionVerifier> openssl)
    : verify_(std::move(verify)), openssl_(std::move(openssl)) {}

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
  const std::vector<bool> checks = DrawChecks(candidates);
  // What lanes found valid is settled, unless it is drawn.
  std::vector<const Csr*> left(csrs.begin(), csrs.end());
  for (size_t i = 0; i < candidates.places.size(); ++i) {
    if (candidates.valid[i] && !checks[i]) {
      left[candidates.places[i]] = nullptr;
      results[candidates.places[i]] = absl::OkStatus();
    }
  }
  openssl_->VerifyBatch(left, results);
  if (!Agree(candidates, csrs, results) || !on_.load()) {
    openssl_->VerifyBatch(csrs, results);
  }
}

std::vector<bool> PossessionLanes::DrawChecks(const Candidates& candidates) const {
  const size_t count = candidates.places.size();
  std::string octets(count, kChosen);
  // Not countable, so that nobody can place a signature between two checks. Where there are no
  // random numbers, all are checked.
  if (!RandomBytes(absl::MakeSpan(octets)).ok()) {
    octets.assign(count, kChosen);
  }
  std::vector<bool> checks(count);
  for (size_t i = 0; i < count; ++i) {
    if (candidates.valid[i]) {
      std::atomic<uint64_t>& by_engine =
          i < p256::Lanes::InSixteenLanes(count) ? by_sixteen_ : by_eight_;
      const uint64_t before = by_engine.fetch_add(1, std::memory_order_relaxed);
      checks[i] = before < kFirstChecked || octets[i] == kChosen;
    }
  }
  checked_again_.fetch_add(std::count(checks.begin(), checks.end(), true),
                           std::memory_order_relaxed);
  return checks;
}

bool PossessionLanes::Agree(const Candidates& candidates, absl::Span<const Csr* const> csrs,
                            absl::Span<absl::Status> results) const {
  const p256::PublicSignature* first = nullptr;
  uint64_t count = 0;
  for (size_t i = 0; i < candidates.places.size(); ++i) {
    const size_t place = candidates.places[i];
    if (!candidates.valid[i]) {
      // Whoever chooses a key can choose one for which the lanes cannot compute the sum, so this is
      // no fault, and must not be a way to switch the lanes off.
      left_to_openssl_.fetch_add(results[place].ok() ? 1 : 0, std::memory_order_relaxed);
    } else if (absl::IsInvalidArgument(results[place])) {
      if (JudgeAfresh(candidates.signatures[i]) == Verdict::kInvalid) {
        first = first == nullptr ? &candidates.signatures[i] : first;
        ++count;
      } else {
        openssl_->VerifyBatch(csrs.subspan(place, 1), results.subspan(place, 1));
      }
    }
  }
  if (first != nullptr) {
    SwitchOff(*first, count);
  }
  return first == nullptr;
}

void PossessionLanes::SwitchOff(const p256::PublicSignature& first, uint64_t count) const {
  on_.store(false);
  disagreements_.fetch_add(count, std::memory_order_relaxed);
  log::Error(
      "ALARM: lanes found signatures valid that OpenSSL refuses: they are off until the next "
      "start; save this line and report the first one's numbers, which are public, suspect the "
      "processor, and write `possession_lanes: POSSESSION_LANES_OFF` before the next start",
      {{"signatures", count},
       {"r", ToHex(first.r)},
       {"s", ToHex(first.s)},
       {"z", ToHex(first.z)},
       {"x", ToHex(first.x)},
       {"y", ToHex(first.y)}});
}

PossessionStatistics PossessionLanes::statistics() const {
  return {.path = on_.load() ? PossessionPath::kLanes : PossessionPath::kDisagreement,
          .by_lanes = by_eight_.load(std::memory_order_relaxed) +
                      by_sixteen_.load(std::memory_order_relaxed),
          .checked_again = checked_again_.load(std::memory_order_relaxed),
          .left_to_openssl = left_to_openssl_.load(std::memory_order_relaxed),
          .disagreements = disagreements_.load(std::memory_order_relaxed)};
}

}  // namespace fleetca::x509
