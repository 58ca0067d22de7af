// The CA's signature.
//
// Workloads, for each type of the CA's key, P-256 subscribers, batches of 1 to 256 different
// certificates, 1 and 2 threads:
//   SignBatch   Signer::SignBatch of a local key, one signer for both threads
// raw is one signature of a given digest through a kept context, the floor: ratio is what hashing
// the TBS and carrying the bytes add. obvious is X509_sign and i2d_X509 of an X509 object filled in
// before; it encodes the TBS as well, which here the template did. See bench/stage.h for the
// counters.
//
//   bazel run --config=opt //bench:sign_bench
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "bench/check.h"
#include "bench/leaf_set.h"
#include "bench/obvious_way.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "signer/local_signer.h"
#include "tests/testing/test_key.h"

namespace fleetca::bench {
namespace {

// One signer a type, for all threads.
const signer::Signer& SignerOf(KeyType type) {
  static absl::Mutex* const mutex = new absl::Mutex();
  static auto* const signers = new std::map<KeyType, std::unique_ptr<signer::Signer>>();
  absl::MutexLock lock(mutex);
  std::unique_ptr<signer::Signer>& signer = (*signers)[type];
  if (signer == nullptr) {
    signer = OrDie(signer::CreateLocalSigner(testing::NewTestKey(type)), "CreateLocalSigner");
  }
  return *signer;
}

void SignBatch(benchmark::State& state, KeyType type) {
  const LeafSet leaves(KeyType::kP256, KeyType::kP256);
  const signer::Signer& signer = SignerOf(type);
  RawKey raw_key(type);
  const ObviousWay obvious_way(type);
  const X509ReqPtr request = obvious_way.ParseRequest(CsrsOf(KeyType::kP256).ders.front());
  const X509Ptr certificate = obvious_way.BuildCertificate(request.get());

  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  // A token signs once, and only the lint makes new ones.
  std::vector<Prepared> tokens;
  std::vector<absl::StatusOr<signer::SignedMessage>> results(stage.batch);
  size_t next = 0;
  stage.prepare = [&](size_t batches) {
    tokens.clear();
    for (size_t i = 0; i < batches * stage.batch; ++i) {
      tokens.push_back(leaves.Lint(leaves.tbs(i % kCsrs), i % kCsrs));
    }
    next = 0;
  };
  stage.run_batch = [&] {
    signer.SignBatch(absl::MakeSpan(tokens).subspan(next, stage.batch), absl::MakeSpan(results));
    for (const auto& result : results) {
      CheckOk(result.status(), "SignBatch");
    }
    next += stage.batch;
  };
  stage.raw = [&] { raw_key.Sign(); };
  stage.obvious = [&] { obvious_way.Sign(certificate.get()); };
  MeasureStage(state, stage);
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("SignBatch", SignBatch);
  RegisterStage("SignBatch", SignBatch, KeyType::kRsa3072, 8);
  RegisterStage("SignBatch", SignBatch, KeyType::kRsa4096, 8);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
