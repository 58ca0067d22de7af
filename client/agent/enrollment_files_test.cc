#include "client/agent/enrollment_files.h"

#include <sys/stat.h>

#include <cstdlib>
#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class EnrollmentFilesTest : public ::testing::Test {
 protected:
  ~EnrollmentFilesTest() override { unsetenv("CREDENTIALS_DIRECTORY"); }

  std::string Make(const std::string& contents, mode_t mode) const {
    FLEETCA_EXPECT_OK(WriteFileAtomic(path_, contents, mode));
    return path_;
  }
  static Reason ReasonOf(EnrollmentFile what, const std::string& path) {
    return GetReason(ReadEnrollmentFile(what, path).status()).value_or(Reason::kInternal);
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/file";
};

TEST_F(EnrollmentFilesTest, SecretsAreThoseThatNobodyElseSees) {
  for (const EnrollmentFile what : {EnrollmentFile::kToken, EnrollmentFile::kPrivateKey}) {
    const absl::StatusOr<SecretBytes> read = ReadEnrollmentFile(what, Make("secret", 0600));
    FLEETCA_ASSERT_OK(read);
    EXPECT_EQ(read->view(), "secret");
    for (const mode_t mode : {0644, 0620, 0602}) {
      EXPECT_EQ(ReasonOf(what, Make("secret", mode)), Reason::kFilePermissions) << mode;
    }
  }
  // A certificate is none.
  const absl::StatusOr<SecretBytes> read =
      ReadEnrollmentFile(EnrollmentFile::kCertificate, Make("certificate", 0644));
  FLEETCA_ASSERT_OK(read);
  EXPECT_EQ(read->view(), "certificate");
}

// systemd grants a service's user a credential by an ACL, which shows as a group that can read.
TEST_F(EnrollmentFilesTest, ACredentialHasItsOwnRule) {
  setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
  for (const EnrollmentFile what :
       {EnrollmentFile::kToken, EnrollmentFile::kPrivateKey, EnrollmentFile::kCertificate}) {
    const absl::StatusOr<SecretBytes> read = ReadEnrollmentFile(what, Make("secret", 0440));
    FLEETCA_ASSERT_OK(read);
    EXPECT_EQ(read->view(), "secret");
  }
  EXPECT_EQ(ReasonOf(EnrollmentFile::kToken, Make("secret", 0444)), Reason::kFilePermissions);
  EXPECT_EQ(ReasonOf(EnrollmentFile::kPrivateKey, Make("secret", 0444)), Reason::kFilePermissions);
  EXPECT_EQ(ReasonOf(EnrollmentFile::kPrivateKey, Make("secret", 0460)), Reason::kFilePermissions);
}

TEST_F(EnrollmentFilesTest, ATokenIsReadAnewEachTimeAndAlone) {
  EXPECT_EQ(ReadEnrollmentFile(EnrollmentFile::kToken, Make("one\n", 0600))->view(), "one");
  EXPECT_EQ(ReadEnrollmentFile(EnrollmentFile::kToken, Make("two\n", 0600))->view(), "two");
  const absl::Status status =
      ReadEnrollmentFile(EnrollmentFile::kToken, Make("no token", 0600)).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
}

TEST_F(EnrollmentFilesTest, NobodyIsKeptWaitingByAPipe) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  for (const bool credential : {false, true}) {
    if (credential) {
      setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
    }
    EXPECT_EQ(ReasonOf(EnrollmentFile::kToken, path_), Reason::kFilePermissions);
    EXPECT_EQ(ReasonOf(EnrollmentFile::kPrivateKey, path_), Reason::kFilePermissions);
    EXPECT_EQ(ReasonOf(EnrollmentFile::kCertificate, path_), Reason::kFileInvalid);
  }
}

}  // namespace
}  // namespace fleetca::client
