#include "service/cli/readiness.h"

#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/ready_file.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

TEST(ReadinessTest, ReadyFileHoldsThePort) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/ready";
  ASSERT_TRUE(WriteReadyFile(path, 8443, 0).ok());
  EXPECT_EQ(*ReadFile(path), "8443\n");
  ASSERT_TRUE(WriteReadyFile(path, 8443, 8444).ok());
  EXPECT_EQ(*ReadFile(path), "8443\n8444\n");
  EXPECT_TRUE(RemoveReadyLines(path).ok());
  EXPECT_EQ(GetReason(ReadFile(path).status()), Reason::kFileMissing);
  EXPECT_TRUE(RemoveReadyLines(path).ok());
  EXPECT_EQ(GetReason(RemoveReadyLines("/")), Reason::kFileInvalid);
}

// Whose path was mistyped keeps the file.
TEST(ReadinessTest, AnotherFileIsNoReadyFile) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/fleetca.textproto";
  ASSERT_TRUE(WriteFileAtomic(path, "trust_domain: \"fleet.example\"\n", 0600).ok());
  EXPECT_EQ(GetReason(RemoveReadyLines(path)), Reason::kFileInvalid);
  EXPECT_EQ(GetReason(WriteReadyFile(path, 8443, 0)), Reason::kFileInvalid);
  EXPECT_TRUE(ReadFile(path).ok());
}

}  // namespace
}  // namespace fleetca::service
