#include "client/trust_stores/image_root.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

class ImageRootTest : public ::testing::Test {
 protected:
  ImageRootTest() {
    std::filesystem::create_directories(local_);
    std::filesystem::create_directories(certs_);
    std::ofstream(local_ + "/own.crt") << "a";
    std::ofstream(certs_ + "/ca-certificates.crt") << "a";
    Link("/usr/share/ca-certificates/mozilla/a.crt", certs_ + "/a.pem");
  }

  static void Link(const std::string& target, const std::string& path) {
    ASSERT_EQ(symlink(target.c_str(), path.c_str()), 0);
  }

  void ExpectRefused(const std::string& sentence) const {
    const absl::Status status = CheckImage(root_);
    EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_THAT(std::string(status.message()), HasSubstr(sentence));
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string root_ = folder_.path() + "/image";
  const std::string local_ = root_ + "/usr/local/share/ca-certificates";
  const std::string certs_ = root_ + "/etc/ssl/certs";
};

TEST_F(ImageRootTest, AnImageAsDebianMakesItIsRight) {
  FLEETCA_EXPECT_OK(CheckImage(root_));
  std::filesystem::create_directories(local_ + "/sub folder");
  FLEETCA_EXPECT_OK(CheckImage(root_));
  std::filesystem::remove_all(root_ + "/etc");
  FLEETCA_EXPECT_OK(CheckImage(root_));
  FLEETCA_EXPECT_OK(CheckImage(root_ + "/nowhere"));
}

TEST_F(ImageRootTest, ALinkOnTheWayIsRefused) {
  std::filesystem::rename(certs_, folder_.path() + "/outside");
  Link(folder_.path() + "/outside", certs_);
  ExpectRefused("etc/ssl/certs is a link");
}

TEST_F(ImageRootTest, ALinkAmongWhatIsTrustedThatLeadsOutIsRefused) {
  const std::string other = root_ + "/opt/other";
  std::filesystem::create_directories(other);
  Link(other, local_ + "/other");
  Link(local_, other + "/around");
  Link("nowhere", local_ + "/nowhere.crt");
  FLEETCA_EXPECT_OK(CheckImage(root_));
  std::ofstream(folder_.path() + "/secret") << "a";
  Link(folder_.path() + "/secret", other + "/secret.crt");
  ExpectRefused("secret.crt is a link that leads out of it");
}

TEST_F(ImageRootTest, ABundleThatLeadsElsewhereIsRefused) {
  Link("/etc/hostname", certs_ + "/ca-certificates.crt.new");
  ExpectRefused("ca-certificates.crt.new is no file of its own");
}

TEST_F(ImageRootTest, ALinkToAFolderIsRefused) {
  Link("/tmp", certs_ + "/own.pem");
  ExpectRefused("own.pem is a link to a folder");
}

TEST_F(ImageRootTest, NamesThatTheScriptTakesApartAreRefused) {
  std::filesystem::create_directories(certs_ + "/x /etc");
  ExpectRefused("has a blank or a pattern");
  EXPECT_THAT(CheckImage(folder_.path() + "/a b"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

}  // namespace
}  // namespace fleetca::client
