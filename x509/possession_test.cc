#include "x509/possession.h"

#include <string>
#include <thread>
#include <vector>

#include "base/crypto_types.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "x509/csr.h"
#include "x509/csr_builder.h"
#include "x509/name.h"
#include "x509/status_matchers.h"
#include "x509/test_key.h"

namespace fleetca::x509 {
namespace {

auto HasWrongSignature() { return IsRefused(Reason::kSignatureInvalid, "csr.signature"); }

std::string CsrOf(const TestKey& key, SignatureScheme scheme) {
  CsrParts parts;
  parts.public_key = key.public_key();
  parts.attributes = ExtensionRequest(UriSanExtension("spiffe://fleet.example/svc/web"));
  return SignCsr(BuildCsrInfo(parts), key, scheme);
}

absl::Status Verify(absl::string_view der) {
  const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
  if (!csr.ok()) {
    return csr.status();
  }
  const Csr* const one = &*csr;
  absl::Status result = absl::UnknownError("not judged");
  PossessionVerifier::CreateOpenSsl()->VerifyBatch({&one, 1}, {&result, 1});
  return result;
}

const std::pair<KeyType, SignatureScheme> kKinds[] = {
    {KeyType::kP256, SignatureScheme::kEcdsaSha256},
    {KeyType::kP384, SignatureScheme::kEcdsaSha384},
    {KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256},
    {KeyType::kRsa2048, SignatureScheme::kRsaPssSha256},
    {KeyType::kEd25519, SignatureScheme::kEd25519}};

TEST(PossessionTest, TakesTrueSignatures) {
  for (const auto& [type, scheme] : kKinds) {
    EXPECT_THAT(Verify(CsrOf(TestKey::OfType(type), scheme)), IsOk())
        << SignatureSchemeName(scheme);
  }
}

TEST(PossessionTest, RefusesAnotherKeysSignature) {
  for (const auto& [type, scheme] : kKinds) {
    CsrParts parts;
    parts.public_key = TestKey::OfType(type).public_key();
    EXPECT_THAT(Verify(SignCsr(BuildCsrInfo(parts), TestKey::Make(type), scheme)),
                HasWrongSignature())
        << SignatureSchemeName(scheme);
  }
}

TEST(PossessionTest, RefusesAChangedRequest) {
  std::string der = CsrOf(TestKey::OfType(KeyType::kP256), SignatureScheme::kEcdsaSha256);
  const size_t at = der.find("fleet.example");
  der[at] = 'g';
  EXPECT_THAT(Verify(der), HasWrongSignature());
}

// A key off its curve is the key's fault, whatever the signature says.
TEST(PossessionTest, BlamesTheKeyForAPointOffItsCurve) {
  CsrParts parts;
  parts.public_key.back() = static_cast<char>(parts.public_key.back() ^ 1);
  EXPECT_THAT(Verify(BuildCsr(parts)),
              IsRefused(Reason::kKeyInvalid, "csr.subject_public_key_info"));
}

TEST(PossessionTest, JudgesTheKeyBeforeTheSignature) {
  CsrParts parts;
  const TestKey& key = TestKey::OfType(KeyType::kRsa2048);
  parts.public_key = key.public_key();
  // The modulus ends six octets before the end: INTEGER 65537 follows. An even one now.
  char& last = parts.public_key[parts.public_key.size() - 6];
  last = static_cast<char>(last ^ 1);
  EXPECT_THAT(Verify(SignCsr(BuildCsrInfo(parts), key, SignatureScheme::kRsaPkcs1Sha256)),
              IsRefused(Reason::kKeyWeak, "csr.subject_public_key_info"));
}

TEST(PossessionTest, JudgesEachOfABatchAlone) {
  const auto verifier = PossessionVerifier::CreateOpenSsl();
  std::vector<std::string> ders;
  for (const auto& [type, scheme] : kKinds) {
    ders.push_back(CsrOf(TestKey::OfType(type), scheme));
    ders.push_back(ders.back());
    ders.back().back() = static_cast<char>(ders.back().back() ^ 1);
  }
  std::vector<Csr> csrs;
  for (const std::string& der : ders) {
    csrs.push_back(*ParseCsr(der, CsrLimits()));
  }
  std::vector<const Csr*> pointers;
  for (const Csr& csr : csrs) {
    pointers.push_back(&csr);
  }
  pointers.push_back(nullptr);
  std::vector<absl::Status> results(pointers.size(), absl::UnknownError("not judged"));
  verifier->VerifyBatch(pointers, absl::MakeSpan(results));
  for (size_t i = 0; i < csrs.size(); ++i) {
    if (i % 2 == 0) {
      EXPECT_THAT(results[i], IsOk()) << i;
    } else {
      EXPECT_THAT(results[i], HasWrongSignature()) << i;
    }
  }
  EXPECT_EQ(results.back().code(), absl::StatusCode::kUnknown);
  verifier->VerifyBatch({}, {});
}

TEST(PossessionTest, VerifiesFromManyThreads) {
  const auto verifier = PossessionVerifier::CreateOpenSsl();
  const std::string good = CsrOf(TestKey::OfType(KeyType::kP256), SignatureScheme::kEcdsaSha256);
  std::string bad = good;
  bad.back() = static_cast<char>(bad.back() ^ 1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const absl::StatusOr<Csr> csr = ParseCsr(i % 2 == 0 ? good : bad, CsrLimits());
      const Csr* const one = &*csr;
      for (int round = 0; round < 200; ++round) {
        absl::Status result;
        verifier->VerifyBatch({&one, 1}, {&result, 1});
        EXPECT_EQ(result.ok(), i % 2 == 0);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace fleetca::x509
