// What a request for a certificate will cost, guessed before it is judged.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUE_COST_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUE_COST_H_

#include <cstdint>
#include <functional>

#include "absl/strings/string_view.h"
#include "service/issuance/issuance.h"
#include "x509/public_key.h"

namespace fleetca::service {

// Costs are microseconds of one processor, as they were measured on a small machine of 2026 with
// OpenSSL 3.0 (bench/possession_bench, bench/sign_bench). Another machine is faster or slower as a
// whole; that a P-384 key costs as much as seven P-256 ones is so on all, and that is what counts.
// Where P-256 is verified in lanes (docs/lanes.md), it costs as much as seventy: the fewer
// microseconds most requests take, the more a dear one weighs.

// To judge a subscriber's key and verify one signature by it. An RSA key is taken for one that was
// never seen: judging it again costs less. In lanes a signature is taken for one of a full batch:
// who waits alone pays for nobody else's time.
uint64_t PossessionCost(const x509::PublicKey& key, bool in_lanes = false);

// To make one signature.
uint64_t SigningCost(const x509::PublicKey& key);

// Thread-safe, where `in_lanes` is.
class IssueCosts {
 public:
  // The issuing key, as a SubjectPublicKeyInfo, and whether P-256 is verified in lanes, which is
  // asked each time, as lanes may be switched off while the CA runs; null where it never is.
  explicit IssueCosts(absl::string_view issuing_key, std::function<bool()> in_lanes = nullptr);

  // All that a certificate for this CSR costs. The key is found where the parser will find it, so
  // that a CSR cannot seem cheaper than it is; one in which there is none is going to be refused
  // for that, and costs little. Takes under a microsecond.
  uint64_t Of(absl::string_view csr_der) const;

  // All that a request costs: OfRenewal for a renewal with the same key, else Of its CSR.
  uint64_t OfRequest(const IssueRequest& request) const;

  // A certificate for a key that the handshake has proved: nothing to verify, whatever the key.
  uint64_t OfRenewal() const;

  // What a proof of possession that is refused costs besides: OpenSSL judges all that lanes do not
  // find valid (docs/lanes.md). 0 without lanes.
  uint64_t OfRefusedProof() const;

  // For an everyday CSR of a P-256 key.
  uint64_t Typical() const;

 private:
  uint64_t PossessionCostNow(const x509::PublicKey& key) const;

  const uint64_t signing_;
  const std::function<bool()> in_lanes_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUE_COST_H_
