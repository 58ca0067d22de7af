// Proof of possession for many P-256 keys at a time, in lanes (docs/lanes.md).
#ifndef FLEETCA_X509_POSSESSION_LANES_H_
#define FLEETCA_X509_POSSESSION_LANES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "p256/lanes.h"
#include "x509/csr.h"
#include "x509/possession.h"

namespace fleetca::x509 {

// The numbers of a CSR's signature; nothing where it is not ECDSA with a P-256 key, or not encoded
// as it should be.
[[nodiscard]] std::optional<p256::PublicSignature> PublicSignatureOf(const Csr& csr);

// Lanes may only say yes. Whatever they do not find valid goes to OpenSSL, which alone refuses and
// says why: so no lane can refuse what is right, and errors are the same with and without lanes.
//
// Of what lanes find valid, the first 64 and a random 1 of 256 are verified by OpenSSL too. If
// OpenSSL refuses one, the lanes are off until the next start, the whole batch is judged by OpenSSL
// before anybody hears of it, and so is every batch that other threads have under way.
// Thread-safe.
class PossessionLanes final : public PossessionVerifier {
 public:
  // p256::Lanes::Verify, or a test's.
  using VerifyFunction =
      std::function<void(absl::Span<const p256::PublicSignature>, absl::Span<bool>)>;

  // As many are verified by OpenSSL too, from the start on.
  static constexpr uint64_t kFirstChecked = 64;

  explicit PossessionLanes(VerifyFunction verify);

  void VerifyBatch(absl::Span<const Csr* const> csrs,
                   absl::Span<absl::Status> results) const override;
  PossessionStatistics statistics() const override;

 private:
  struct Candidates;

  // Which of `count` new yeses OpenSSL verifies too.
  std::vector<bool> DrawChecks(size_t count) const;
  // False where OpenSSL refused what lanes found valid: the lanes are off then.
  bool Agree(const Candidates& candidates, absl::Span<const absl::Status> results) const;

  const VerifyFunction verify_;
  const std::unique_ptr<PossessionVerifier> openssl_;
  mutable std::atomic<bool> on_ = true;
  mutable std::atomic<uint64_t> by_lanes_ = 0;
  mutable std::atomic<uint64_t> checked_again_ = 0;
  mutable std::atomic<uint64_t> left_to_openssl_ = 0;
  mutable std::atomic<uint64_t> disagreements_ = 0;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_POSSESSION_LANES_H_
