// The proof of possession: is the subscriber's key good, and is the CSR's signature its own.
//
// Workloads, for each type of subscriber key, batches of 1 to 256 different CSRs, 1 and 2 threads:
//   VerifyPossession   PossessionVerifier::VerifyBatch, one verifier for both threads
//   CheckPublicKey     the judgement of the key alone, which is part of it (batches of 64)
// raw is one verification with a kept key and a given digest, the floor: ratio is what hashing the
// CSR, judging the key and taking it from its bytes add. obvious is X509_REQ_verify of a request
// parsed before. See bench/stage.h for the counters.
//
//   bazel run --config=opt //bench:possession_bench
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "bench/check.h"
#include "bench/csr_set.h"
#include "bench/obvious_way.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "x509/possession.h"
#include "x509/public_key.h"

namespace fleetca::bench {
namespace {

const x509::PossessionVerifier& SharedVerifier() {
  static const auto* const verifier = x509::PossessionVerifier::CreateOpenSsl().release();
  return *verifier;
}

// Twice the CSRs, so that a batch can begin anywhere.
std::vector<const x509::Csr*> PointersTo(const CsrSet& csrs) {
  std::vector<const x509::Csr*> pointers;
  for (size_t i = 0; i < 2 * kCsrs; ++i) {
    pointers.push_back(&csrs.parsed[i % kCsrs]);
  }
  return pointers;
}

void VerifyPossession(benchmark::State& state, KeyType type) {
  const CsrSet& csrs = CsrsOf(type);
  const std::vector<const x509::Csr*> pointers = PointersTo(csrs);
  RawKey raw_key(type);
  const ObviousWay obvious_way(KeyType::kP256);
  std::vector<X509ReqPtr> requests;
  for (const std::string& der : csrs.ders) {
    requests.push_back(obvious_way.ParseRequest(der));
  }
  size_t next = 0;
  size_t next_obvious = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  std::vector<absl::Status> results(stage.batch);
  stage.run_batch = [&] {
    SharedVerifier().VerifyBatch(absl::MakeConstSpan(pointers).subspan(next, stage.batch),
                                 absl::MakeSpan(results));
    for (const absl::Status& result : results) {
      CheckOk(result, "VerifyBatch");
    }
    next = (next + stage.batch) % kCsrs;
  };
  stage.raw = [&] { raw_key.Verify(); };
  stage.obvious = [&] { obvious_way.VerifyRequest(requests[next_obvious++ % kCsrs].get()); };
  MeasureStage(state, stage);
}

void CheckPublicKey(benchmark::State& state, KeyType type) {
  const CsrSet& csrs = CsrsOf(type);
  RawKey raw_key(type);
  size_t next = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i) {
      CheckOk(x509::CheckPublicKey(csrs.parsed[next++ % kCsrs].public_key, "key"),
              "CheckPublicKey");
    }
  };
  stage.raw = [&] { raw_key.Verify(); };
  MeasureStage(state, stage);
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("VerifyPossession", VerifyPossession);
  RegisterStage("VerifyPossession", VerifyPossession, KeyType::kRsa4096, 64);
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kRsa4096, KeyType::kEd25519}) {
    RegisterStage("CheckPublicKey", CheckPublicKey, type, 64);
  }
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
