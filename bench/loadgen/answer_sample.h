// Certificates kept from a run, to be looked at afterwards: a fast answer must also be right.
#ifndef FLEETCA_BENCH_LOADGEN_ANSWER_SAMPLE_H_
#define FLEETCA_BENCH_LOADGEN_ANSWER_SAMPLE_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "bench/loadgen/csr_pool.h"
#include "client/ca_client.h"
#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::loadgen {

struct SampleResult {
  uint64_t verified = 0;
  uint64_t looked_up = 0;
  uint64_t failed = 0;
  std::string first_failure;  // a sentence; "" when none failed
  // Serial numbers that were compared with each other, of the sample and all others.
  uint64_t serials = 0;
  // Why nothing was looked up; "" when it was.
  std::string not_looked_up;
};

// Each certificate of a run has the same chance to be kept (reservoir sampling). Of the others it
// keeps the end of the serial number, to notice a duplicate. Thread-compatible.
class AnswerSample {
 public:
  explicit AnswerSample(size_t size) : size_(size) {}

  // An answer to the CSR of entry `csr` of the pool.
  void Offer(const v1::IssuedCertificate& certificate, size_t csr);
  // The chain that came with the first answer; certificates are verified with it.
  void OfferChain(const google::protobuf::RepeatedPtrField<std::string>& chain_der);

  // Every certificate offered.
  uint64_t offered() const { return offered_; }
  // One of those kept, or null when there is none: for lookups.
  const std::string* RandomSerial();

  // Each kept certificate is one that an honest CA gives for its CSR, and no two serial numbers of
  // the run are the same.
  void Verify(const CsrPool& pool, absl::Span<const std::string> roots_der, absl::Time now,
              SampleResult* result);
  // The server says that it issued `issued` certificates since the first was offered. Fewer than
  // were offered is a contradiction; more is none, as others may ask too, and answers may be lost.
  void CheckCount(uint64_t issued, SampleResult* result) const;
  // The CA gives each kept certificate again, the same octets.
  void LookUp(const client::CaClient& client, SampleResult* result) const;

 private:
  struct Kept {
    v1::IssuedCertificate certificate;
    size_t csr = 0;
  };

  bool HasDuplicateSerial();

  const size_t size_;
  std::mt19937_64 random_;  // the same choice in each run
  uint64_t offered_ = 0;
  std::vector<Kept> kept_;
  std::vector<std::string> chain_der_;
  // The last 8 octets, which are random. Two certificates share them once in 2^64.
  std::vector<uint64_t> serial_ends_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_ANSWER_SAMPLE_H_
