#include "x509/possession_lanes.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/cpu_features.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "p256/lanes.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/csr.h"
#include "x509/possession_choice.h"
#include "x509/public_signature.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::TestKey;

auto HasWrongSignature() { return IsInvalid(Reason::kSignatureInvalid, "csr.signature"); }

// CSRs and what they are parsed from.
class Batch {
 public:
  void Add(std::string der) {
    ders_.push_back(std::make_unique<std::string>(std::move(der)));
    csrs_.push_back(std::make_unique<Csr>(*ParseCsr(*ders_.back(), CsrLimits())));
    pointers_.push_back(csrs_.back().get());
  }
  void AddP256(bool valid, SignatureScheme scheme = SignatureScheme::kEcdsaSha256) {
    std::string der = MakeCsr({.key = TestKey::OfType(KeyType::kP256).get(), .scheme = scheme});
    if (!valid) {
      der.back() = static_cast<char>(der.back() ^ 1);
    }
    Add(std::move(der));
  }
  void AddNothing() { pointers_.push_back(nullptr); }

  absl::Span<const Csr* const> csrs() const { return pointers_; }
  size_t size() const { return pointers_.size(); }

  std::vector<absl::Status> JudgedBy(const PossessionVerifier& verifier) const {
    std::vector<absl::Status> results(size(), absl::UnknownError("not judged"));
    verifier.VerifyBatch(pointers_, absl::MakeSpan(results));
    return results;
  }

 private:
  std::vector<std::unique_ptr<std::string>> ders_;
  std::vector<std::unique_ptr<Csr>> csrs_;
  std::vector<const Csr*> pointers_;
};

Batch ValidBatch(int count) {
  Batch batch;
  for (int i = 0; i < count; ++i) {
    batch.AddP256(true);
  }
  return batch;
}

// Every kind of key and signature, right and wrong, and a gap.
Batch MixedBatch() {
  Batch batch;
  for (const auto& [type, scheme] : std::vector<std::pair<KeyType, SignatureScheme>>{
           {KeyType::kP256, SignatureScheme::kEcdsaSha256},
           {KeyType::kP384, SignatureScheme::kEcdsaSha384},
           {KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256},
           {KeyType::kP256, SignatureScheme::kEcdsaSha384},
           {KeyType::kP256, SignatureScheme::kEcdsaSha512},
           {KeyType::kEd25519, SignatureScheme::kEd25519}}) {
    std::string der = MakeCsr({.key = TestKey::OfType(type).get(), .scheme = scheme});
    batch.Add(der);
    der.back() = static_cast<char>(der.back() ^ 1);
    batch.Add(std::move(der));
    batch.AddNothing();
  }
  // A point off its curve, which is the key's fault and not the signature's.
  std::string off_curve = TestKey::OfType(KeyType::kP256).public_key();
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  batch.Add(MakeCsr({.attributes = "", .spki = off_curve}));
  return batch;
}

// Lanes that say the same of everything.
PossessionLanes::VerifyFunction Always(bool answer, int* calls = nullptr) {
  return [=](absl::Span<const p256::PublicSignature>, absl::Span<bool> valid) {
    std::fill(valid.begin(), valid.end(), answer);
    if (calls != nullptr) {
      ++*calls;
    }
  };
}

TEST(PossessionLanesTest, SaysWhatOpenSslSays) {
  const auto with_lanes = PossessionVerifier::Create(LanesSetting::kAuto);
  if (with_lanes->statistics().path != PossessionPath::kLanes) {
    GTEST_SKIP() << PossessionPathText(with_lanes->statistics().path);
  }
  const Batch batch = MixedBatch();
  const std::vector<absl::Status> expected = batch.JudgedBy(*PossessionVerifier::CreateOpenSsl());
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(batch.JudgedBy(*with_lanes), expected);
  }
  // Three of the batch are valid and P-256's.
  const PossessionStatistics statistics = with_lanes->statistics();
  EXPECT_EQ(statistics.by_lanes, 150u);
  EXPECT_GE(statistics.checked_again, PossessionLanes::kFirstChecked);
  EXPECT_LT(statistics.checked_again, 100u);
  EXPECT_EQ(statistics.disagreements, 0u);
  EXPECT_EQ(statistics.path, PossessionPath::kLanes);
}

// The shorter digest, and the left of the longer ones.
TEST(PossessionLanesTest, LanesFindEveryDigestValid) {
  const std::unique_ptr<const p256::Lanes> lanes =
      HasAvx512Ifma() ? p256::Lanes::Create() : nullptr;
  if (lanes == nullptr) {
    GTEST_SKIP() << "this processor has no AVX-512 IFMA";
  }
  Batch batch;
  batch.AddP256(true, SignatureScheme::kEcdsaSha256);
  batch.AddP256(true, SignatureScheme::kEcdsaSha384);
  batch.AddP256(true, SignatureScheme::kEcdsaSha512);
  for (const Csr* csr : batch.csrs()) {
    const p256::PublicSignature signature = PublicSignatureOf(*csr).value();
    bool valid = false;
    lanes->Verify({&signature, 1}, {&valid, 1});
    EXPECT_TRUE(valid);
  }
}

TEST(PossessionLanesTest, OneAloneIsForOpenSsl) {
  int calls = 0;
  const PossessionLanes verifier(Always(true, &calls));
  EXPECT_THAT(ValidBatch(1).JudgedBy(verifier)[0], IsOk());
  Batch batch = ValidBatch(1);
  batch.AddNothing();
  batch.Add(MakeCsr({.key_type = KeyType::kP384}));
  EXPECT_THAT(batch.JudgedBy(verifier)[0], IsOk());
  EXPECT_EQ(calls, 0);
  EXPECT_THAT(ValidBatch(2).JudgedBy(verifier)[1], IsOk());
  EXPECT_EQ(calls, 1);
}

TEST(PossessionLanesTest, WhatLanesDoNotFindValidIsForOpenSsl) {
  const PossessionLanes verifier(Always(false));
  Batch batch = ValidBatch(3);
  batch.AddP256(false);
  const std::vector<absl::Status> results = batch.JudgedBy(verifier);
  EXPECT_THAT(results[0], IsOk());
  EXPECT_THAT(results[2], IsOk());
  EXPECT_THAT(results[3], HasWrongSignature());
  const PossessionStatistics statistics = verifier.statistics();
  EXPECT_EQ(statistics.left_to_openssl, 3u);
  EXPECT_EQ(statistics.by_lanes, 0u);
  // Strangers can make such signatures: that must not switch the lanes off.
  EXPECT_EQ(statistics.path, PossessionPath::kLanes);
}

TEST(PossessionLanesTest, TheFirstWrongYesSwitchesLanesOff) {
  int calls = 0;
  const PossessionLanes verifier(Always(true, &calls));
  Batch batch = ValidBatch(3);
  batch.AddP256(false);
  std::vector<absl::Status> results = batch.JudgedBy(verifier);
  EXPECT_THAT(results[0], IsOk());
  EXPECT_THAT(results[3], HasWrongSignature());
  EXPECT_EQ(verifier.statistics().disagreements, 1u);
  EXPECT_EQ(verifier.statistics().path, PossessionPath::kDisagreement);
  results = batch.JudgedBy(verifier);
  EXPECT_THAT(results[0], IsOk());
  EXPECT_THAT(results[3], HasWrongSignature());
  EXPECT_EQ(calls, 1);
}

size_t CountOf(absl::string_view what, absl::string_view text) {
  size_t count = 0;
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

TEST(PossessionLanesTest, AWholeBatchOfWrongYesesIsOneAlarm) {
  const PossessionLanes verifier(Always(true));
  Batch batch;
  for (int i = 0; i < 5; ++i) {
    batch.AddP256(false);
  }
  ::testing::internal::CaptureStderr();
  batch.JudgedBy(verifier);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(CountOf("\n", log), 1u) << log;
  EXPECT_EQ(CountOf(" error ALARM: lanes found", log), 1u) << log;
  EXPECT_EQ(CountOf(" signatures=5 r=", log), 1u) << log;
  const p256::PublicSignature first = PublicSignatureOf(*batch.csrs()[0]).value();
  EXPECT_EQ(CountOf(absl::BytesToHexString({reinterpret_cast<const char*>(first.s), 32}), log), 1u);
  EXPECT_EQ(verifier.statistics().disagreements, 5u);
}

TEST(PossessionLanesTest, TheFirstAndAFewOfTheRestAreVerifiedAgain) {
  const PossessionLanes verifier(Always(true));
  const Batch batch = ValidBatch(64);
  batch.JudgedBy(verifier);
  EXPECT_EQ(verifier.statistics().checked_again, PossessionLanes::kFirstChecked);
  for (int round = 0; round < 200; ++round) {
    batch.JudgedBy(verifier);
  }
  // 50 of 12,800 are expected; 10 and 120 are more than five deviations away.
  const uint64_t later = verifier.statistics().checked_again - PossessionLanes::kFirstChecked;
  EXPECT_GT(later, 10u);
  EXPECT_LT(later, 120u);
  EXPECT_EQ(verifier.statistics().by_lanes, 64u * 201);
}

// Eight lanes and sixteen are separate machine code.
TEST(PossessionLanesTest, TheFirstOfEachEngineAreVerifiedAgain) {
  const PossessionLanes verifier(Always(true));
  const uint64_t each = PossessionLanes::kFirstChecked;
  const Batch eight = ValidBatch(8);
  for (uint64_t done = 8; done <= each; done += 8) {
    eight.JudgedBy(verifier);
    EXPECT_EQ(verifier.statistics().checked_again, done);
  }
  // 16 of these 20 are sixteen lanes', the other four are eight lanes', of which 1 of 256 is drawn.
  const Batch both = ValidBatch(20);
  for (uint64_t done = 16; done <= each; done += 16) {
    both.JudgedBy(verifier);
    EXPECT_GE(verifier.statistics().checked_again, each + done);
    EXPECT_LE(verifier.statistics().checked_again, each + done + 4);
  }
  EXPECT_EQ(verifier.statistics().by_lanes, each + 4 * 20);
}

// OpenSSL that refuses everything in its first batches, and is right afterwards.
class Mistaken final : public PossessionVerifier {
 public:
  explicit Mistaken(absl::Status answer) : answer_(std::move(answer)) {}

  void VerifyBatch(absl::Span<const Csr* const> csrs,
                   absl::Span<absl::Status> results) const override {
    if (!std::exchange(was_asked_, true)) {
      for (size_t i = 0; i < csrs.size(); ++i) {
        results[i] = csrs[i] != nullptr ? answer_ : results[i];
      }
      return;
    }
    right_->VerifyBatch(csrs, results);
  }

 private:
  const absl::Status answer_;
  const std::unique_ptr<PossessionVerifier> right_ = CreateOpenSsl();
  mutable bool was_asked_ = false;
};

// A failure inside OpenSSL that it took for a wrong signature: a fresh object of it does not.
TEST(PossessionLanesTest, ARefusalThatIsNotRepeatedContradictsNobody) {
  const PossessionLanes verifier(
      Always(true), std::make_unique<Mistaken>(
                        InvalidArgument(Reason::kSignatureInvalid, "csr.signature", "mistaken")));
  for (const absl::Status& result : ValidBatch(2).JudgedBy(verifier)) {
    EXPECT_THAT(result, IsOk());
  }
  EXPECT_EQ(verifier.statistics().path, PossessionPath::kLanes);
  EXPECT_EQ(verifier.statistics().disagreements, 0u);
}

TEST(PossessionLanesTest, AFailureOfOpenSslContradictsNobody) {
  const PossessionLanes verifier(
      Always(true), std::make_unique<Mistaken>(Internal(Reason::kInternal, "OpenSSL failed")));
  for (const absl::Status& result : ValidBatch(2).JudgedBy(verifier)) {
    EXPECT_EQ(result.code(), absl::StatusCode::kInternal);
  }
  EXPECT_EQ(verifier.statistics().path, PossessionPath::kLanes);
  EXPECT_EQ(verifier.statistics().disagreements, 0u);
}

// A key off its curve that lanes find valid is a contradiction too.
TEST(PossessionLanesTest, AKeyOffItsCurveSwitchesLanesOff) {
  const PossessionLanes verifier(Always(true));
  std::string off_curve = TestKey::OfType(KeyType::kP256).public_key();
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  Batch batch = ValidBatch(1);
  batch.Add(MakeCsr({.attributes = "", .spki = off_curve}));
  const std::vector<absl::Status> results = batch.JudgedBy(verifier);
  EXPECT_THAT(results[0], IsOk());
  EXPECT_EQ(GetReason(results[1]), Reason::kKeyInvalid);
  EXPECT_EQ(verifier.statistics().path, PossessionPath::kDisagreement);
}

// A wrong yes among many is found when it is drawn, and then the whole batch is judged again.
TEST(PossessionLanesTest, AWrongYesIsFoundSoonerOrLater) {
  const PossessionLanes verifier(Always(true));
  ValidBatch(64).JudgedBy(verifier);
  Batch batch;
  for (int i = 0; i < 16; ++i) {
    batch.AddP256(false);
  }
  for (int round = 0; round < 2000 && verifier.statistics().disagreements == 0; ++round) {
    const std::vector<absl::Status> results = batch.JudgedBy(verifier);
    if (verifier.statistics().disagreements != 0) {
      for (const absl::Status& result : results) {
        EXPECT_THAT(result, HasWrongSignature());
      }
    }
  }
  EXPECT_GT(verifier.statistics().disagreements, 0u);
}

// While one batch is verified in lanes, another one finds them wrong.
TEST(PossessionLanesTest, ABatchUnderWayIsJudgedAgainToo) {
  PossessionLanes* verifier = nullptr;
  bool first = true;
  PossessionLanes lanes([&](absl::Span<const p256::PublicSignature>, absl::Span<bool> valid) {
    std::fill(valid.begin(), valid.end(), true);
    if (!std::exchange(first, false)) {
      return;
    }
    // The first 64 yeses of sixteen lanes, one of them wrong, in the middle of the other batch.
    Batch batch = ValidBatch(63);
    batch.AddP256(false);
    batch.JudgedBy(*verifier);
  });
  verifier = &lanes;
  Batch batch = ValidBatch(15);
  batch.AddP256(false);
  EXPECT_THAT(batch.JudgedBy(lanes)[15], HasWrongSignature());
  EXPECT_EQ(lanes.statistics().path, PossessionPath::kDisagreement);
  EXPECT_GE(lanes.statistics().disagreements, 1u);
}

TEST(PossessionLanesTest, OffIsOff) {
  const auto verifier = PossessionVerifier::Create(LanesSetting::kOff);
  const Batch batch = MixedBatch();
  EXPECT_EQ(batch.JudgedBy(*verifier), batch.JudgedBy(*PossessionVerifier::CreateOpenSsl()));
  EXPECT_EQ(verifier->statistics().path, PossessionPath::kOff);
  EXPECT_EQ(verifier->statistics().by_lanes, 0u);
}

TEST(PossessionLanesTest, ThePathFollowsTheProcessor) {
  const auto verifier = PossessionVerifier::Create(LanesSetting::kAuto);
  EXPECT_EQ(verifier->statistics().path,
            HasAvx512Ifma() ? PossessionPath::kLanes : PossessionPath::kNoIfma);
}

TEST(PossessionLanesTest, AMachineThatIsConfiguredForFipsHasNoLanes) {
  ASSERT_EQ(EVP_default_properties_enable_fips(nullptr, 1), 1);
  const auto verifier = PossessionVerifier::Create(LanesSetting::kAuto);
  const auto off = PossessionVerifier::Create(LanesSetting::kOff);
  ASSERT_EQ(EVP_default_properties_enable_fips(nullptr, 0), 1);
  EXPECT_EQ(verifier->statistics().path, PossessionPath::kFips);
  EXPECT_EQ(off->statistics().path, PossessionPath::kOff);
  const Batch batch = MixedBatch();
  EXPECT_EQ(batch.JudgedBy(*verifier), batch.JudgedBy(*PossessionVerifier::CreateOpenSsl()));
}

TEST(PossessionLanesTest, WithoutLanesThePathSaysWhy) {
  const Batch batch = MixedBatch();
  const std::vector<absl::Status> expected = batch.JudgedBy(*PossessionVerifier::CreateOpenSsl());
  for (const auto& [failure, path] : std::vector<std::pair<p256::LanesFailure, PossessionPath>>{
           {p256::LanesFailure::kNotCompiledIn, PossessionPath::kNotCompiledIn},
           {p256::LanesFailure::kNoGeneratorTable, PossessionPath::kNoGeneratorTable},
           {p256::LanesFailure::kWrongAnswer, PossessionPath::kSelfTestFailed}}) {
    const auto verifier = VerifierBy(nullptr, failure);
    EXPECT_EQ(verifier->statistics().path, path);
    EXPECT_EQ(batch.JudgedBy(*verifier), expected);
  }
}

TEST(PossessionLanesTest, EveryPathHasItsText) {
  std::vector<absl::string_view> texts;
  for (const PossessionPath path :
       {PossessionPath::kLanes, PossessionPath::kOff, PossessionPath::kFips,
        PossessionPath::kNoIfma, PossessionPath::kNotCompiledIn, PossessionPath::kNoGeneratorTable,
        PossessionPath::kSelfTestFailed, PossessionPath::kDisagreement}) {
    texts.push_back(PossessionPathText(path));
  }
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace
}  // namespace fleetca::x509
