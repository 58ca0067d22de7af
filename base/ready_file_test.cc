#include "base/ready_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::testing::HasSubstr;

class ReadyFileTest : public ::testing::Test {
 protected:
  void Put(absl::string_view text) { FLEETCA_ASSERT_OK(WriteFileAtomic(path_, text, 0600)); }

  const testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/ready";
};

TEST_F(ReadyFileTest, IsWrittenReplacedAndRemoved) {
  FLEETCA_EXPECT_OK(RemoveReadyLines(path_));
  FLEETCA_EXPECT_OK(WriteReadyLines(path_, "8443\n8444\n"));
  FLEETCA_EXPECT_OK(WriteReadyLines(path_, "http unix:/run/a.sock\n"));
  EXPECT_EQ(*ReadFile(path_), "http unix:/run/a.sock\n");
  FLEETCA_EXPECT_OK(RemoveReadyLines(path_));
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
}

TEST_F(ReadyFileTest, TakesThePlaceOfAFileWithoutTextAndOfWhatAServerWrote) {
  for (const char* text :
       {"", "\n", "8443\n", "8443\n8444\n", "grpc 127.0.0.1:9101\nhttp [::1]:80\n"}) {
    Put(text);
    FLEETCA_EXPECT_OK(CheckMayBeReadyFile(path_)) << text;
  }
}

// The server removes the file before it has read its key.
TEST_F(ReadyFileTest, AnotherFileStays) {
  for (const std::string& text :
       {std::string("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA==\n"),
        std::string("trust_domain: \"fleet.example\"\n"), std::string("8443\nx\n"),
        std::string("8443\r\n"), std::string("httpd\n"), std::string("\x30\x03\x02\x01\x00", 5),
        std::string(10000, '\n')}) {
    Put(text);
    for (const absl::Status& refused :
         {CheckMayBeReadyFile(path_), RemoveReadyLines(path_), WriteReadyLines(path_, "1\n")}) {
      EXPECT_EQ(GetReason(refused), Reason::kFileInvalid) << refused;
      EXPECT_THAT(std::string(refused.message()), HasSubstr(path_));
    }
    EXPECT_EQ(*ReadFile(path_), text);
  }
  EXPECT_EQ(GetReason(RemoveReadyLines(folder_.path())), Reason::kFileInvalid);
}

TEST_F(ReadyFileTest, AnotherFileStaysBehindALink) {
  Put("a key");
  const std::string link = folder_.path() + "/link";
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_EQ(GetReason(RemoveReadyLines(link)), Reason::kFileInvalid);
  EXPECT_EQ(*ReadFile(path_), "a key");
}

TEST_F(ReadyFileTest, APipeIsNotOpenedToLookAtIt) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  FLEETCA_EXPECT_OK(CheckMayBeReadyFile(path_));
  FLEETCA_EXPECT_OK(RemoveReadyLines(path_));
  EXPECT_EQ(access(path_.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace fleetca
