#include "client/authz/revocations.h"

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const auto kIsRevoked = IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked);
const auto kIsUnknown = IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown);

const absl::Time kDate = absl::FromUnixSeconds(1767225600);
// Of a steady clock, which has no date.
const absl::Time kStart = absl::UnixEpoch() + absl::Hours(5);
const std::string kGood = "\x01" + std::string(19, 'g');
const std::string kBad = "\x01" + std::string(19, 'b');

std::shared_ptr<Revocations> Make(RevocationsOptions options = {}) {
  return *Revocations::Create(options);
}

TEST(RevocationsTest, NobodyIsBelievedUntilAllIsKnown) {
  const auto revocations = Make();
  EXPECT_THAT(revocations->Check(kGood, kStart), kIsUnknown);
  EXPECT_FALSE(revocations->AwaitLoaded(absl::ZeroDuration()));
  revocations->SetCurrent(kDate, kStart);
  EXPECT_TRUE(revocations->AwaitLoaded(absl::ZeroDuration()));
  FLEETCA_EXPECT_OK(revocations->Check(kGood, kStart));
}

TEST(RevocationsTest, ARevokedOneIsRefusedWithItsSerialNumberDateAndReason) {
  const auto revocations = Make();
  revocations->SetCurrent(kDate, kStart);
  revocations->Add(kBad, {kDate, 4});
  const absl::Status refused = revocations->Check(kBad, kStart);
  EXPECT_THAT(refused, kIsRevoked);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(absl::BytesToHexString(kBad)));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("(superseded)"));
  FLEETCA_EXPECT_OK(revocations->Check(kGood, kStart));
  // However old that is.
  EXPECT_THAT(revocations->Check(kBad, kStart + absl::Hours(1)), kIsRevoked);
}

TEST(RevocationsTest, Checklist59_KnowledgeThatIsTooOldIsNone) {
  const auto revocations = Make();
  revocations->SetCurrent(kDate, kStart);
  FLEETCA_EXPECT_OK(revocations->Check(kGood, kStart + absl::Seconds(30)));
  EXPECT_THAT(revocations->Check(kGood, kStart + absl::Seconds(31)), kIsUnknown);
  // The CA's own time says nothing of the age: a clock that is ahead buys nothing.
  revocations->SetCurrent(kDate + absl::Hours(24 * 365), kStart + absl::Seconds(40));
  FLEETCA_EXPECT_OK(revocations->Check(kGood, kStart + absl::Seconds(70)));
  EXPECT_THAT(revocations->Check(kGood, kStart + absl::Seconds(71)), kIsUnknown);
  const Revocations::Knowledge known = revocations->Describe(kStart + absl::Seconds(71));
  EXPECT_TRUE(known.stale);
  EXPECT_EQ(known.refused_stale, 2u);
  EXPECT_EQ(known.age, absl::Seconds(31));
}

TEST(RevocationsTest, TheSequenceThatIsHeldIsKnownOnceThereIsOne) {
  const auto revocations = Make();
  EXPECT_EQ(revocations->Describe(kStart).sequence, std::nullopt);
  revocations->SetSequence(0);
  EXPECT_EQ(revocations->Describe(kStart).sequence, 0u);
  revocations->SetSequence(17);
  EXPECT_EQ(revocations->Describe(kStart).sequence, 17u);
}

TEST(RevocationsTest, OperatorsMayLetCallersPassAndAreTold) {
  const auto revocations = Make({.when_stale = WhenStale::kAllow});
  revocations->Add(kBad, {kDate, 1});
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) {
    FLEETCA_EXPECT_OK(revocations->Check(kGood, kStart));
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("not known whether its certificate was revoked"));
  EXPECT_EQ(log.find("passes"), log.rfind("passes")) << "once in a while";
  EXPECT_EQ(revocations->Describe(kStart).allowed_stale, 3u);
  EXPECT_THAT(revocations->Check(kBad, kStart), kIsRevoked);
}

TEST(RevocationsTest, OptionsThatCannotHoldAreRefused) {
  EXPECT_THAT(Revocations::Create({.max_age = absl::Seconds(9)}),
              IsInvalid(Reason::kConfigInvalid, "max_age"));
  EXPECT_THAT(Revocations::Create({.max_revoked = 0}),
              IsInvalid(Reason::kConfigInvalid, "max_revoked"));
}

TEST(RevocationsTest, ASnapshotTakesThePlaceOfAllWhileOthersAsk) {
  const auto revocations = Make();
  revocations->SetCurrent(kDate, kStart);
  revocations->Add(kBad, {kDate, 1});
  std::thread reader([&] {
    for (int i = 0; i < 2000; ++i) {
      EXPECT_THAT(revocations->Check(kBad, kStart), kIsRevoked) << "it is in both";
      FLEETCA_EXPECT_OK(revocations->Check(kGood, kStart));
    }
  });
  for (int i = 0; i < 200; ++i) {
    RevokedSerials snapshot;
    snapshot.Add(kBad, {kDate, 1});
    revocations->Replace(snapshot);
    revocations->SetCurrent(kDate, kStart);
  }
  reader.join();
  RevokedSerials empty;
  revocations->Replace(empty);
  FLEETCA_EXPECT_OK(revocations->Check(kBad, kStart));
}

TEST(RevocationsTest, InWords) {
  const auto revocations = Make();
  EXPECT_EQ(KnowledgeInWords(revocations->Describe(kStart)), "what is revoked was not read yet");
  revocations->Add(kBad, {kDate, 1});
  revocations->SetCurrent(kDate, kStart);
  EXPECT_THAT(KnowledgeInWords(revocations->Describe(kStart + absl::Milliseconds(3500))),
              AllOf(StartsWith("1 certificate is known to be revoked, as of 2026-01-01"),
                    EndsWith(" 3s ago")));
}

}  // namespace
}  // namespace fleetca::client
