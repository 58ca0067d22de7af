// What the issuer counts about itself.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUER_STATS_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUER_STATS_H_

#include <atomic>
#include <cstdint>

#include "base/histogram.h"

namespace fleetca::service {

// Totals since the start. Thread-safe; the counters are read one by one, so their sum may be off by
// what happens meanwhile.
struct IssuerStats {
  std::atomic<uint64_t> issued{0};            // certificates recorded and answered
  std::atomic<uint64_t> renewed{0};           // those among them that renewed another
  std::atomic<uint64_t> renewed_by_proof{0};  // those among these by a proof, not a handshake
  std::atomic<uint64_t> refused_proofs{0};    // refused: requests with a proof that was used up
  std::atomic<uint64_t> replayed{0};          // stored answers given again
  std::atomic<uint64_t> validated{0};         // validate_only requests that would have been issued
  std::atomic<uint64_t> refused{0};           // everything that ended in an error
  std::atomic<uint64_t> stale_lineages{0};    // refused: renewals of what was replaced long ago
  std::atomic<uint64_t> blocked_lineages{0};  // refused: requests by certificates of blocked lines
  std::atomic<uint64_t> batches{0};           // cycles that recorded at least one certificate
  Histogram batch_size;                       // issuances that each call of IssueBatch was given
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUER_STATS_H_
