#include "service/cli/store_owner.h"

#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/user_name.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::testing::HasSubstr;

constexpr uid_t kRoot = 0;
constexpr uid_t kSomebody = 4321;

class StoreOwnerTest : public ::testing::Test {
 protected:
  void GiveTo(const std::string& path, uid_t user) {
    if (user != geteuid()) {
      ASSERT_EQ(chown(path.c_str(), user, user), 0);
    }
  }

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path() + "/store";
};

// The test's own user stands for the server's, and another one for root.
TEST_F(StoreOwnerTest, AStoreIsItsOwnersAlone) {
  std::filesystem::create_directory(folder_);
  ASSERT_TRUE(WriteFileAtomic(folder_ + "/fleetca.store", "x", 0600).ok());
  EXPECT_TRUE(CheckOwnsStore(folder_, geteuid(), "do").ok());
  const absl::Status refused = CheckOwnsStore(folder_, kSomebody, "fleetca do --it");
  EXPECT_EQ(GetReason(refused), Reason::kFilePermissions);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("sudo -u " + UserForSudo(geteuid()) + " fleetca do --it"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("runs as 4321"));
}

TEST_F(StoreOwnerTest, WhereThereIsNoneRootMustOwnThePlace) {
  if (geteuid() != kRoot) {
    EXPECT_FALSE(CheckOwnsStore(folder_, kRoot, "do").ok()) << "the folder above is not root's";
    EXPECT_TRUE(CheckOwnsStore(folder_, geteuid(), "do").ok());
    return;
  }
  EXPECT_TRUE(CheckOwnsStore(folder_, kRoot, "do").ok());
  GiveTo(temporary_.path(), kSomebody);
  EXPECT_FALSE(CheckOwnsStore(folder_, kRoot, "do").ok());
  EXPECT_FALSE(CheckOwnsStore(folder_ + "/", kRoot, "do").ok());
  EXPECT_TRUE(CheckOwnsStore(folder_, kSomebody, "do").ok());
  // A volume that is shared with a group.
  EXPECT_TRUE(CheckOwnsStore(folder_, kSomebody + 1, "do").ok());
  std::filesystem::create_directory(folder_);
  EXPECT_TRUE(CheckOwnsStore(folder_, kRoot, "do").ok());
  GiveTo(folder_, kSomebody);
  EXPECT_FALSE(CheckOwnsStore(folder_, kRoot, "do").ok());
}

}  // namespace
}  // namespace fleetca::service
