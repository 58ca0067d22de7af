#include "base/file_status.h"

#include <cerrno>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

TEST(FileStatusTest, SaysWhatToDoWhereTheErrorDoesNot) {
  EXPECT_EQ(FileError("write", "/etc/web", EROFS).message(),
            "Cannot write /etc/web: Read-only file system; mount that file system for writing, or "
            "name another place");
  EXPECT_EQ(FileError("write", "/etc/web", ENOSPC).message(),
            "Cannot write /etc/web: No space left on device; make room there");
  EXPECT_EQ(FileError("make", "/etc/web", EEXIST).message(),
            "Cannot make /etc/web: File exists; move it away or name another");
  EXPECT_EQ(FileError("make", "/etc/web", ENOENT).message(),
            "Cannot make /etc/web: No such file or directory; make the folder around it first");
  EXPECT_EQ(FileError("read", "/etc/web", ENOENT).message(),
            "Cannot read /etc/web: No such file or directory; look at the path");
  EXPECT_EQ(FileError("write", "a/b", ENOENT).message(),
            "Cannot write a/b: No such file or directory; look at the path, or make the folder "
            "first");
  EXPECT_EQ(FileError("read", "a", EACCES).message(),
            "Cannot read a: Permission denied; run this as a user who may, or have its owner allow "
            "it");
  EXPECT_EQ(FileError("read", "a", EISDIR).message(), "Cannot read a: Is a directory; name a file");
}

TEST(FileStatusTest, WhoKnowsBetterSaysIt) {
  EXPECT_EQ(FileError("write", "/etc/web", ENOSPC, "; stop the store").message(),
            "Cannot write /etc/web: No space left on device; stop the store");
}

TEST(FileStatusTest, TheErrorDecidesTheReason) {
  EXPECT_EQ(GetReason(FileError("read", "x", ENOENT)), Reason::kFileMissing);
  EXPECT_EQ(GetReason(FileError("write", "x", EROFS)), Reason::kFilePermissions);
  EXPECT_EQ(GetReason(FileError("write", "x", ENOSPC)), Reason::kFileInvalid);
  EXPECT_TRUE(absl::IsAlreadyExists(FileError("make", "x", EEXIST)));
}

}  // namespace
}  // namespace fleetca
