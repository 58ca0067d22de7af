// How an identity has a certificate where the CA, a file or a token is not as it should be.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "base/errors.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/testing/keeper_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::Status kAway = Unavailable(Reason::kServerUnreachable, "the CA is away");

using IdentityKeeperWaysTest = testing::KeeperFixture;

// A join token is of use once, so whoever has one may have no other way all the same.
TEST_F(IdentityKeeperWaysTest, ALineThatIsUnblockedIsRenewedAlsoWhereTheTokenWasUsed) {
  Restart();
  now_ = Status().renew_at + absl::Seconds(1);
  FailCall("renew", PermissionDenied(Reason::kLineageBlocked, "the line is blocked"));
  Pass(absl::Hours(3));
  EXPECT_EQ(Status().renewals, 0u);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("the line is blocked"));
  port_.fault = nullptr;
  Restart();
  Pass(absl::Hours(1));
  EXPECT_EQ(Status().renewals, 1u);
  EXPECT_EQ(Lines(), 1);
}

// Each such call is an alarm at the CA.
TEST_F(IdentityKeeperWaysTest, ACertificateThatWasReplacedAsksForNoOther) {
  for (const Reason reason : {Reason::kLineageStale, Reason::kCertificateRevoked}) {
    run_ = {};
    Begin();
    port_.calls.clear();
    Restart();
    now_ = Status().renew_at + absl::Seconds(1);
    FailCall("renew", PermissionDenied(reason, "not this one"));
    Pass(absl::Hours(3));
    EXPECT_EQ(Calls("renew"), 1) << ReasonName(reason);
    EXPECT_GT(Calls("enroll"), 2) << ReasonName(reason);
  }
}

TEST_F(IdentityKeeperWaysTest, ACertificateThatHasEndedByTheCasClockIsRenewedByProof) {
  Restart();
  now_ = Status().renew_at + absl::Seconds(1);
  FailCall("renew", Unauthenticated(Reason::kCallerCertificateExpired, "it has ended"));
  Step();
  EXPECT_EQ(Status().renewals, 1u);
  EXPECT_EQ(Lines(), 1);
}

// The host's clock is stepped ahead, and the CA's is not.
TEST_F(IdentityKeeperWaysTest, AClockAnHourAheadCostsNeitherACertificateNorAToken) {
  constexpr absl::Duration kAhead = absl::Hours(1);
  port_.life = absl::Minutes(1);
  options_.hooks = {{.exec = {"/bin/reload"}}};
  Restart();
  const absl::Time end = now_ + absl::Minutes(10);
  while (now_ < end) {
    port_.now = now_;
    now_ = std::max(now_ + absl::Milliseconds(1), run_.keeper->Step(now_ + kAhead) - kAhead);
    ASSERT_EQ(ProblemOfFiles(), "");
    ASSERT_TRUE(Status().ready);
    ASSERT_THAT(Status().last_error.message(), HasSubstr("set the clock"));
  }
  EXPECT_EQ(Lines(), 1);
  EXPECT_EQ(Calls("enroll"), 1);
  EXPECT_EQ(Calls("renew by proof"), 0);
  // At the usual pace.
  EXPECT_GT(port_.issued().size(), 10u);
  EXPECT_LT(port_.issued().size(), 30u);
  EXPECT_NE(HooksRan(), "");

  // Back again, while the CA does not say when to renew: what was planned is a time of that clock.
  const absl::Time later = now_ + absl::Minutes(5);
  while (now_ < later) {
    now_ += Step();
    ASSERT_EQ(ProblemOfFiles(), "");
  }
  EXPECT_TRUE(Status().ready);
  FLEETCA_EXPECT_OK(Status().last_error);
  EXPECT_EQ(Lines(), 1);
}

// The handshake fails meanwhile, so the CA is asked by a proof, and the line seems to have ended.
TEST_F(IdentityKeeperWaysTest, ALineThatEndedByAClockAheadGoesOnOnceItIsSet) {
  port_.life = absl::Minutes(1);
  Restart();
  port_.fault = [](absl::string_view call) {
    return call == "renew" ? kAway
                           : Unauthenticated(Reason::kCallerCertificateExpired, "it is over");
  };
  run_.keeper->Step(now_ + absl::Hours(1));
  EXPECT_EQ(Calls("renew by proof"), 1);
  port_.fault = nullptr;
  port_.calls.clear();
  const absl::Time end = now_ + absl::Minutes(3);
  while (now_ < end) {
    now_ += Step();
    ASSERT_EQ(ProblemOfFiles(), "");
  }
  EXPECT_EQ(Lines(), 1);
  EXPECT_EQ(Calls("enroll"), 0);
}

TEST_F(IdentityKeeperWaysTest, ATokenThatCannotBeReadForAWhileLosesNoRequest) {
  port_.fault_after = [](absl::string_view) { return kAway; };
  Restart();
  port_.fault_after = nullptr;
  std::filesystem::remove(Path("token"));
  Pass(absl::Minutes(1));
  EXPECT_FALSE(Status().ready);
  Write("token", "join-token");
  Pass(absl::Minutes(11));
  EXPECT_TRUE(Status().ready);
  EXPECT_THAT(port_.issued(), SizeIs(1));
}

TEST_F(IdentityKeeperWaysTest, ANewCertificateThatCannotBeTriedIsInForceBeforeTheOldOneEnds) {
  Restart();
  const std::string first = Status().serial;
  now_ = Status().renew_at + absl::Seconds(1);
  FailCall("try", WithRetryDelay(ResourceExhausted(Reason::kQueueFull, "busy"), absl::Minutes(50)));
  while (Status().serial == first) {
    now_ += Step();
    ASSERT_EQ(ProblemOfFiles(), "");
    ASSERT_NE(held_->credential, nullptr);
  }
  EXPECT_THAT(port_.issued(), SizeIs(2));
}

TEST_F(IdentityKeeperWaysTest, ItWakesForNothingThatCannotBeDone) {
  // The clock is behind.
  Restart();
  now_ -= absl::Hours(24 * 365);
  Step();
  EXPECT_GT(Step(), absl::Seconds(1));
  // A new certificate cannot be tried, and hooks wait for it.
  run_ = {};
  Begin();
  options_.hooks = {{.exec = {"/bin/reload"}}};
  hook_fault_ = FailedPrecondition(Reason::kInternal, "exit code 1");
  Restart();
  now_ = Status().renew_at + absl::Seconds(1);
  FailCall("try", kAway);
  const std::string ran = HooksRan();
  Step();
  now_ += absl::Seconds(1);
  EXPECT_GT(Step(), absl::Seconds(1));
  EXPECT_EQ(HooksRan(), ran);
}

TEST_F(IdentityKeeperWaysTest, AFileThatTheCaDoesNotTakeIsSaidAndTheNextWayTried) {
  const auto pair =
      ca_.IssueTls({.names = {*x509::ParseRequestedName("URI:spiffe://fleet.example/web")},
                    .not_before = now_ - absl::Hours(1),
                    .not_after = now_ + absl::Hours(5)});
  Write("old.pem", pair.chain_pem);
  Write("old.key", pair.key_pem);
  options_.enrollment.certificate_file = Path("old.pem");
  options_.enrollment.private_key_file = Path("old.key");
  port_.fault = [this](absl::string_view call) {
    return call == "try" && Calls("enroll") == 0
               ? PermissionDenied(Reason::kCertificateRevoked, "it was revoked")
               : absl::OkStatus();
  };
  Restart();
  EXPECT_THAT(Status().last_error.message(), HasSubstr("it was revoked"));
  Pass(absl::Minutes(11));
  EXPECT_TRUE(Status().ready);
  EXPECT_EQ(Status().serial, LastIssued());
}

TEST_F(IdentityKeeperWaysTest, TheCertificatesOfAFileMayStandInAnyOrder) {
  const auto pair =
      ca_.IssueTls({.names = {*x509::ParseRequestedName("URI:spiffe://fleet.example/web")},
                    .not_before = now_ - absl::Hours(1),
                    .not_after = now_ + absl::Hours(5)});
  auto ders = x509::DecodePem(x509::kPemCertificate, pair.chain_pem);
  ASSERT_TRUE(ders.ok()) << ders.status();
  ASSERT_GE(ders->size(), 2u);
  std::string turned;
  for (auto der = ders->rbegin(); der != ders->rend(); ++der) {
    turned += x509::EncodePem(x509::kPemCertificate, *der);
  }
  Write("old.pem", turned);
  Write("old.key", pair.key_pem);
  options_.enrollment.certificate_file = Path("old.pem");
  options_.enrollment.private_key_file = Path("old.key");
  options_.enrollment.join_token_file.clear();
  options_.enrollment.jwt_file.clear();
  Restart();
  EXPECT_TRUE(Status().ready) << Status().last_error;
}

TEST_F(IdentityKeeperWaysTest, APipeInPlaceOfACertificateIsNotWaitedFor) {
  ASSERT_EQ(mkfifo(Path("old.pem").c_str(), 0600), 0);
  Write("old.key", "a key");
  options_.enrollment.certificate_file = Path("old.pem");
  options_.enrollment.private_key_file = Path("old.key");
  options_.enrollment.join_token_file.clear();
  options_.enrollment.jwt_file.clear();
  Restart();
  EXPECT_THAT(Status().last_error.message(),
              HasSubstr("old.pem: it is a pipe or a device; name a regular file"));
}

TEST_F(IdentityKeeperWaysTest, ACertificateForAnotherNameThanTheConfigurationsIsAMistake) {
  options_.spiffe_id = "spiffe://fleet.example/web";
  Restart();
  Restart();
  EXPECT_TRUE(Status().ready);
  run_ = {};
  options_.spiffe_id = "spiffe://fleet.example/other";
  const absl::Status status = Start().status();
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("holds a certificate for spiffe://fleet.example/web"),
                    HasSubstr(Path("state/web"))));
}

}  // namespace
}  // namespace fleetca::client
