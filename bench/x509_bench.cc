// What the x509 layer costs a certificate, one thread, P-256 issuer and subject, one SPIFFE ID and
// one DNS name:
//   TbsBuild          the template filled in, key identifier hashed
//   TbsBuildSubject   the same with a subject and ten DNS names
//   Lint              the bytes read again before the signature
//   Assemble          TBSCertificate, algorithm and signature into one certificate
//   ParseCertificate  that certificate read strictly
//   OpenSslParse      the same by d2i_X509, to compare
//   SerialCreate      a serial number with its 72 random bits
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/lint.h"
#include "x509/name.h"
#include "x509/tbs.h"
#include "x509/test_ca.h"

namespace fleetca::x509 {
namespace {

struct Fixture {
  TestCa ca = MakeTestRoot(KeyType::kP256);
  testing::TestKey key = testing::TestKey::Make(KeyType::kP256);
  std::unique_ptr<TbsTemplate> maker = *TbsTemplate::Create(LeafOptions(ca));
  LintPolicy policy = LeafPolicy(ca);
  CertSpec spec = LeafSpec(key);
  std::string tbs = maker->Build(spec);
  std::string signature = key.Sign(ca.scheme, tbs);
  std::string certificate = SignTbs(ca, tbs, policy, spec);
};

const Fixture& Shared() {
  static const auto* const kFixture = new Fixture;
  return *kFixture;
}

void TbsBuild(benchmark::State& state) {
  const Fixture& fixture = Shared();
  std::string tbs;
  for (auto _ : state) {
    tbs = fixture.maker->Build(fixture.spec);
    benchmark::DoNotOptimize(tbs.data());
  }
  if (tbs != fixture.tbs) {
    state.SkipWithError("the template gave other bytes");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TbsBuild);

void TbsBuildSubject(benchmark::State& state) {
  const Fixture& fixture = Shared();
  CertSpec spec = LeafSpec(fixture.key);
  spec.subject = BuildName("Fleet", "web");
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) {
    names.push_back(absl::StrCat("web", i, ".fleet.example"));
  }
  for (const std::string& name : names) {
    spec.names.push_back({NameType::kDns, name});
  }
  std::string tbs;
  for (auto _ : state) {
    tbs = fixture.maker->Build(spec);
    benchmark::DoNotOptimize(tbs.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(TbsBuildSubject);

void Lint(benchmark::State& state) {
  const Fixture& fixture = Shared();
  const LintExpectation expectation = {.serial = fixture.spec.serial.bytes(),
                                       .subject_public_key_info = fixture.key.public_key()};
  // The bytes go in and come out again, so that no copy is measured.
  std::string tbs = fixture.tbs;
  for (auto _ : state) {
    auto prepared = LintTbs(std::move(tbs), fixture.policy, expectation);
    if (!prepared.ok()) {
      state.SkipWithError("the lint refused good bytes");
      break;
    }
    tbs = prepared->Spend();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Lint);

void Assemble(benchmark::State& state) {
  const Fixture& fixture = Shared();
  std::string certificate;
  for (auto _ : state) {
    certificate = AssembleCertificate(fixture.tbs, fixture.ca.scheme, fixture.signature);
    benchmark::DoNotOptimize(certificate.data());
  }
  if (!ParseCertificate(certificate).ok()) {
    state.SkipWithError("what was put together does not parse");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Assemble);

void ParseCertificateStrictly(benchmark::State& state) {
  const Fixture& fixture = Shared();
  for (auto _ : state) {
    auto certificate = ParseCertificate(fixture.certificate);
    if (!certificate.ok()) {
      state.SkipWithError("a good certificate did not parse");
      break;
    }
    benchmark::DoNotOptimize(certificate->key_usage);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ParseCertificateStrictly)->Name("ParseCertificate");

void OpenSslParse(benchmark::State& state) {
  const Fixture& fixture = Shared();
  for (auto _ : state) {
    const X509Ptr certificate = OpenSslCertificate(fixture.certificate);
    if (certificate == nullptr || X509_get0_pubkey(certificate.get()) == nullptr) {
      state.SkipWithError("a good certificate did not parse");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(OpenSslParse);

void SerialCreate(benchmark::State& state) {
  for (auto _ : state) {
    auto serial = SerialNumber::Create(kTestNow + absl::Hours(24), 1, kTestNow);
    if (!serial.ok()) {
      state.SkipWithError("no serial number");
      break;
    }
    benchmark::DoNotOptimize(*serial);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(SerialCreate);

}  // namespace
}  // namespace fleetca::x509

BENCHMARK_MAIN();
