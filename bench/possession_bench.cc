// The proof of possession: is the subscriber's key good, and is the CSR's signature its own.
//
// Workloads, for each type of subscriber key, batches of 1 to 256 different CSRs, 1 and 2 threads:
//   VerifyPossession   PossessionVerifier::VerifyBatch as the server has it, one verifier for both
//                      threads: P-256 in lanes where this processor can (the label says so)
//   VerifyByOpenSsl    the same with possession_lanes off, P-256 alone
//   VerifyInLanes      the arithmetic alone: numbers in, verdicts out (1, 2, 8, 16, 64)
//   CheckPublicKey     the judgement of the key alone, which is part of it (batches of 64)
// raw is one verification with a kept key and a given digest, the floor: ratio is what hashing the
// CSR, judging the key and taking it from its bytes add. obvious is X509_REQ_verify of a request
// parsed before. See bench/stage.h for the counters.
//
//   bazel run --config=opt //bench:possession_bench
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "base/cpu_features.h"
#include "bench/check.h"
#include "bench/csr_set.h"
#include "bench/obvious_way.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "p256/lanes.h"
#include "x509/possession.h"
#include "x509/public_key.h"
#include "x509/public_signature.h"

namespace fleetca::bench {
namespace {

const x509::PossessionVerifier& SharedVerifier() {
  static const auto* const verifier =
      x509::PossessionVerifier::Create(x509::LanesSetting::kAuto).release();
  return *verifier;
}

const x509::PossessionVerifier& OpenSslVerifier() {
  static const auto* const verifier =
      x509::PossessionVerifier::Create(x509::LanesSetting::kOff).release();
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

void VerifyBy(const x509::PossessionVerifier& verifier, benchmark::State& state, KeyType type) {
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
    verifier.VerifyBatch(absl::MakeConstSpan(pointers).subspan(next, stage.batch),
                         absl::MakeSpan(results));
    for (const absl::Status& result : results) {
      CheckOk(result, "VerifyBatch");
    }
    next = (next + stage.batch) % kCsrs;
  };
  stage.raw = [&] { raw_key.Verify(); };
  stage.obvious = [&] { obvious_way.VerifyRequest(requests[next_obvious++ % kCsrs].get()); };
  MeasureStage(state, stage);
  state.SetLabel(std::string(x509::PossessionPathText(verifier.statistics().path)));
}

void VerifyPossession(benchmark::State& state, KeyType type) {
  VerifyBy(SharedVerifier(), state, type);
}

void VerifyByOpenSsl(benchmark::State& state, KeyType type) {
  VerifyBy(OpenSslVerifier(), state, type);
}

void VerifyInLanes(benchmark::State& state, KeyType type) {
  static const auto* const lanes = HasAvx512Ifma() ? p256::Lanes::Create().release() : nullptr;
  if (lanes == nullptr) {
    state.SkipWithError("this processor has no AVX-512 IFMA");
    return;
  }
  const CsrSet& csrs = CsrsOf(type);
  std::vector<p256::PublicSignature> signatures;
  for (size_t i = 0; i < 2 * kCsrs; ++i) {
    signatures.push_back(x509::PublicSignatureOf(csrs.parsed[i % kCsrs]).value());
  }
  RawKey raw_key(type);
  size_t next = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  const auto valid = std::make_unique<bool[]>(stage.batch);
  stage.run_batch = [&] {
    lanes->Verify(absl::MakeConstSpan(signatures).subspan(next, stage.batch),
                  absl::MakeSpan(valid.get(), stage.batch));
    for (size_t i = 0; i < stage.batch; ++i) {
      Check(valid[i], "Lanes::Verify");
    }
    next = (next + stage.batch) % kCsrs;
  };
  stage.raw = [&] { raw_key.Verify(); };
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
  for (const int batch : {2, 16}) {
    RegisterStage("VerifyPossession", VerifyPossession, KeyType::kP256, batch);
  }
  for (const int batch : {1, 64}) {
    RegisterStage("VerifyByOpenSsl", VerifyByOpenSsl, KeyType::kP256, batch);
  }
  for (const int batch : {1, 2, 8, 16, 64}) {
    RegisterStage("VerifyInLanes", VerifyInLanes, KeyType::kP256, batch);
  }
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kRsa4096, KeyType::kEd25519}) {
    RegisterStage("CheckPublicKey", CheckPublicKey, type, 64);
  }
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
