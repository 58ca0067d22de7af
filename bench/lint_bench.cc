// The last look before a signature, and the reading of certificates.
//
// Workloads, for each type of subscriber key, a P-256 issuer, batches of 1 to 256 different
// certificates, 1 and 2 threads:
//   LintTbs            the bytes about to be signed, read again
//   ParseCertificate   a whole certificate read strictly, as clients do (batches of 64)
// raw is one verification by that key and one P-256 signature: what the certificate costs at the
// least. obvious is d2i_X509 of the finished certificate and X509_check_purpose, which decodes its
// extensions: the nearest thing to a look at what was made. See bench/stage.h for the counters.
//
//   bazel run --config=opt //bench:lint_bench
#include <string>
#include <utility>
#include <vector>

#include "bench/check.h"
#include "bench/leaf_set.h"
#include "bench/raw_cryptography.h"
#include "bench/register_stage.h"
#include "bench/stage.h"
#include "x509/certificate.h"

namespace fleetca::bench {
namespace {

void ReadWithOpenSsl(const std::string& certificate) {
  const X509Ptr read = x509::OpenSslCertificate(certificate);
  Check(read != nullptr && X509_check_purpose(read.get(), -1, 0) == 1, "d2i_X509");
}

std::string CertificateOf(const LeafSet& leaves, size_t i) {
  return x509::AssembleCertificate(leaves.tbs(i), leaves.ca().scheme,
                                   leaves.ca().key.Sign(leaves.ca().scheme, leaves.tbs(i)));
}

void LintTbs(benchmark::State& state, KeyType type) {
  const LeafSet leaves(type, KeyType::kP256);
  const std::string certificate = CertificateOf(leaves, 0);
  // The bytes go in and come out again, so that no copy is measured.
  std::vector<std::string> tbs;
  for (size_t i = 0; i < kCsrs; ++i) {
    tbs.push_back(leaves.tbs(i));
  }
  RawCryptography cryptography(type, KeyType::kP256);
  size_t next = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i, next = (next + 1) % kCsrs) {
      tbs[next] = leaves.Lint(std::move(tbs[next]), next).Spend();
    }
  };
  stage.raw = [&] { cryptography.Run(); };
  stage.obvious = [&] { ReadWithOpenSsl(certificate); };
  MeasureStage(state, stage);
}

void ParseCertificate(benchmark::State& state, KeyType type) {
  const LeafSet leaves(type, KeyType::kP256);
  std::vector<std::string> certificates;
  for (size_t i = 0; i < kCsrs; ++i) {
    certificates.push_back(CertificateOf(leaves, i));
  }
  RawCryptography cryptography(type, KeyType::kP256);
  size_t next = 0;
  size_t next_obvious = 0;
  Stage stage;
  stage.batch = static_cast<size_t>(state.range(0));
  stage.run_batch = [&] {
    for (size_t i = 0; i < stage.batch; ++i) {
      CheckOk(x509::ParseCertificate(certificates[next++ % kCsrs]).status(), "ParseCertificate");
    }
  };
  stage.raw = [&] { cryptography.Run(); };
  stage.obvious = [&] { ReadWithOpenSsl(certificates[next_obvious++ % kCsrs]); };
  MeasureStage(state, stage);
}

[[maybe_unused]] const bool kRegistered = [] {
  RegisterStage("LintTbs", LintTbs);
  RegisterStage("LintTbs", LintTbs, KeyType::kRsa4096, 64);
  RegisterStage("ParseCertificate", ParseCertificate, KeyType::kP256, 64);
  RegisterStage("ParseCertificate", ParseCertificate, KeyType::kRsa2048, 64);
  return true;
}();

}  // namespace
}  // namespace fleetca::bench
