#include "service/cli/readiness.h"

#include <string>

#include "base/errors.h"
#include "base/file.h"
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
  EXPECT_TRUE(RemoveReadyFile(path).ok());
  EXPECT_EQ(GetReason(ReadFile(path).status()), Reason::kFileMissing);
  EXPECT_TRUE(RemoveReadyFile(path).ok());
  EXPECT_EQ(GetReason(RemoveReadyFile("/")), Reason::kFileInvalid);
}

}  // namespace
}  // namespace fleetca::service
