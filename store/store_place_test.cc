#include "store/store_place.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

using fleetca::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

class StorePlaceTest : public ::testing::Test {
 protected:
  StorePlaceTest() {
    EXPECT_THAT(WriteFileAtomic(In("file"), "x", 0600), IsOk());
    std::filesystem::create_directory(In("folder"));
  }

  std::string In(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }

  static void ExpectRefused(const absl::Status& status, Reason reason, const std::string& field,
                            const std::string& path) {
    EXPECT_EQ(GetReason(status), reason) << status;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(field), HasSubstr(path)));
  }

  const testing::TemporaryFolder folder_;
};

TEST_F(StorePlaceTest, WhatIsThereOrCanBeMadeIsFine) {
  EXPECT_THAT(CheckStorePlace(In("folder"), In("file")), IsOk());
  EXPECT_THAT(CheckStorePlace(In("folder/"), ""), IsOk());
  EXPECT_THAT(CheckStorePlace(In("new"), In("new.head")), IsOk());
  EXPECT_THAT(CheckStorePlace(In("new/"), In("folder/new.head")), IsOk());
  EXPECT_FALSE(std::filesystem::exists(In("new")));
}

TEST_F(StorePlaceTest, AStoreIsInAFolder) {
  ExpectRefused(CheckStorePlace(In("file"), ""), Reason::kFileInvalid, "store.path", In("file"));
  ExpectRefused(CheckStorePlace(In("file/"), ""), Reason::kFileInvalid, "store.path", In("file"));
  ExpectRefused(CheckStorePlace(In("file/store"), ""), Reason::kFileMissing, "store.path",
                In("file/store"));
  ExpectRefused(CheckStorePlace(In("none/store"), ""), Reason::kFileMissing, "store.path",
                In("none"));
}

TEST_F(StorePlaceTest, AHeadIsAFileInAFolderThatIsThere) {
  ExpectRefused(CheckStorePlace(In("new"), In("none/head")), Reason::kFileMissing,
                "store.head_file", In("none"));
  ExpectRefused(CheckStorePlace(In("new"), In("folder")), Reason::kFileInvalid, "store.head_file",
                In("folder"));
  ExpectRefused(CheckStorePlace(In("new"), In("file/head")), Reason::kFileMissing,
                "store.head_file", In("file/head"));
}

}  // namespace
}  // namespace fleetca::store
