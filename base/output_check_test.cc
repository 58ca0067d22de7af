#include "base/output_check.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/testing/in_child.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class OutputCheckTest : public ::testing::Test {
 protected:
  std::string Path(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }

  size_t Files() const {
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      ++count;
    }
    return count;
  }

  const testing::TemporaryFolder folder_;
};

TEST_F(OutputCheckTest, LeavesNothingBehind) {
  ASSERT_TRUE(WriteFileAtomic(Path("old"), "old", 0600).ok());
  EXPECT_TRUE(CheckCanWrite(Path("new")).ok());
  EXPECT_TRUE(CheckCanWrite(Path("old")).ok());
  EXPECT_TRUE(CheckCanWrite(Path("new"), Replace::kNothing).ok());
  EXPECT_EQ(Files(), 1u);
  EXPECT_EQ(*ReadFile(Path("old")), "old");
}

// In the words of the write itself, so that nobody meets one error after the other.
TEST_F(OutputCheckTest, RefusesWhatAWriteWouldRefuse) {
  ASSERT_TRUE(WriteFileAtomic(Path("old"), "old", 0600).ok());
  std::filesystem::create_directory(Path("folder"));
  for (const std::string& path :
       {Path("none/f"), Path("folder"), Path("old/f"), Path(std::string(250, 'n'))}) {
    const absl::Status checked = CheckCanWrite(path);
    const absl::Status written = WriteFileAtomic(path, "x", 0600);
    EXPECT_FALSE(checked.ok()) << path;
    EXPECT_EQ(checked.code(), written.code()) << written;
    EXPECT_EQ(GetReason(checked), GetReason(written)) << written;
    EXPECT_THAT(std::string(checked.message()), HasSubstr(path));
    EXPECT_FALSE(CheckCanWrite(path, Replace::kNothing).ok()) << path;
  }
  EXPECT_FALSE(CheckCanWrite(Path("folder/")).ok());
  const absl::Status taken = CheckCanWrite(Path("old"), Replace::kNothing);
  EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(taken.message()), HasSubstr("; nothing was asked for yet"));
  const absl::Status here = CheckCanWrite(Path("old"), Replace::kNothing, NextStep::kMakeHere);
  EXPECT_THAT(std::string(here.message()),
              AllOf(HasSubstr("; nothing was written"), Not(HasSubstr("asked"))));
  EXPECT_EQ(Files(), 2u);
}

TEST_F(OutputCheckTest, FindsAFullDisk) {
  EXPECT_TRUE(testing::HoldsInChild([this] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {1000, 1000};  // stands for the full disk
    setrlimit(RLIMIT_FSIZE, &limit);
    return GetReason(CheckCanWrite(Path("f"))) == Reason::kFileInvalid;
  }));
  EXPECT_EQ(Files(), 0u);
}

}  // namespace
}  // namespace fleetca
