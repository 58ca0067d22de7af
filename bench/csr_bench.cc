// The first steps of an issuance, one CSR at a time on one thread:
//   ParseCsr             a P-256 CSR with a subject and one URI SAN
//   CheckPublicKey/...   the arithmetic checks of a key of each kind
//   VerifyBatch/...      64 CSRs of each kind; items are CSRs
//   RawEcdsaVerify       OpenSSL alone: ECDSA_verify of a digest with an EC_KEY made before, the
//                        floor for VerifyBatch/P-256
#include <array>
#include <string>
#include <vector>

#include "base/crypto_types.h"
#include "base/openssl.h"
#include "benchmark/benchmark.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/test_key.h"
#include "x509/csr.h"
#include "x509/name.h"
#include "x509/possession.h"
#include "x509/public_key.h"

namespace fleetca::x509 {
namespace {

std::string CsrOf(KeyType type, SignatureScheme scheme) {
  return testing::MakeCsr({.key_type = type, .scheme = scheme, .subject = BuildName("", "web-1")});
}

void BM_ParseCsr(benchmark::State& state) {
  const std::string der = CsrOf(KeyType::kP256, SignatureScheme::kEcdsaSha256);
  const CsrLimits limits;
  for (auto _ : state) {
    const absl::StatusOr<Csr> csr = ParseCsr(der, limits);
    if (!csr.ok()) {
      state.SkipWithError("a good CSR was refused");
      break;
    }
    benchmark::DoNotOptimize(csr->names.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ParseCsr);

void BM_CheckPublicKey(benchmark::State& state, KeyType type) {
  const std::string spki = testing::TestKey::OfType(type).public_key();
  const PublicKey key = *ParsePublicKey(spki, "key");
  for (auto _ : state) {
    if (!CheckPublicKey(key, "key").ok()) {
      state.SkipWithError("a good key was refused");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(BM_CheckPublicKey, P256, KeyType::kP256);
BENCHMARK_CAPTURE(BM_CheckPublicKey, P384, KeyType::kP384);
BENCHMARK_CAPTURE(BM_CheckPublicKey, Rsa2048, KeyType::kRsa2048);
BENCHMARK_CAPTURE(BM_CheckPublicKey, Rsa4096, KeyType::kRsa4096);

void BM_VerifyBatch(benchmark::State& state, KeyType type, SignatureScheme scheme) {
  constexpr size_t kBatch = 64;
  const std::string der = CsrOf(type, scheme);
  const Csr csr = *ParseCsr(der, CsrLimits());
  const std::vector<const Csr*> csrs(kBatch, &csr);
  std::vector<absl::Status> results(kBatch);
  const auto verifier = PossessionVerifier::CreateOpenSsl();
  for (auto _ : state) {
    verifier->VerifyBatch(csrs, absl::MakeSpan(results));
    if (!results.front().ok() || !results.back().ok()) {
      state.SkipWithError("a true signature was refused");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatch));
}
BENCHMARK_CAPTURE(BM_VerifyBatch, P256, KeyType::kP256, SignatureScheme::kEcdsaSha256);
BENCHMARK_CAPTURE(BM_VerifyBatch, P384, KeyType::kP384, SignatureScheme::kEcdsaSha384);
BENCHMARK_CAPTURE(BM_VerifyBatch, Rsa2048, KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256);
BENCHMARK_CAPTURE(BM_VerifyBatch, Rsa2048Pss, KeyType::kRsa2048, SignatureScheme::kRsaPssSha256);
BENCHMARK_CAPTURE(BM_VerifyBatch, Ed25519, KeyType::kEd25519, SignatureScheme::kEd25519);

void BM_RawEcdsaVerify(benchmark::State& state) {
  const EcKeyPtr key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  if (EC_KEY_generate_key(key.get()) != 1) {
    state.SkipWithError("OpenSSL made no key");
    return;
  }
  const std::array<unsigned char, 32> digest = {1, 2, 3};
  std::array<unsigned char, 80> signature;
  unsigned int size = signature.size();
  ECDSA_sign(0, digest.data(), digest.size(), signature.data(), &size, key.get());
  for (auto _ : state) {
    if (ECDSA_verify(0, digest.data(), digest.size(), signature.data(), static_cast<int>(size),
                     key.get()) != 1) {
      state.SkipWithError("a true signature was refused");
      break;
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RawEcdsaVerify);

}  // namespace
}  // namespace fleetca::x509

BENCHMARK_MAIN();
