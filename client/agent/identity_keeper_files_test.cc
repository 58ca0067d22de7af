// The files of an identity, its hooks and whom it trusts.
#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "client/agent/identity_keeper.h"
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

using IdentityKeeperFilesTest = testing::KeeperFixture;

TEST_F(IdentityKeeperFilesTest, HooksRunAfterEachChangeUntilTheyWork) {
  options_.hooks = {{.exec = {"/bin/reload"}}, {.exec = {"/bin/tell"}}};
  hook_fault_ = FailedPrecondition(Reason::kInternal, "exit code 1");
  Restart();
  EXPECT_TRUE(Status().hooks[0].pending);
  EXPECT_EQ(Status().hooks[0].attempts, 1);
  EXPECT_FALSE(Status().hooks[1].ran_at.has_value());
  const absl::Duration rest = Step();
  EXPECT_LE(rest, absl::Seconds(2));
  hook_fault_ = absl::OkStatus();
  Pass(absl::Seconds(3));
  EXPECT_FALSE(Status().hooks[0].pending);
  EXPECT_FALSE(Status().hooks[1].pending);
  const std::string ran = HooksRan();
  Restart();
  Pass(absl::Hours(1));
  EXPECT_EQ(HooksRan(), ran);
  Pass(absl::Hours(16));
  EXPECT_THAT(HooksRan(), HasSubstr(absl::StrCat(LastIssued(), "\n", LastIssued())));
}

TEST_F(IdentityKeeperFilesTest, FilesThatCannotBeWrittenAreSaidAndWrittenLater) {
  Restart();
  const std::string first = Status().serial;
  run_.outputs->fault = FailedPrecondition(Reason::kFileInvalid, "read-only folder");
  now_ = Status().renew_at + absl::Seconds(1);
  Step();
  EXPECT_EQ(Status().serial, first);
  EXPECT_THAT(Status().last_error.message(), HasSubstr("read-only folder"));
  run_.outputs->fault = absl::OkStatus();
  Pass(absl::Hours(1));
  EXPECT_NE(Status().serial, first);
  EXPECT_THAT(port_.issued(), SizeIs(2));
}

TEST_F(IdentityKeeperFilesTest, AnErrorOfTheDiskIsOverOnceTheFilesAreThere) {
  Restart();
  const testing::FakeCa other;
  roots_ = {ca_.root_der(), other.root_der()};
  run_.outputs->fault = FailedPrecondition(Reason::kFileInvalid, "read-only folder");
  Step();
  EXPECT_THAT(Status().last_error.message(), HasSubstr("read-only folder"));
  run_.outputs->fault = absl::OkStatus();
  Pass(absl::Seconds(11));
  FLEETCA_EXPECT_OK(Status().last_error);
}

// Else a disk that is full from the window on until the end costs each host another token.
TEST_F(IdentityKeeperFilesTest, AStateFolderOnAFullDiskCostsNoCertificate) {
  port_.life = absl::Minutes(40);
  for (const bool renews_key : {true, false}) {
    options_.renewals_per_key = renews_key ? 1 : 10;
    run_ = {};
    Begin();
    bool is_full = false;
    auto started = Start([&is_full](absl::string_view step) {
      return is_full && step == "create identity.textproto" ? ENOSPC : 0;
    });
    FLEETCA_ASSERT_OK(started);
    run_ = *std::move(started);
    Step();
    is_full = true;
    const std::string first = Status().serial;
    const absl::Time end = Status().not_after;
    now_ = Status().renew_at + absl::Seconds(1);
    Step();
    EXPECT_EQ(Status().serial, first);
    EXPECT_THAT(Status().last_error.message(), HasSubstr("No space left on device"));
    while (now_ < end + absl::Minutes(5)) {
      now_ += Step();
      ASSERT_EQ(ProblemOfFiles(), "");
      ASSERT_NE(held_->credential, nullptr);
    }
    EXPECT_THAT(port_.issued(), SizeIs(2));
    EXPECT_EQ(Status().serial, LastIssued());
    EXPECT_THAT(Status().last_error.message(), HasSubstr("No space left on device"));
    is_full = false;
    Pass(absl::Seconds(11));
    FLEETCA_EXPECT_OK(Status().last_error);
    Restart();
    EXPECT_EQ(Status().serial, LastIssued());
    EXPECT_EQ(Lines(), 1);
  }
}

TEST_F(IdentityKeeperFilesTest, ATokenIsNotUsedForWhatCannotBeKept) {
  run_ = {};
  Begin();
  bool is_full = true;
  auto started = Start([&is_full](absl::string_view step) {
    return is_full && step == "create identity.textproto" ? ENOSPC : 0;
  });
  FLEETCA_ASSERT_OK(started);
  run_ = *std::move(started);
  Pass(absl::Hours(1));
  EXPECT_THAT(port_.calls, ::testing::IsEmpty());
  is_full = false;
  Pass(absl::Minutes(1));
  EXPECT_TRUE(Status().ready);
}

// Its step is the one that renews.
TEST_F(IdentityKeeperFilesTest, NoHookHoldsUpTheNextRenewalUntilTheEnd) {
  options_.hooks = {{.exec = {"/bin/reload"}, .timeout = absl::Minutes(10)}};
  port_.life = absl::Minutes(5);
  Restart();
  EXPECT_GT(hook_until_, Status().renew_at);
  EXPECT_LT(hook_until_, Status().not_after - absl::Seconds(30));
  // Nor where it is run again while the CA is away and the renewal is overdue.
  hook_fault_ = FailedPrecondition(Reason::kInternal, "it hangs");
  FailWith(Unavailable(Reason::kServerUnreachable, "away"));
  std::filesystem::remove(Path("tls/credential-bundle.pem"));
  now_ = Status().not_after - absl::Seconds(40);
  Step();
  EXPECT_EQ(hook_until_, Status().not_after - absl::Seconds(20));
}

// A step waits for the CA and for hooks.
TEST_F(IdentityKeeperFilesTest, TheTimeThatAStepTakesIsNoSleepAndNotBeforeTheChange) {
  options_.hooks = {{.exec = {"/bin/reload"}}};
  auto started = Start();
  FLEETCA_ASSERT_OK(started);
  run_ = *std::move(started);
  run_.keeper.reset();
  KeeperSurroundings surroundings = Surroundings(run_.outputs.get());
  surroundings.clock = [this] { return now_ + absl::Minutes(5); };
  absl::Time changed_at;
  surroundings.run_hook = [&changed_at](const HookOptions&, const HookContext& context) {
    changed_at = context.changed_at;
    return absl::OkStatus();
  };
  auto folder = IdentityFolder::Open(Path("state"), "web");
  FLEETCA_ASSERT_OK(folder);
  auto keeper = IdentityKeeper::Create(options_, *std::move(folder), std::move(surroundings));
  FLEETCA_ASSERT_OK(keeper);
  run_.keeper = *std::move(keeper);
  Step();
  EXPECT_EQ(changed_at, now_ + absl::Minutes(5));
  FailWith(WithRetryDelay(ResourceExhausted(Reason::kQueueFull, "busy"), absl::Minutes(40)));
  now_ = Status().renew_at + absl::Seconds(1);
  Step();
  EXPECT_EQ(Calls("renew"), 1);
  now_ += absl::Minutes(5) + absl::Seconds(1);
  Step();
  EXPECT_EQ(Calls("renew"), 1);
}

TEST_F(IdentityKeeperFilesTest, FilesOfACertificateThatIsGivenUpAreTakenBack) {
  Restart();
  run_ = {};
  bool disk_fails = false;
  auto started = Start([&disk_fails](absl::string_view step) {
    return disk_fails && step == "sync the switch" ? EIO : 0;
  });
  FLEETCA_ASSERT_OK(started);
  run_ = *std::move(started);
  Step();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string first,
                               ReadFile(Path("tls/credential-bundle.pem")));
  now_ = Status().renew_at + absl::Seconds(1);
  port_.fault = [&disk_fails](absl::string_view call) {
    disk_fails = call == "try";
    return absl::OkStatus();
  };
  Step();
  disk_fails = false;
  EXPECT_NE(*ReadFile(Path("tls/credential-bundle.pem")), first);
  FailCall("try", PermissionDenied(Reason::kCertificateRevoked, "it was revoked"));
  Pass(absl::Minutes(1));
  EXPECT_EQ(*ReadFile(Path("tls/credential-bundle.pem")), first);
}

TEST_F(IdentityKeeperFilesTest, NewRootsAreWrittenAndThoseThatWouldCutItOffKeptAside) {
  Restart();
  const testing::FakeCa other;
  roots_ = {other.root_der()};
  Step();
  EXPECT_THAT(Status().bundle_kept_aside, HasSubstr("does not vouch for"));
  EXPECT_THAT(held_->roots_der, ElementsAre(ca_.root_der()));
  roots_ = {ca_.root_der(), other.root_der()};
  Step();
  EXPECT_EQ(Status().bundle_kept_aside, "");
  EXPECT_THAT(held_->roots_der, SizeIs(2));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string bundle, ReadFile(Path("tls/trust-bundle.pem")));
  EXPECT_THAT(bundle, HasSubstr(x509::EncodePem(x509::kPemCertificate, other.root_der())));
}

// They are large, and a host has hundreds of identities.
TEST_F(IdentityKeeperFilesTest, CrlsArePublishedWhereThereAreSockets) {
  Restart();
  for (const size_t sockets : {0, 1}) {
    options_.sockets.resize(sockets);
    run_ = {};
    auto folder = IdentityFolder::Open(Path("state"), "web");
    FLEETCA_ASSERT_OK(folder);
    KeeperSurroundings surroundings = Surroundings(nullptr);
    const auto crl = std::make_shared<const std::string>("a CRL");
    surroundings.crls = [&crl] { return std::make_shared<const SharedCrls>(1, crl); };
    const auto keeper =
        IdentityKeeper::Create(options_, *std::move(folder), std::move(surroundings));
    FLEETCA_ASSERT_OK(keeper);
    (*keeper)->Step(now_);
    ASSERT_NE(held_, nullptr);
    EXPECT_THAT(held_->crls, SizeIs(sockets));
    // The same octets, as CRLs may have megabytes.
    EXPECT_TRUE(sockets == 0 || held_->crls.front() == crl);
  }
}

TEST_F(IdentityKeeperFilesTest, AnIdentityWithoutFilesIsPublishedAlone) {
  Restart();
  run_ = {};
  auto folder = IdentityFolder::Open(Path("state"), "web");
  FLEETCA_ASSERT_OK(folder);
  held_ = nullptr;
  const auto keeper = IdentityKeeper::Create(options_, *std::move(folder), Surroundings(nullptr));
  FLEETCA_ASSERT_OK(keeper);
  const absl::Time next = (*keeper)->Step(now_);
  ASSERT_NE(held_, nullptr);
  EXPECT_NE(held_->credential, nullptr);
  EXPECT_TRUE((*keeper)->status().ready);
  EXPECT_GT(next - now_, absl::Seconds(1));
}

// As it was before the last two renewals.
TEST_F(IdentityKeeperFilesTest, AStateFolderThatWasRestoredGoesOnFromTheFilesInPlace) {
  Restart();
  run_ = {};
  std::filesystem::copy(
      Path("state"), Path("copy"),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks);
  Restart();
  for (int i = 0; i < 2; ++i) {
    now_ = Status().renew_at + absl::Seconds(1);
    Step();
  }
  const std::string last = Status().serial;
  EXPECT_EQ(LastIssued(), last);
  run_ = {};
  std::filesystem::remove_all(Path("state"));
  std::filesystem::rename(Path("copy"), Path("state"));
  Restart();
  EXPECT_EQ(Status().serial, last);
  EXPECT_TRUE(Status().ready);
  EXPECT_EQ(ProblemOfFiles(), "");
  // Also over the next start, and the line goes on.
  Restart();
  EXPECT_EQ(Status().serial, last);
  now_ = Status().renew_at + absl::Seconds(1);
  Step();
  EXPECT_EQ(Status().renewals, 1u);
  EXPECT_EQ(Lines(), 1);
  EXPECT_EQ(Calls("enroll"), 1);
}

}  // namespace
}  // namespace fleetca::client
