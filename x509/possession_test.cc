#include "x509/possession.h"

#include <string>
#include <thread>
#include <vector>

#include "base/crypto_types.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/csr.h"
#include "x509/name.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::MakeCsrInfo;
using ::fleetca::testing::SignCsr;
using ::fleetca::testing::TestKey;

auto HasWrongSignature() { return IsInvalid(Reason::kSignatureInvalid, "csr.signature"); }

std::string CsrOf(const TestKey& key, SignatureScheme scheme) {
  return MakeCsr({.key = key.get(), .scheme = scheme});
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
    CsrOptions options = {.attributes = ""};
    options.spki = TestKey::OfType(type).public_key();
    EXPECT_THAT(Verify(SignCsr(MakeCsrInfo(options), TestKey::Make(type).get(), scheme)),
                HasWrongSignature())
        << SignatureSchemeName(scheme);
  }
}

TEST(PossessionTest, RefusesAChangedRequest) {
  std::string der = CsrOf(TestKey::OfType(KeyType::kP256), SignatureScheme::kEcdsaSha256);
  const size_t at = der.find("fleet.test");
  ASSERT_NE(at, std::string::npos);
  der[at] = 'g';
  EXPECT_THAT(Verify(der), HasWrongSignature());
}

// A key off its curve is the key's fault, whatever the signature says.
TEST(PossessionTest, BlamesTheKeyForAPointOffItsCurve) {
  std::string off_curve = TestKey::OfType(KeyType::kP256).public_key();
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  CsrOptions options = {.attributes = ""};
  options.spki = off_curve;
  EXPECT_THAT(Verify(MakeCsr(options)),
              IsInvalid(Reason::kKeyInvalid, "csr.subject_public_key_info"));
}

TEST(PossessionTest, JudgesTheKeyBeforeTheSignature) {
  CsrOptions options = {.attributes = ""};
  const TestKey& key = TestKey::OfType(KeyType::kRsa2048);
  options.spki = key.public_key();
  // The modulus ends six octets before the end: INTEGER 65537 follows. An even one now.
  char& last = (*options.spki)[options.spki->size() - 6];
  last = static_cast<char>(last ^ 1);
  EXPECT_THAT(Verify(SignCsr(MakeCsrInfo(options), key.get(), SignatureScheme::kRsaPkcs1Sha256)),
              IsInvalid(Reason::kKeyWeak, "csr.subject_public_key_info"));
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
