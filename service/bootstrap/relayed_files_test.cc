#include "service/bootstrap/relayed_files.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/durable_file.h"
#include "base/errors.h"
#include "service/bootstrap/testing/fake_issuing_process.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

class RelayedFilesTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<SecretBytes>> Read(const std::vector<WatchedFile>& files) {
    return ReadByIssuingProcess(issuing_process_.stub())(files);
  }

  testing::FakeIssuingProcess issuing_process_;
};

TEST_F(RelayedFilesTest, BringsTheContentsInTheirOrder) {
  const testing::TemporaryFolder folder;
  const std::string one = folder.path() + "/one";
  const std::string other = folder.path() + "/other";
  FLEETCA_ASSERT_OK(WriteNewFile(one, std::string("\0one", 4), 0600));
  FLEETCA_ASSERT_OK(WriteNewFile(other, "", 0600));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::vector<SecretBytes> contents, Read({{other}, {one}}));
  ASSERT_EQ(contents.size(), 2u);
  EXPECT_EQ(contents[0].view(), "");
  EXPECT_EQ(contents[1].view(), absl::string_view("\0one", 4));
  // The error of the other side, which names the file.
  const absl::Status missing = Read({{folder.path() + "/missing"}}).status();
  EXPECT_THAT(missing, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_NE(missing.message().find("/missing"), absl::string_view::npos) << missing;
}

TEST_F(RelayedFilesTest, WhatIsRefusedOrNotAnsweredIsAnError) {
  issuing_process_.SetFiles(PermissionDenied(Reason::kFilePermissions, "not this one"));
  EXPECT_THAT(Read({{"/etc/passwd"}}),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kFilePermissions));
  issuing_process_.SetFiles(std::vector<std::string>{"one", "too many"});
  EXPECT_THAT(Read({{"/etc/passwd"}}), IsError(absl::StatusCode::kInternal, Reason::kInternal));
  issuing_process_.Stop();
  EXPECT_THAT(Read({{"/etc/passwd"}}), IsError(absl::StatusCode::kUnavailable, Reason::kInternal));
}

}  // namespace
}  // namespace fleetca::service
