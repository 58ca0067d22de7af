#include "client/agent/daemon/start_credentials.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/testing/in_child.h"
#include "client/agent/daemon/privileges.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::HoldsInChild;

constexpr uid_t kNobody = 65534;

class StartCredentialsTest : public ::testing::Test {
 protected:
  StartCredentialsTest() {
    setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
    IdentityOptions identity;
    identity.enrollment = {.join_token_file = path_, .join_token_is_credential = true};
    options_.identities.push_back(identity);
  }
  ~StartCredentialsTest() override { unsetenv("CREDENTIALS_DIRECTORY"); }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/join-token";
  AgentOptions options_;
};

TEST_F(StartCredentialsTest, ATokenIsThereAfterTheAgentHasBecomeAnotherUser) {
  FLEETCA_ASSERT_OK(WriteFileAtomic(path_, "join-token\n", 0400));
  EXPECT_TRUE(HoldsInChild([this] {
    const StartCredentials credentials(options_);
    if (geteuid() == 0 && !BecomeUser({.user = kNobody, .group = kNobody}).ok()) {
      return false;
    }
    unlink(path_.c_str());
    const absl::StatusOr<SecretBytes> token = credentials.Read(EnrollmentFile::kToken, path_);
    return token.ok() && token->view() == "join-token";
  }));
}

// Every kind is kept. A file that is not a credential is not read before it is needed.
TEST_F(StartCredentialsTest, EachKindOfCredentialIsKept) {
  const std::string folder = folder_.path();
  options_.identities[0].enrollment = {.certificate_file = folder + "/crt",
                                       .private_key_file = folder + "/key",
                                       .jwt_file = folder + "/jwt",
                                       .join_token_file = folder + "/token",
                                       .certificate_is_credential = true,
                                       .private_key_is_credential = true,
                                       .jwt_is_credential = true};
  for (const char* const name : {"/crt", "/key", "/jwt", "/token"}) {
    FLEETCA_ASSERT_OK(WriteFileAtomic(folder + name, "first", 0400));
  }
  const StartCredentials credentials(options_);
  for (const char* const name : {"/crt", "/key", "/jwt", "/token"}) {
    FLEETCA_ASSERT_OK(WriteFileAtomic(folder + name, "second", 0400));
  }
  const auto read = [&](EnrollmentFile what, const std::string& name) {
    const absl::StatusOr<SecretBytes> text = credentials.Read(what, folder + name);
    return text.ok() ? std::string(text->view()) : text.status().ToString();
  };
  EXPECT_EQ(read(EnrollmentFile::kCertificate, "/crt"), "first");
  EXPECT_EQ(read(EnrollmentFile::kPrivateKey, "/key"), "first");
  EXPECT_EQ(read(EnrollmentFile::kToken, "/jwt"), "first");
  EXPECT_EQ(read(EnrollmentFile::kToken, "/token"), "second");
}

TEST_F(StartCredentialsTest, OneThatIsNotThereAndAnyOtherFileAreSaidWhenTheyAreRead) {
  const StartCredentials credentials(options_);
  EXPECT_EQ(GetReason(credentials.Read(EnrollmentFile::kToken, path_).status()),
            Reason::kFileMissing);
  FLEETCA_ASSERT_OK(WriteFileAtomic(folder_.path() + "/other", "other-token\n", 0400));
  const absl::StatusOr<SecretBytes> token =
      StartCredentials().Read(EnrollmentFile::kToken, folder_.path() + "/other");
  FLEETCA_ASSERT_OK(token);
  EXPECT_EQ(token->view(), "other-token");
}

}  // namespace
}  // namespace fleetca::client
