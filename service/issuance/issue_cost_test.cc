#include "service/issuance/issue_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/rsa8192_csr.h"
#include "tests/testing/test_key.h"
#include "x509/csr.h"
#include "x509/possession.h"
#include "x509/rsa_factors.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::TestKey;

std::string CsrOf(KeyType type) { return MakeCsr({.key_type = type}); }

uint64_t ThreadMicroseconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1000000 + static_cast<uint64_t>(time.tv_nsec) / 1000;
}

// What verifying `csr` takes here, the least of several rounds, when nobody has seen its key.
uint64_t MeasuredPossession(const x509::Csr& csr) {
  const auto verifier = x509::PossessionVerifier::CreateOpenSsl();
  constexpr int kTimes = 8;
  uint64_t least = UINT64_MAX;
  for (int round = 0; round < 6; ++round) {
    const uint64_t start = ThreadMicroseconds();
    for (int i = 0; i < kTimes; ++i) {
      if (csr.public_key.algorithm == x509::PublicKeyAlgorithm::kRsa) {
        x509::ForgetSoundRsaModuliForTesting();
      }
      const x509::Csr* csrs[] = {&csr};
      absl::Status results[1];
      verifier->VerifyBatch(csrs, absl::MakeSpan(results));
      EXPECT_TRUE(results[0].ok()) << results[0];
    }
    least = std::min(least, (ThreadMicroseconds() - start) / kTimes);
  }
  return least;
}

// The table is one of another machine; here it is the proportions that must be right.
TEST(IssueCostTest, TheTableIsInTheProportionsThatAreMeasured) {
  struct Row {
    std::string name;
    std::string csr;
  };
  const std::vector<Row> rows = {
      {"P-256", CsrOf(KeyType::kP256)},       {"P-384", CsrOf(KeyType::kP384)},
      {"Ed25519", CsrOf(KeyType::kEd25519)},  {"RSA-2048", CsrOf(KeyType::kRsa2048)},
      {"RSA-3072", CsrOf(KeyType::kRsa3072)}, {"RSA-4096", CsrOf(KeyType::kRsa4096)},
      {"RSA-8192", testing::Rsa8192Csr()}};
  double p256 = 0;
  for (const Row& row : rows) {
    const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(row.csr, {});
    ASSERT_TRUE(csr.ok()) << csr.status();
    const auto measured = static_cast<double>(MeasuredPossession(*csr));
    const auto table = static_cast<double>(PossessionCost(csr->public_key));
    if (p256 == 0) {
      p256 = measured / table;
    }
    const double ratio = measured / table / p256;
    RecordProperty(row.name, absl::StrCat(measured, " us, ", ratio, " of the table"));
    std::printf("%s: %g us, table %g, ratio to P-256's %g\n", row.name.c_str(), measured, table,
                ratio);
    EXPECT_GT(ratio, 0.4) << row.name;
    EXPECT_LT(ratio, 2.5) << row.name;
  }
}

// A batch of 64 in lanes against OpenSSL, one by one; 10 of 70 microseconds are in the table.
TEST(IssueCostTest, InLanesAP256KeyCostsWhatIsMeasured) {
  const auto verifier = x509::PossessionVerifier::Create(x509::LanesSetting::kAuto);
  if (verifier->statistics().path != x509::PossessionPath::kLanes) {
    GTEST_SKIP() << x509::PossessionPathText(verifier->statistics().path);
  }
  const std::string der = CsrOf(KeyType::kP256);
  const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(der, {});
  ASSERT_TRUE(csr.ok()) << csr.status();
  const std::vector<const x509::Csr*> batch(64, &*csr);
  std::vector<absl::Status> results(batch.size());
  uint64_t least = UINT64_MAX;
  for (int round = 0; round < 10; ++round) {  // OpenSSL verifies the first 64 too
    const uint64_t start = ThreadMicroseconds();
    verifier->VerifyBatch(batch, absl::MakeSpan(results));
    least = std::min(least, ThreadMicroseconds() - start);
  }
  const double in_lanes = static_cast<double>(least) / static_cast<double>(batch.size());
  const auto alone = static_cast<double>(MeasuredPossession(*csr));
  const double table = static_cast<double>(PossessionCost(csr->public_key, true)) /
                       static_cast<double>(PossessionCost(csr->public_key));
  std::printf("in lanes %g us, alone %g us, in the table %g\n", in_lanes, alone, table);
  EXPECT_GT(in_lanes / alone / table, 0.4);
  EXPECT_LT(in_lanes / alone / table, 2.5);
}

TEST(IssueCostTest, LanesMakeADearKeyWeighMore) {
  const std::string spki = TestKey::OfType(KeyType::kP256).public_key();
  const IssueCosts alone(spki);
  const IssueCosts in_lanes(spki, [] { return true; });
  EXPECT_LT(in_lanes.Typical(), alone.Typical() * 2 / 3);
  EXPECT_LT(in_lanes.Of(CsrOf(KeyType::kP256)), alone.Of(CsrOf(KeyType::kP256)) * 2 / 3);
  EXPECT_EQ(in_lanes.Of(CsrOf(KeyType::kP384)), alone.Of(CsrOf(KeyType::kP384)));
  EXPECT_EQ(in_lanes.OfRenewal(), alone.OfRenewal());
  EXPECT_GT(in_lanes.Of(CsrOf(KeyType::kP384)), 12 * in_lanes.Typical());
}

TEST(IssueCostTest, LanesThatWereSwitchedOffMakeP256DearAgain) {
  const std::string spki = TestKey::OfType(KeyType::kP256).public_key();
  bool on = true;
  const IssueCosts costs(spki, [&on] { return on; });
  const std::string csr = CsrOf(KeyType::kP256);
  const uint64_t in_lanes = costs.Of(csr);
  on = false;
  EXPECT_EQ(costs.Of(csr), in_lanes + 60);
  EXPECT_EQ(costs.Of(csr), IssueCosts(spki).Of(csr));
  EXPECT_EQ(costs.Typical(), IssueCosts(spki).Typical());
}

TEST(IssueCostTest, ACsrCostsByItsKeyItsNamesAndTheIssuingKey) {
  const IssueCosts costs(TestKey::OfType(KeyType::kP256).public_key());
  const uint64_t p256 = costs.Of(CsrOf(KeyType::kP256));
  EXPECT_LE(p256, costs.Typical());
  EXPECT_GT(p256, costs.Typical() * 9 / 10);
  EXPECT_GT(costs.Of(CsrOf(KeyType::kP384)), 6 * p256);
  EXPECT_GT(costs.Of(CsrOf(KeyType::kRsa2048)), 10 * p256);
  EXPECT_GT(costs.Of(CsrOf(KeyType::kRsa4096)), 7 * costs.Of(CsrOf(KeyType::kRsa2048)));
  CsrOptions many;
  std::vector<std::string> names;
  for (int i = 0; i < 90; ++i) {
    names.push_back(absl::StrCat("a-rather-long-name-", i, ".fleet.test"));
  }
  for (const std::string& name : names) {
    many.names.push_back({x509::NameType::kDns, name});
  }
  EXPECT_GT(costs.Of(MakeCsr(many)), p256 + 30);
  const IssueCosts slow(TestKey::OfType(KeyType::kP384).public_key());
  EXPECT_GT(slow.Of(CsrOf(KeyType::kP256)), p256 + 800);
  EXPECT_GT(slow.Typical(), costs.Typical() + 800);
}

// A renewal with the same key verifies nothing, whatever the key: the handshake did.
TEST(IssueCostTest, ARenewalWithTheSameKeyIsOneSignature) {
  const IssueCosts costs(TestKey::OfType(KeyType::kP256).public_key());
  const std::string csr = CsrOf(KeyType::kRsa2048);
  EXPECT_LT(costs.OfRequest({.renewal = true}), costs.Typical() / 2);
  EXPECT_GE(costs.OfRequest({.renewal = true}),
            SigningCost({.algorithm = x509::PublicKeyAlgorithm::kP256}));
  EXPECT_EQ(costs.OfRequest({.csr_der = csr, .renewal = true}), costs.Of(csr));
  EXPECT_EQ(costs.OfRequest({.csr_der = csr}), costs.Of(csr));
}

// A modulus that is too long for the search for factors is cheaper than one that is not.
TEST(IssueCostTest, FactorsArePaidForWhereTheyAreLookedFor) {
  const auto cost = [](int bits) {
    return PossessionCost({.algorithm = x509::PublicKeyAlgorithm::kRsa, .bits = bits});
  };
  EXPECT_GT(cost(x509::kMaxFactoredRsaBits), 7 * cost(x509::kMaxFactoredRsaBits / 2));
  EXPECT_LT(cost(x509::kMaxFactoredRsaBits + 8), cost(2048));
  EXPECT_GT(cost(8192), cost(x509::kMaxFactoredRsaBits + 8));
}

TEST(IssueCostTest, WhatHasNoKeyToVerifyCostsLittle) {
  const IssueCosts costs(TestKey::OfType(KeyType::kP256).public_key());
  const std::string csr = CsrOf(KeyType::kP384);
  const std::string other_curve = MakeCsr({.spki = TestKey::MakeOther("EC", "P-521").public_key()});
  for (const std::string& bad : {std::string(), std::string("no CSR"), csr.substr(0, 100),
                                 csr.substr(0, csr.size() - 1), other_curve}) {
    EXPECT_FALSE(x509::ParseCsr(bad, {}).ok());
    EXPECT_LT(costs.Of(bad), costs.Typical() / 2);
  }
}

}  // namespace
}  // namespace fleetca::service
