#include "client/first_contact.h"

#include <string>

#include "absl/strings/escaping.h"
#include "base/errors.h"
#include "base/secret.h"
#include "client/bootstrap_client.h"
#include "client/fingerprint.h"
#include "client/testing/bootstrap_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using testing::BootstrapTest;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDraining;
using testing::kToken;
using ::testing::Not;

class FirstContactTest : public BootstrapTest {
 protected:
  FirstContactOptions OptionsFor(const std::string& address) {
    FirstContactOptions options;
    static_cast<CallOptions&>(options) = Options();
    options.address = address;
    options.ca_sha256 = *ParseFingerprint(FingerprintOf(Root()));
    return options;
  }

  const std::string& Root() const { return server_.ca().root_der(); }
  const std::string& StrangersRoot() const { return stranger_.ca().root_der(); }

  void ExpectDistrust(const absl::Status& status, absl::string_view what) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(GetReason(status), Reason::kAnswerInvalid) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("Somebody may be between"));
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(what)));
  }
};

TEST_F(FirstContactTest, FetchesTheRootOfTheFingerprint) {
  const absl::StatusOr<std::string> root = FetchPinnedRoot(OptionsFor(server_.bootstrap_address()));
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(*root, Root());
  EXPECT_THAT(server_.service().authorizations(), IsEmpty());
}

TEST_F(FirstContactTest, GivesThatRootAloneOfALargerBundle) {
  server_.service().ServeRoots({StrangersRoot(), Root(), "not even DER"});
  const absl::StatusOr<std::string> root = FetchPinnedRoot(OptionsFor(server_.bootstrap_address()));
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(*root, Root());
}

TEST_F(FirstContactTest, AManInTheMiddleWithAnotherRootIsFound) {
  const absl::Status status = FetchPinnedRoot(OptionsFor(stranger_.bootstrap_address())).status();
  ExpectDistrust(status, FingerprintOf(Root()));
  // What came is not for copying.
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr(FingerprintOf(StrangersRoot()))));
}

TEST_F(FirstContactTest, AManInTheMiddleWithTheTrueBundleDoesNotGetTheToken) {
  stranger_.service().ServeRoots({StrangersRoot(), Root()});
  const absl::StatusOr<std::string> root =
      FetchPinnedRoot(OptionsFor(stranger_.bootstrap_address()));
  ASSERT_TRUE(root.ok()) << root.status();
  BootstrapOptions options = BootstrapTest::OptionsFor(stranger_.bootstrap_address());
  options.roots_der = {*root};
  const auto client = BootstrapClient::Create(options, SecretBytes(kToken));
  ASSERT_TRUE(client.ok());
  const absl::Status status = (*client)->Issue(Request()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(GetReason(status), Reason::kServerUnreachable);
  EXPECT_THAT(stranger_.service().authorizations(), IsEmpty());
  EXPECT_THAT(stranger_.service().requests(), IsEmpty());
}

TEST_F(FirstContactTest, AnythingButExactlyOneCaOfTheFingerprintIsDistrusted) {
  FirstContactOptions options = OptionsFor(server_.bootstrap_address());
  server_.service().ServeRoots({});
  ExpectDistrust(FetchPinnedRoot(options).status(), "none of its roots");
  server_.service().ServeRoots({Root(), Root()});
  ExpectDistrust(FetchPinnedRoot(options).status(), "more than once");
  // A fingerprint of something that is not a CA's certificate, though it is truly there.
  testing::FakeOrder order;
  order.spki = std::string(*CsrPublicKey(csr_));
  for (const std::string& der : {server_.ca().Issue(order).der, std::string("junk")}) {
    server_.service().ServeRoots({der});
    options.ca_sha256 = *ParseFingerprint(FingerprintOf(der));
    ExpectDistrust(FetchPinnedRoot(options).status(), "not a CA's certificate");
  }
}

TEST_F(FirstContactTest, AStrangersFloodIsNotTaken) {
  server_.service().ServeRoots({Root(), std::string(2 << 20, 'x')});
  const absl::Status status = FetchPinnedRoot(OptionsFor(server_.bootstrap_address())).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
}

TEST_F(FirstContactTest, RetriesAndExplains) {
  server_.service().FailNext({kDraining});
  EXPECT_TRUE(FetchPinnedRoot(OptionsFor(server_.bootstrap_address())).ok());
  EXPECT_EQ(clock_.slept().size(), 1);
  server_.Stop();
  FirstContactOptions options = OptionsFor(server_.bootstrap_address());
  options.backoff.max_attempts = 1;
  const absl::Status status = FetchPinnedRoot(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(GetReason(status), Reason::kServerUnreachable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(options.address));
}

TEST_F(FirstContactTest, ThePortForClientCertificatesIsNamedAsTheMistake) {
  FirstContactOptions options = OptionsFor(server_.address());
  options.backoff.max_attempts = 1;
  const absl::Status status = FetchPinnedRoot(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(GetReason(status), Reason::kServerUnreachable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("bootstrap port"));
}

TEST_F(FirstContactTest, AFingerprintOfAnotherLengthIsRefused) {
  FirstContactOptions options = OptionsFor(server_.bootstrap_address());
  options.ca_sha256 = "short";
  const absl::Status status = FetchPinnedRoot(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
}

}  // namespace
}  // namespace fleetca::client
