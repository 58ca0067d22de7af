// Proof of possession for many P-256 keys at a time, in lanes (docs/lanes.md).
#ifndef FLEETCA_X509_POSSESSION_LANES_H_
#define FLEETCA_X509_POSSESSION_LANES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "p256/lanes.h"
#include "x509/csr.h"
#include "x509/possession.h"

namespace fleetca::x509 {

// Lanes may only say yes. Whatever they do not find valid goes to OpenSSL, which alone refuses and
// says why: so no lane can refuse what is right, and errors are the same with and without lanes.
//
// Of what lanes find valid, OpenSSL verifies too: the first 64 of eight lanes and the first 64 of
// sixteen, which are separate machine code, and a random 1 of 256 thereafter. If OpenSSL refuses
// one, and a fresh object of OpenSSL does so again, the lanes are off until the next start. The
// whole batch is then judged by OpenSSL before VerifyBatch answers, and so is every batch of other
// threads that has not yet looked, as the last thing it does, whether the lanes are still on. An
// OpenSSL that fails, for want of memory, contradicts nobody. Thread-safe.
class PossessionLanes final : public PossessionVerifier {
 public:
  // p256::Lanes::Verify, or a test's.
  using VerifyFunction =
      std::function<void(absl::Span<const p256::PublicSignature>, absl::Span<bool>)>;

  // As many of each engine, eight lanes and sixteen, are verified by OpenSSL too, from the start
  // on.
  static constexpr uint64_t kFirstChecked = 64;

  explicit PossessionLanes(VerifyFunction verify,
                           std::unique_ptr<PossessionVerifier> openssl = CreateOpenSsl());

  void VerifyBatch(absl::Span<const Csr* const> csrs,
                   absl::Span<absl::Status> results) const override;
  PossessionStatistics statistics() const override;

 private:
  struct Candidates;

  // Which of the candidates that lanes found valid OpenSSL verifies too.
  std::vector<bool> DrawChecks(const Candidates& candidates) const;
  // False where OpenSSL refused what lanes found valid: the lanes are off then. Where it did so
  // once but not again, it judges that CSR anew.
  bool Agree(const Candidates& candidates, absl::Span<const Csr* const> csrs,
             absl::Span<absl::Status> results) const;
  // The lanes found so many of a batch valid that OpenSSL refuses, this one first: one line of the
  // log for all.
  void SwitchOff(const p256::PublicSignature& first, uint64_t count) const;

  const VerifyFunction verify_;
  const std::unique_ptr<PossessionVerifier> openssl_;
  mutable std::atomic<bool> on_ = true;
  mutable std::atomic<uint64_t> by_eight_ = 0;
  mutable std::atomic<uint64_t> by_sixteen_ = 0;
  mutable std::atomic<uint64_t> checked_again_ = 0;
  mutable std::atomic<uint64_t> left_to_openssl_ = 0;
  mutable std::atomic<uint64_t> disagreements_ = 0;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_POSSESSION_LANES_H_
