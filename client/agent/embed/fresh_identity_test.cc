#include "client/agent/embed/fresh_identity.h"

#include <memory>
#include <string>
#include <utility>

#include "base/durable_file.h"
#include "base/errors.h"
#include "client/fingerprint.h"
#include "client/testing/bootstrap_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsOk;
using ::testing::IsEmpty;
using testing::kDraining;
using testing::kToken;

class FreshIdentityTest : public testing::BootstrapTest {
 protected:
  FreshIdentityTest() { EXPECT_THAT(WriteFileAtomic(TokenFile(), kToken, 0600), IsOk()); }

  std::string TokenFile() const { return folder_.path() + "/token"; }

  FreshIdentityOptions OptionsAt(const testing::FakeServer& server) {
    return {.trust_domain = "fleet.example",
            .addresses = {server.address()},
            .bootstrap_addresses = {server.bootstrap_address()},
            .root_sha256 = FingerprintOf(server_.ca().root_der()),
            .state_folder = folder_.path(),
            .join_token_file = TokenFile()};
  }

  fleetca::testing::TemporaryFolder folder_;
};

TEST_F(FreshIdentityTest, IsThereOnceItHasACertificateAndKeepsItOverStarts) {
  auto identity = FreshIdentity::Start(OptionsAt(server_), absl::Seconds(20));
  ASSERT_THAT(identity, IsOk());
  const std::string serial = (*identity)->status().serial;
  EXPECT_TRUE((*identity)->status().ready);
  EXPECT_NE((*identity)->MakeServerCredentials(), nullptr);
  EXPECT_NE((*identity)->MakeChannelCredentials(), nullptr);
  identity->reset();

  server_.Stop();
  identity = FreshIdentity::Start(OptionsAt(server_), absl::Seconds(20));
  ASSERT_THAT(identity, IsOk());
  EXPECT_EQ((*identity)->status().serial, serial);
}

TEST_F(FreshIdentityTest, AServerThatIsBusyIsWaitedFor) {
  server_.service().FailNext({kDraining, kDraining});
  EXPECT_THAT(FreshIdentity::Start(OptionsAt(server_), absl::Seconds(60)), IsOk());
}

TEST_F(FreshIdentityTest, AnotherCaGetsNoTokenAndTheErrorSaysSo) {
  EXPECT_THAT(FreshIdentity::Start(OptionsAt(stranger_), absl::Seconds(2)),
              IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid));
  EXPECT_THAT(stranger_.service().authorizations(), IsEmpty());
  EXPECT_THAT(stranger_.service().requests(), IsEmpty());
}

TEST_F(FreshIdentityTest, AMistakeIsToldAtOnce) {
  FreshIdentityOptions options = OptionsAt(server_);
  options.root_sha256 = "beef";
  EXPECT_THAT(FreshIdentity::Start(options, absl::Hours(1)),
              IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid));
  const auto one = FreshIdentity::Start(OptionsAt(server_), absl::Seconds(20));
  ASSERT_THAT(one, IsOk());
  // A second one of the same folder.
  EXPECT_FALSE(FreshIdentity::Start(OptionsAt(server_), absl::Hours(1)).ok());
}

}  // namespace
}  // namespace fleetca::client
