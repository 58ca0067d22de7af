// The first step of an issuance: a CSR understood.
//
// Workloads, for each type of subscriber key, batches of 1 to 256 different CSRs, 1 and 2 threads:
//   ParseCsr   x509::ParseCsr: the CSR, its key and the names it asks for
// raw is one verification by that key and one P-256 signature: what the certificate costs at the
// least. obvious is d2i_X509_REQ and X509_REQ_get_extensions. See bench/stage.h for the counters.
//
//   bazel run --config=opt //bench:csr_parse_bench
#include "bench/check.h"
#include "bench/csr_set.h"
#include "bench/obvious_way.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "x509/csr.h"

namespace fleetca::bench {
namespace {

void ParseCsr(benchmark::State& state, KeyType type) {
  const CsrSet& csrs = CsrsOf(type);
  RawCryptography cryptography(type, KeyType::kP256);
  const ObviousWay obvious_way(KeyType::kP256);
  const x509::CsrLimits limits;
  size_t next = 0;
  size_t next_obvious = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i) {
      const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(csrs.ders[next++ % kCsrs], limits);
      Check(csr.ok() && csr->names.size() == 1, "ParseCsr");
    }
  };
  stage.raw = [&] { cryptography.Run(); };
  stage.obvious = [&] { obvious_way.ParseRequest(csrs.ders[next_obvious++ % kCsrs]); };
  MeasureStage(state, stage);
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("ParseCsr", ParseCsr);
  RegisterStage("ParseCsr", ParseCsr, KeyType::kRsa4096, 64);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
