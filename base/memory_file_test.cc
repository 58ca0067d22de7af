#include "base/memory_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/cleanup/cleanup.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

using ::fleetca::testing::IsError;

TEST(MemoryFileTest, HasItsContentsUnderAPathOfThisProcess) {
  const auto file = MemoryFile::Create("first");
  FLEETCA_ASSERT_OK(file.status());
  EXPECT_EQ(*ReadFile((*file)->path()), "first");
  EXPECT_EQ(*ReadFile((*file)->path()), "first");  // each reader from the beginning
  struct stat found;
  ASSERT_EQ(stat((*file)->path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
}

TEST(MemoryFileTest, ReplacesForThoseWhoOpenItFromThenOn) {
  const auto file = MemoryFile::Create("first");
  FLEETCA_ASSERT_OK(file.status());
  const int opened = open((*file)->path().c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(opened, 0);
  const absl::Cleanup close_it = [opened] { close(opened); };
  FLEETCA_ASSERT_OK((*file)->Replace("second"));
  EXPECT_EQ(*ReadFile((*file)->path()), "second");
  std::string before(5, '\0');
  ASSERT_EQ(read(opened, before.data(), before.size()), 5);
  EXPECT_EQ(before, "first");
}

TEST(MemoryFileTest, WhatIsWrittenIsShownLater) {
  const auto file = MemoryFile::Create("first");
  FLEETCA_ASSERT_OK(file.status());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const Descriptor written, MemoryFile::Write("second"));
  EXPECT_EQ(*ReadFile((*file)->path()), "first");
  (*file)->Show(written);
  EXPECT_EQ(*ReadFile((*file)->path()), "second");
}

TEST(MemoryFileTest, CannotBeWrittenByAnyoneElse) {
  const auto file = MemoryFile::Create("first");
  FLEETCA_ASSERT_OK(file.status());
  const int opened = open((*file)->path().c_str(), O_RDWR | O_CLOEXEC);
  if (opened >= 0) {
    EXPECT_LT(write(opened, "x", 1), 0);
    close(opened);
  }
  EXPECT_EQ(*ReadFile((*file)->path()), "first");
}

TEST(MemoryFileTest, ItsPathIsEmptyAfterwardsAndNobodyElses) {
  std::string path;
  {
    const auto file = MemoryFile::Create("secret");
    FLEETCA_ASSERT_OK(file.status());
    path = (*file)->path();
  }
  EXPECT_EQ(*ReadFile(path), "");
}

TEST(MemoryFileTest, WithoutDescriptorsTheContentsStay) {
  const auto file = MemoryFile::Create("first");
  FLEETCA_ASSERT_OK(file.status());
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none = {3, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const absl::Status replaced = (*file)->Replace("second");
  const auto created = MemoryFile::Create("third");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(replaced, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(created, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_EQ(*ReadFile((*file)->path()), "first");
}

}  // namespace
}  // namespace fleetca
