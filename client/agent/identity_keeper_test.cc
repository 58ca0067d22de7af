#include "client/agent/identity_keeper.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "client/agent/testing/keeper_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Status kAway = Unavailable(Reason::kServerUnreachable, "the CA is away");

using IdentityKeeperTest = testing::KeeperFixture;

TEST_F(IdentityKeeperTest, AHostWithATokenHasACertificateAfterOneStep) {
  Restart();
  EXPECT_EQ(ProblemOfFiles(), "");
  EXPECT_THAT(port_.calls, ElementsAre("enroll", "try"));
  const IdentityStatus status = Status();
  EXPECT_TRUE(status.ready);
  EXPECT_EQ(status.serial, LastIssued());
  EXPECT_EQ(status.spiffe_id, "spiffe://fleet.example/web");
  FLEETCA_EXPECT_OK(status.last_error);
  ASSERT_NE(held_, nullptr);
  ASSERT_NE(held_->credential, nullptr);
  EXPECT_THAT(held_->roots_der, ElementsAre(ca_.root_der()));
}

TEST_F(IdentityKeeperTest, NothingIsAskedBeforeItIsKnownWhomToTrust) {
  auto started = Start();
  FLEETCA_ASSERT_OK(started);
  auto surroundings = Surroundings(started->outputs.get());
  surroundings.roots = []() -> absl::StatusOr<std::vector<std::string>> {
    return DataLoss(Reason::kAnswerInvalid, "the fingerprint is another one's");
  };
  started->keeper.reset();
  auto folder = IdentityFolder::Open(Path("state"), "web");
  FLEETCA_ASSERT_OK(folder);
  const auto keeper = IdentityKeeper::Create(options_, *std::move(folder), surroundings);
  FLEETCA_ASSERT_OK(keeper);
  (*keeper)->Step(now_);
  EXPECT_THAT(port_.calls, IsEmpty());
  EXPECT_THAT((*keeper)->status().last_error.message(), HasSubstr("fingerprint"));
}

TEST_F(IdentityKeeperTest, ItIsRenewedInItsWindowWithANewKeyAndOneLine) {
  Restart();
  const std::string first = Status().serial;
  const std::string first_key(held_->credential->private_key_pem.view());
  EXPECT_EQ(Status().renew_at,
            Status().window_start + (Status().window_end - Status().window_start) / 2);
  Pass(absl::Hours(14));
  EXPECT_EQ(Status().serial, first);
  Pass(absl::Hours(2));
  EXPECT_NE(Status().serial, first);
  EXPECT_NE(held_->credential->private_key_pem.view(), first_key);
  EXPECT_EQ(Status().renewals, 1u);
  Pass(absl::Hours(24 * 5));
  EXPECT_EQ(Lines(), 1);
  EXPECT_EQ(ProblemOfFiles(), "");
  EXPECT_GT(Status().renewals, 7u);
}

TEST_F(IdentityKeeperTest, AKeyIsUsedForSoManyRenewals) {
  options_.renewals_per_key = 3;
  Restart();
  std::vector<std::string> keys = {std::string(held_->credential->private_key_pem.view())};
  std::string serial = Status().serial;
  while (keys.size() < 7) {
    Pass(absl::Minutes(10));
    if (Status().serial != serial) {
      serial = Status().serial;
      keys.emplace_back(held_->credential->private_key_pem.view());
      EXPECT_EQ(ProblemOfFiles(), "");
    }
  }
  EXPECT_EQ(keys[0], keys[2]);
  EXPECT_NE(keys[2], keys[3]);
  EXPECT_EQ(keys[3], keys[5]);
  EXPECT_NE(keys[5], keys[6]);
  EXPECT_EQ(Lines(), 1);
}

TEST_F(IdentityKeeperTest, RenewNowIsObeyedWithinAMinuteOfTheAnswer) {
  port_.info = RenewalInfo{.window_start = now_ + absl::Hours(12),
                           .window_end = now_ + absl::Hours(18),
                           .retry_after = absl::Minutes(30)};
  Restart();
  Pass(absl::Hours(1));
  EXPECT_EQ(Status().renewals, 0u);
  EXPECT_EQ(Calls("info"), 2);
  port_.info = RenewalInfo{.window_start = now_ - absl::Minutes(1),
                           .window_end = now_,
                           .retry_after = absl::Minutes(30),
                           .explanation_url = "https://a/why"};
  while (Calls("info") < 3) {
    now_ += Step();
  }
  EXPECT_EQ(Status().renewals, 1u);
}

TEST_F(IdentityKeeperTest, ACaThatAlwaysSaysNowIsNotAskedWithoutEnd) {
  port_.info = RenewalInfo{
      .window_start = now_ - absl::Minutes(1), .window_end = now_, .retry_after = absl::Seconds(1)};
  Restart();
  Pass(absl::Minutes(5));
  EXPECT_GT(Status().renewals, 4u);
  EXPECT_LT(Status().renewals, 11u);
}

TEST_F(IdentityKeeperTest, TheOldCertificateIsUsedWhileTheCaIsAway) {
  Restart();
  const std::string first = Status().serial;
  FailWith(kAway);
  Pass(absl::Hours(23));
  EXPECT_EQ(Status().serial, first);
  EXPECT_TRUE(Status().ready);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("away"));
  // With a back-off: not once a second, and often enough.
  EXPECT_GT(Calls("renew"), 20);
  EXPECT_LT(Calls("renew"), 120);
  port_.fault = nullptr;
  Pass(absl::Minutes(11));
  EXPECT_NE(Status().serial, first);
  EXPECT_EQ(Status().failures, 0);
}

TEST_F(IdentityKeeperTest, TheBackOffIsKeptOverStartsAndTheCasWaitIsHeeded) {
  Restart();
  FailWith(WithRetryDelay(ResourceExhausted(Reason::kQueueFull, "busy"), absl::Minutes(40)));
  now_ += absl::Hours(16);
  Step();
  EXPECT_EQ(Calls("renew"), 1);
  for (int i = 0; i < 39; ++i) {
    now_ += absl::Minutes(1);
    Restart();
  }
  EXPECT_EQ(Calls("renew"), 1);
  now_ += absl::Minutes(5);
  Step();
  EXPECT_EQ(Calls("renew"), 2);
}

TEST_F(IdentityKeeperTest, AfterItsEndAProofHasTheNextOneWithinGrace) {
  port_.grace = absl::Hours(10);
  Restart();
  now_ += absl::Hours(30);
  Step();
  EXPECT_EQ(Calls("renew by proof"), 1);
  EXPECT_EQ(Lines(), 1);
  EXPECT_EQ(ProblemOfFiles(), "");
}

TEST_F(IdentityKeeperTest, AfterTheGraceAJwtHasItWhichIsReadAnew) {
  options_.enrollment.jwt_file = Path("jwt");
  Restart();  // by the token, as there is no JWT yet
  EXPECT_EQ(Lines(), 1);
  now_ += absl::Hours(30);
  Write("jwt", "jwt");
  Step();
  EXPECT_EQ(Lines(), 2);
  EXPECT_TRUE(Status().ready);
}

TEST_F(IdentityKeeperTest, WithoutAnyWayItSaysSoAndServesTheBundle) {
  Restart();
  now_ += absl::Hours(30);
  Step();
  EXPECT_FALSE(Status().ready);
  EXPECT_EQ(held_->credential, nullptr);
  EXPECT_THAT(held_->roots_der, SizeIs(1));
  EXPECT_THAT(Status().last_error.message(),
              AllOf(HasSubstr("by renewal: the grace is over"),
                    HasSubstr("by a join token: the join token was used")));
  // It goes on, and takes the first certificate that it can have.
  options_.enrollment.jwt_file = Path("jwt");
  Write("jwt", "jwt");
  Restart();
  Pass(absl::Minutes(11));
  EXPECT_TRUE(Status().ready);
}

TEST_F(IdentityKeeperTest, ARevokedCertificateIsReplacedByAJwtWithANewKey) {
  options_.enrollment.jwt_file = Path("jwt");
  Write("jwt", "jwt");
  Restart();
  const std::string key(held_->credential->private_key_pem.view());
  for (const Reason reason : {Reason::kCertificateRevoked, Reason::kLineageStale,
                              Reason::kLineageBlocked, Reason::kKeyBlocked}) {
    const int lines = Lines();
    now_ = Status().renew_at + absl::Seconds(1);
    FailCall("renew", PermissionDenied(reason, "not this one"));
    Step();
    EXPECT_EQ(Lines(), lines + 1) << ReasonName(reason);
    EXPECT_TRUE(Status().ready);
    port_.fault = nullptr;
  }
  EXPECT_NE(held_->credential->private_key_pem.view(), key);
}

TEST_F(IdentityKeeperTest, WhereThereIsNoOtherWayItIsSaidAndTriedSlowly) {
  options_.enrollment.join_token_file.clear();
  options_.enrollment.jwt_file = Path("jwt");
  Write("jwt", "jwt");
  Restart();
  options_.enrollment.jwt_file.clear();
  Restart();
  now_ = Status().renew_at + absl::Seconds(1);
  FailCall("renew", PermissionDenied(Reason::kLineageBlocked, "the line is blocked"));
  Pass(absl::Hours(5));
  EXPECT_THAT(Status().last_error.message(),
              AllOf(HasSubstr("the line is blocked"), HasSubstr("names no JWT or join token")));
  EXPECT_LT(Calls("renew"), 20);
  EXPECT_TRUE(Status().ready);
  // An operator unblocks it.
  port_.fault = nullptr;
  Pass(absl::Hours(1));
  EXPECT_EQ(Status().renewals, 1u);
  EXPECT_EQ(Lines(), 1);
}

TEST_F(IdentityKeeperTest, WhereNoTokenIsAcceptedItIsSaidWhichAndWhyOneIsNeeded) {
  Restart();
  now_ = Status().renew_at + absl::Seconds(1);
  port_.fault = [](absl::string_view call) {
    return call == "renew"    ? PermissionDenied(Reason::kLineageStale, "a copy is in use")
           : call == "enroll" ? Unauthenticated(Reason::kCallerUnknown, "it was used")
                              : absl::OkStatus();
  };
  Step();
  EXPECT_EQ(Status().last_error.message(),
            absl::StrCat("it was used (the token is in ", Path("token"),
                         "); the certificate that is held is renewed no more (LINEAGE_STALE), so a "
                         "new one is needed"));
}

TEST_F(IdentityKeeperTest, ALostAnswerIsAskedForAgainByTheSameRequest) {
  port_.fault_after = [](absl::string_view) { return kAway; };
  Restart();
  EXPECT_FALSE(Status().ready);
  port_.fault_after = nullptr;
  Pass(absl::Seconds(5));
  EXPECT_TRUE(Status().ready);
  EXPECT_THAT(port_.issued(), SizeIs(1));
}

TEST_F(IdentityKeeperTest, ANewCertificateThatTheCaDoesNotTakeLeavesTheOldOne) {
  Restart();
  const std::string first = Status().serial;
  now_ = Status().renew_at + absl::Seconds(1);
  FailCall("try", kAway);
  Step();
  EXPECT_EQ(Status().serial, first);
  EXPECT_EQ(ProblemOfFiles(), "");
  EXPECT_THAT(port_.issued(), SizeIs(2));
  Restart();
  EXPECT_THAT(port_.issued(), SizeIs(2));
  // Where the old one ends, one that was not tried is better.
  now_ += absl::Hours(10);
  Step();
  EXPECT_NE(Status().serial, first);
  EXPECT_EQ(ProblemOfFiles(), "");
}

TEST_F(IdentityKeeperTest, AnAnswerThatIsOlderIsNotUsed) {
  Restart();
  const std::string first = Status().serial;
  // As from a CA whose clock stands still.
  port_.life = absl::Hours(20);
  now_ = Status().renew_at + absl::Seconds(1);
  run_.keeper->Step(now_);
  EXPECT_EQ(Status().serial, first);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("an older certificate"));
}

TEST_F(IdentityKeeperTest, AfterASleepItIsRenewedAtOnce) {
  Restart();
  FailWith(WithRetryDelay(ResourceExhausted(Reason::kQueueFull, "busy"), absl::Minutes(50)));
  now_ = Status().renew_at;
  Step();
  EXPECT_EQ(Calls("renew"), 1);
  port_.fault = nullptr;
  now_ += absl::Minutes(5);
  Step();
  EXPECT_EQ(Status().renewals, 1u);
}

TEST_F(IdentityKeeperTest, AClockThatWasSetBackPostponesNothingForLong) {
  Restart();
  FailWith(kAway);
  now_ = Status().renew_at + absl::Hours(5);
  Step();
  const absl::Duration rest = Step();
  EXPECT_LE(rest, absl::Minutes(1));
  now_ -= absl::Hours(4);
  port_.fault = nullptr;
  Step();
  EXPECT_EQ(Status().renewals, 1u);
}

TEST_F(IdentityKeeperTest, AClockBeforeItsBeginIsSaid) {
  Restart();
  now_ -= absl::Hours(24 * 365);
  Step();
  EXPECT_FALSE(Status().ready);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("set the clock"));
  EXPECT_THAT(port_.calls, SizeIs(2));
  now_ += absl::Hours(24 * 365);
  Step();
  EXPECT_TRUE(Status().ready);
  FLEETCA_EXPECT_OK(Status().last_error);
}

TEST_F(IdentityKeeperTest, ACertificateFromAFileIsTakenOver) {
  const auto pair =
      ca_.IssueTls({.names = {*x509::ParseRequestedName("URI:spiffe://fleet.example/web")},
                    .not_before = now_ - absl::Hours(1),
                    .not_after = now_ + absl::Hours(5)});
  Write("old.pem", pair.chain_pem);
  Write("old.key", pair.key_pem);
  options_.enrollment.certificate_file = Path("old.pem");
  options_.enrollment.private_key_file = Path("old.key");
  Restart();
  EXPECT_EQ(ProblemOfFiles(), "");
  EXPECT_THAT(port_.calls, ElementsAre("try"));
}

TEST_F(IdentityKeeperTest, AFileThatCannotBeTakenOverIsSaidAndTheNextWayTried) {
  const auto pair = ca_.IssueTls({.names = {}});
  Write("old.pem", pair.chain_pem);
  Write("old.key", ca_.IssueTls({.names = {}}).key_pem);
  options_.enrollment.certificate_file = Path("old.pem");
  options_.enrollment.private_key_file = Path("old.key");
  Restart();
  EXPECT_TRUE(Status().ready);
  Begin();
  options_.enrollment.join_token_file.clear();
  Restart();
  EXPECT_FALSE(Status().ready);
  EXPECT_THAT(
      Status().last_error.message(),
      AllOf(HasSubstr("old.pem is not the certificate of the key in"), HasSubstr("old.key")));
  Begin();
  Write("old.key", "no key\n");
  Restart();
  EXPECT_THAT(Status().last_error.message(),
              AllOf(HasSubstr("old.key is of no use"), HasSubstr("in PEM form")));
}

TEST_F(IdentityKeeperTest, MaintenanceWindowsAreKept) {
  // All of the week but the six hours from now on in which the window lies.
  options_.maintenance_windows = MaintenanceWindows();
  Restart();
  const absl::Time usual = Status().renew_at;
  const absl::Time monday = absl::FromCivil(absl::CivilDay(2024, 1, 1), absl::UTCTimeZone());
  absl::Duration offset;
  absl::IDivDuration(usual + absl::Hours(2) - monday, absl::Hours(168), &offset);
  Begin();
  run_ = {};
  options_.maintenance_windows = MaintenanceWindows({{offset, offset + absl::Hours(1)}});
  Restart();
  EXPECT_GE(Status().renew_at, usual + absl::Hours(2) - absl::Minutes(1));
}

}  // namespace
}  // namespace fleetca::client
