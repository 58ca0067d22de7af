#include "client/agent/ca/trust_keeper.h"

#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/durable_file.h"
#include "base/errors.h"
#include "client/agent/ca/testing/agent_ca_fixture.h"
#include "client/agent/record_limits.h"
#include "client/agent/testing/fake_ca_port.h"
#include "client/fingerprint.h"
#include "client/testing/fake_error.h"
#include "client/tls_identity.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDraining;
using testing::kToken;
using ::testing::SizeIs;

class TrustKeeperTest : public testing::AgentCaTest {
 protected:
  TrustKeeperOptions Pinned(const std::string& address) {
    return {.trust_domain = "fleet.example",
            .root_sha256 = *ParseFingerprint(FingerprintOf(server_.ca().root_der())),
            .bootstrap_addresses = {address},
            .state_folder = folder_.path(),
            .clock = &clock_};
  }

  TrustKeeperOptions ByFile() {
    return {.trust_domain = "fleet.example",
            .root_file = server_.files().ca_file,
            .state_folder = folder_.path(),
            .clock = &clock_};
  }

  std::unique_ptr<TrustKeeper> Open(TrustKeeperOptions options) {
    absl::StatusOr<std::unique_ptr<TrustKeeper>> keeper = TrustKeeper::Open(std::move(options));
    EXPECT_THAT(keeper, IsOk());
    return *std::move(keeper);
  }

  std::vector<std::string> Kept(const std::string& name = "trust-bundle.pem") {
    const absl::StatusOr<std::vector<std::string>> roots = LoadRoots(folder_.path() + "/" + name);
    return roots.ok() ? *roots : std::vector<std::string>();
  }

  const std::string own_root_ = server_.ca().root_der();
  const std::string other_root_ = stranger_.ca().root_der();
  fleetca::testing::TemporaryFolder folder_;
};

TEST_F(TrustKeeperTest, TheRootOfTheFingerprintIsFetchedOnceAndKept) {
  const auto keeper = Open(Pinned(server_.bootstrap_address()));
  EXPECT_THAT(keeper->Known(), IsEmpty());
  const auto roots = keeper->Roots();
  ASSERT_THAT(roots, IsOk());
  EXPECT_THAT(*roots, ElementsAre(own_root_));
  EXPECT_THAT(keeper->Known(), ElementsAre(own_root_));
  EXPECT_THAT(Kept(), ElementsAre(own_root_));
  // The next start asks nobody.
  server_.Stop();
  EXPECT_THAT(Open(Pinned(server_.bootstrap_address()))->Known(), ElementsAre(own_root_));
}

TEST_F(TrustKeeperTest, AnotherFingerprintStopsBeforeTheToken) {
  const auto keeper = Open(Pinned(stranger_.bootstrap_address()));
  CaPortOptions options = PortOptions();
  options.bootstrap_addresses = {stranger_.bootstrap_address()};
  options.roots = [&keeper] { return keeper->Roots(); };
  const absl::Status status =
      MakeCaPort(options)->Enroll(SecretBytes(kToken), {.csr_der = csr_}).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid));
  EXPECT_THAT(stranger_.service().authorizations(), IsEmpty());
  EXPECT_THAT(stranger_.service().requests(), IsEmpty());
  EXPECT_THAT(Kept(), IsEmpty());
}

TEST_F(TrustKeeperTest, AServerThatIsAwayAtFirstIsAskedAgain) {
  const auto keeper = Open(Pinned(server_.bootstrap_address()));
  server_.service().FailNext({kDraining});
  EXPECT_THAT(keeper->Roots(), IsError(absl::StatusCode::kUnavailable, Reason::kDraining));
  // Not for each of many identities that wait.
  EXPECT_THAT(keeper->Roots(), IsError(absl::StatusCode::kUnavailable, Reason::kDraining));
  clock_.Sleep(absl::Seconds(1));
  EXPECT_THAT(keeper->Roots(), IsOk());
}

// As a host whose clock is ahead when it starts, and is set when the network is there.
TEST_F(TrustKeeperTest, AClockThatIsSetBackPostponesNoFirstContact) {
  const auto keeper = Open(Pinned(server_.bootstrap_address()));
  server_.service().FailNext({kDraining});
  EXPECT_THAT(keeper->Roots(), IsError(absl::StatusCode::kUnavailable, Reason::kDraining));
  clock_.Sleep(-absl::Seconds(2));
  EXPECT_THAT(keeper->Roots(), IsOk());
}

TEST_F(TrustKeeperTest, AFileIsTrustedUntilABundleIsKept) {
  const auto keeper = Open(ByFile());
  EXPECT_THAT(keeper->Known(), ElementsAre(own_root_));
  ASSERT_THAT(
      WriteFileAtomic(folder_.path() + "/trust-bundle.pem", stranger_.ca().root_pem(), 0644),
      IsOk());
  EXPECT_THAT(Open(ByFile())->Known(), ElementsAre(other_root_));
}

TEST_F(TrustKeeperTest, ADamagedBundleIsNotPassedOver) {
  ASSERT_THAT(WriteFileAtomic(folder_.path() + "/trust-bundle.pem", "half a bun", 0644), IsOk());
  const absl::Status status = TrustKeeper::Open(ByFile()).status();
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("trust-bundle.pem"));
}

// A pipe without a writer would be waited for without end.
TEST_F(TrustKeeperTest, NobodyIsKeptWaitingByAPipe) {
  const std::string kept = folder_.path() + "/trust-bundle.pem";
  ASSERT_EQ(mkfifo(kept.c_str(), 0600), 0);
  const absl::Status status = TrustKeeper::Open(ByFile()).status();
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(kept + ": it is a pipe or a device"));

  ASSERT_EQ(unlink(kept.c_str()), 0);
  TrustKeeperOptions options = ByFile();
  options.root_file = folder_.path() + "/root.pem";
  ASSERT_EQ(mkfifo(options.root_file.c_str(), 0600), 0);
  EXPECT_EQ(GetReason(TrustKeeper::Open(options).status()), Reason::kFileInvalid);

  // The bundle that is kept is the agent's own; the root may be under a link, as volumes have it.
  ASSERT_EQ(unlink(options.root_file.c_str()), 0);
  ASSERT_EQ(symlink(server_.files().ca_file.c_str(), options.root_file.c_str()), 0);
  EXPECT_THAT(TrustKeeper::Open(options), IsOk());
  ASSERT_EQ(symlink(server_.files().ca_file.c_str(), kept.c_str()), 0);
  EXPECT_EQ(GetReason(TrustKeeper::Open(options).status()), Reason::kFileInvalid);
}

TEST_F(TrustKeeperTest, ANewRootIsTakenBesideTheOld) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  auto changed = keeper->Refresh(*port, {&held});
  ASSERT_THAT(changed, IsOk());
  EXPECT_FALSE(*changed);
  EXPECT_THAT(Kept(), ElementsAre(own_root_));
  EXPECT_EQ(keeper->next_refresh(), clock_.Now() + absl::Hours(1));

  server_.service().ServeRoots({own_root_, other_root_});
  changed = keeper->Refresh(*port, {&held});
  ASSERT_THAT(changed, IsOk());
  EXPECT_TRUE(*changed);
  EXPECT_THAT(keeper->Known(), ElementsAre(own_root_, other_root_));
  EXPECT_THAT(Kept(), ElementsAre(own_root_, other_root_));
}

TEST_F(TrustKeeperTest, ABundleThatCutsTheHostOffIsKeptAsideAndSaid) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  server_.service().ServeRoots({other_root_});
  const absl::Status status = keeper->Refresh(*port, {&held}).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("trust-bundle.refused.pem"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("leads to none of its 1 roots"));
  EXPECT_EQ(keeper->last_refresh(), status);
  EXPECT_THAT(keeper->Known(), ElementsAre(own_root_));
  EXPECT_THAT(Kept(), IsEmpty());
  EXPECT_THAT(Kept("trust-bundle.refused.pem"), ElementsAre(other_root_));

  server_.service().ServeRoots({own_root_});
  EXPECT_THAT(keeper->Refresh(*port, {&held}), IsOk());
  EXPECT_THAT(keeper->last_refresh(), IsOk());
  EXPECT_THAT(Kept("trust-bundle.refused.pem"), IsEmpty());
}

// Answers as `try_` says to the calls that try a credential.
class TriedPort final : public testing::FakeCaPort {
 public:
  TriedPort(const testing::FakeCa* ca, const std::string& folder)
      : FakeCaPort(ca, folder + "/issued") {}
  absl::StatusOr<TrustBundle> GetTrustBundle(const Credential&) override { return bundle; }
  absl::Status Try(const Credential& credential) override {
    ++tried;
    return answer(credential.roots_der.size() > 1);
  }

  TrustBundle bundle;
  int tried = 0;
  std::function<absl::Status(bool by_new)> answer;
};

TEST_F(TrustKeeperTest, ACaThatIsAwayWhileABundleIsTriedIsNotHeldAgainstTheBundle) {
  const auto keeper = Open(ByFile());
  const auto real = MakeCaPort(PortOptions());
  const Credential held = Enroll(*real);
  TriedPort port(&server_.ca(), folder_.path());
  port.bundle = {.trust_domain = "fleet.example", .roots_der = {own_root_, other_root_}};
  port.answer = [](bool) { return Unavailable(Reason::kServerUnreachable, "it is away"); };
  const absl::Status away = keeper->Refresh(port, {&held}).status();
  EXPECT_THAT(away, IsError(absl::StatusCode::kUnavailable, Reason::kServerUnreachable));
  EXPECT_THAT(std::string(away.message()), HasSubstr("could not be tried"));
  EXPECT_THAT(Kept("trust-bundle.refused.pem"), IsEmpty());

  // An answer of the server, in which it says that it is busy, means that it was verified.
  port.answer = [](bool by_new) {
    return by_new ? ResourceExhausted(Reason::kQueueFull, "it is busy") : absl::OkStatus();
  };
  EXPECT_EQ(GetReason(keeper->Refresh(port, {&held}).status()), Reason::kQueueFull);
  EXPECT_THAT(Kept("trust-bundle.refused.pem"), IsEmpty());

  // A moment's outage that hits the first try alone.
  port.tried = 0;
  port.answer = [&port](bool) {
    return port.tried == 1 ? Unavailable(Reason::kServerUnreachable, "it is away")
                           : absl::OkStatus();
  };
  EXPECT_THAT(keeper->Refresh(port, {&held}), IsOk());
  EXPECT_THAT(keeper->Known(), ElementsAre(own_root_, other_root_));
}

TEST_F(TrustKeeperTest, ABundleByWhichTheServerIsNotVerifiedIsRefused) {
  const auto keeper = Open(ByFile());
  const auto real = MakeCaPort(PortOptions());
  const Credential held = Enroll(*real);
  TriedPort port(&server_.ca(), folder_.path());
  port.bundle = {.trust_domain = "fleet.example", .roots_der = {own_root_, other_root_}};
  port.answer = [](bool by_new) {
    return by_new ? Unavailable(Reason::kServerUnreachable, "certificate verify failed")
                  : absl::OkStatus();
  };
  const absl::Status status = keeper->Refresh(port, {&held}).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("would not be verified by it"));
  EXPECT_THAT(Kept("trust-bundle.refused.pem"), ElementsAre(own_root_, other_root_));
  EXPECT_THAT(keeper->Known(), ElementsAre(own_root_));
}

// An agent would not read it back at its next start.
TEST_F(TrustKeeperTest, ABundleOfMoreRootsThanAreKeptIsRefused) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  server_.service().ServeRoots(std::vector<std::string>(kMaxKeptRoots + 1, own_root_));
  const absl::Status status = keeper->Refresh(*port, {&held}).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("has 257 roots"));
  EXPECT_THAT(keeper->Known(), ElementsAre(own_root_));
  EXPECT_THAT(Kept("trust-bundle.refused.pem"), SizeIs(kMaxKeptRoots + 1));

  server_.service().ServeRoots(std::vector<std::string>(kMaxKeptRoots, own_root_));
  EXPECT_THAT(keeper->Refresh(*port, {&held}), IsOk());
  EXPECT_THAT(Open(ByFile())->Known(), SizeIs(kMaxKeptRoots));
}

TEST_F(TrustKeeperTest, AFileOfMoreRootsThanAreKeptIsAnError) {
  std::string pem;
  for (size_t i = 0; i <= kMaxKeptRoots; ++i) {
    pem += server_.ca().root_pem();
  }
  TrustKeeperOptions options = ByFile();
  options.root_file = folder_.path() + "/many.pem";
  ASSERT_THAT(WriteFileAtomic(options.root_file, pem, 0644), IsOk());
  const absl::Status status = TrustKeeper::Open(std::move(options)).status();
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("many.pem has 257 roots"));
}

TEST_F(TrustKeeperTest, AClockThatIsAheadRefusesNoBundle) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  clock_.Sleep(absl::Hours(24 * 400));  // the certificate has ended by it
  server_.service().ServeRoots({own_root_, other_root_});
  EXPECT_THAT(keeper->Refresh(*port, {&held}), IsOk());
  EXPECT_THAT(keeper->Known(), ElementsAre(own_root_, other_root_));
}

// One of several identities is enough to refuse it.
TEST_F(TrustKeeperTest, EveryIdentityHasAWord) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  const Credential alien = {
      .certificate_der = stranger_.ca().Issue({.spki = std::string(*CsrPublicKey(csr_))}).der,
      .chain_der = {stranger_.ca().issuing_der()}};
  server_.service().ServeRoots({own_root_, own_root_});
  EXPECT_THAT(keeper->Refresh(*port, {&held, &alien}),
              IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid));
}

TEST_F(TrustKeeperTest, AnIdentityThatIsRevokedKeepsTheBundleFromNoOther) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  const testing::FakeError refusal = {.code = grpc::StatusCode::PERMISSION_DENIED,
                                      .message = "the certificate was revoked",
                                      .reason = "CERTIFICATE_REVOKED"};
  server_.service().FailNext({refusal});
  EXPECT_THAT(keeper->Refresh(*port, {&held, &held}), IsOk());
  server_.service().FailNext({refusal, refusal});
  EXPECT_EQ(GetReason(keeper->Refresh(*port, {&held, &held}).status()),
            Reason::kCertificateRevoked);
}

TEST_F(TrustKeeperTest, AClockThatWasSetBackPostponesNothing) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  ASSERT_THAT(keeper->Refresh(*port, {&held}), IsOk());
  EXPECT_GT(keeper->next_refresh(), clock_.Now());
  clock_.Sleep(-absl::Minutes(2));
  EXPECT_EQ(keeper->next_refresh(), clock_.Now());
}

TEST_F(TrustKeeperTest, AfterAFailureItIsTriedSoonAndLaterAgain) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  server_.Stop();
  EXPECT_EQ(GetReason(keeper->Refresh(*port, {&held}).status()), Reason::kServerUnreachable);
  EXPECT_EQ(keeper->next_refresh(), clock_.Now() + absl::Minutes(1));
  EXPECT_FALSE(keeper->Refresh(*port, {&held}).ok());
  EXPECT_EQ(keeper->next_refresh(), clock_.Now() + absl::Minutes(2));
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(keeper->Refresh(*port, {&held}).ok());
  }
  EXPECT_EQ(keeper->next_refresh(), clock_.Now() + absl::Hours(1));
  server_.Restart();
  EXPECT_THAT(keeper->Refresh(*port, {&held}), IsOk());
}

TEST_F(TrustKeeperTest, TheWaitThatABusyCaWantsIsHeededWhereItIsNotAbsurd) {
  const auto keeper = Open(ByFile());
  const auto port = MakeCaPort(PortOptions());
  const Credential held = Enroll(*port);
  testing::FakeError busy = kDraining;
  busy.retry_delay = absl::Minutes(5);
  server_.service().FailNext({busy});
  EXPECT_FALSE(keeper->Refresh(*port, {&held}).ok());
  EXPECT_EQ(keeper->next_refresh(), clock_.Now() + absl::Minutes(5));
  busy.retry_delay = absl::Hours(24 * 365);
  server_.service().FailNext({busy});
  EXPECT_FALSE(keeper->Refresh(*port, {&held}).ok());
  EXPECT_EQ(keeper->next_refresh(), clock_.Now() + absl::Hours(1));
}

}  // namespace
}  // namespace fleetca::client
