#include "client/trust_stores/system_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "client/trust_stores/trust_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::MatchesRegex;

class SystemStoreTest : public ::testing::Test {
 protected:
  SystemStoreTest() {
    std::error_code error;
    EXPECT_TRUE(std::filesystem::create_directories(own_, error)) << error.message();
  }

  static void Write(const std::string& file, absl::string_view der) {
    EXPECT_TRUE(WriteFileAtomic(file, x509::EncodePem(x509::kPemCertificate, der), 0644).ok());
  }

  const fleetca::testing::TemporaryFolder root_;
  const std::string folder_ = absl::StrCat(root_.path(), "/usr/local/share/ca-certificates");
  const std::string own_ = absl::StrCat(folder_, "/own");
  const std::unique_ptr<TrustStore> store_ = MakeSystemStore(root_.path());
};

TEST_F(SystemStoreTest, HoldsWhatIsInFoldersBelow) {
  Write(absl::StrCat(folder_, "/b.crt"), "one");
  Write(absl::StrCat(own_, "/a.crt"), "two");
  Write(absl::StrCat(own_, "/a.pem"), "three");
  EXPECT_EQ(mkfifo(absl::StrCat(own_, "/pipe.crt").c_str(), 0600), 0);
  // A way around, which ends.
  EXPECT_EQ(symlink(folder_.c_str(), absl::StrCat(own_, "/around").c_str()), 0);
  const auto entries = store_->Entries();
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ(entries->front().place, absl::StrCat(folder_, "/b.crt"));
  EXPECT_EQ(entries->front().der, "one");
  EXPECT_EQ((*entries)[1].place, absl::StrCat(own_, "/a.crt"));
  EXPECT_EQ((*entries)[1].der, "two");
}

TEST_F(SystemStoreTest, AFolderThatCannotBeReadIsNotAnEmptyOne) {
  EXPECT_EQ(chmod(own_.c_str(), 0), 0);
  if (geteuid() != 0) {  // who is root may read everywhere
    EXPECT_THAT(store_->Entries().status(),
                IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
  }
  EXPECT_EQ(chmod(own_.c_str(), 0700), 0);
}

TEST(SystemStorePlaceTest, APlaceIsAPlainNameOfAFile) {
  const std::unique_ptr<TrustStore> store = MakeSystemStore("");
  EXPECT_EQ(store->PlaceFor("Acme, Inc/../Root", "0123456789abcdef"),
            "/usr/local/share/ca-certificates/Acme--Inc----Root-01234567.crt");
  EXPECT_EQ(store->PlaceFor(std::string(300, 'a'), "0123456789abcdef"),
            "/usr/local/share/ca-certificates/" + std::string(100, 'a') + "-01234567.crt");
}

TEST(SystemStorePlaceTest, TheRootOfAnImageIsMadeAbsolute) {
  EXPECT_EQ(MakeSystemStore("/image/")->Description(),
            "Debian's store /image/usr/local/share/ca-certificates");
  EXPECT_THAT(MakeSystemStore("image")->Description(),
              MatchesRegex("Debian's store /.*/image/usr/local/share/ca-certificates"));
}

TEST_F(SystemStoreTest, WithoutDebiansFolderThereIsNothingToUninstallFrom) {
  EXPECT_TRUE(CheckIsThere(*store_).ok());
  EXPECT_THAT(CheckIsThere(*MakeSystemStore("/nonexistent")),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

TEST_F(SystemStoreTest, WithoutDebiansFolderThereIsASentence) {
  EXPECT_THAT(MakeSystemStore("/nonexistent")->Entries(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

}  // namespace
}  // namespace fleetca::client
