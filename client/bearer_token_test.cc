#include "client/bearer_token.h"

#include <sys/stat.h>

#include <string>

#include "base/bearer_token_limit.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseBearerTokenTest, TakesTokensWithWhiteSpaceAround) {
  for (const std::string text : {"fcj_a-b", "fcj_a-b\n", "  fcj_a-b\r\n",
                                 "\xef\xbb\xbf"
                                 "fcj_a-b\r\n",
                                 "fcj_a-b\r"}) {
    const absl::StatusOr<SecretBytes> token = ParseBearerToken(text);
    ASSERT_TRUE(token.ok()) << token.status();
    EXPECT_EQ(token->view(), "fcj_a-b");
  }
  EXPECT_TRUE(ParseBearerToken("eyJhbGciOiJFUzI1NiJ9.e30.AbC_-9").ok());
  EXPECT_TRUE(ParseBearerToken(std::string(kMaxBearerTokenBytes, 'a')).ok());
}

TEST(ParseBearerTokenTest, RefusesTheRestAndQuotesNothing) {
  for (const std::string& text :
       {std::string(), std::string(" \n"), std::string("secret secret"), std::string("secret\nb"),
        std::string("secret\x80"), std::string("secret\0b", 8), std::string("secret\r\nx: y"),
        std::string(kMaxBearerTokenBytes + 1, 's')}) {
    const absl::Status status = ParseBearerToken(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
    EXPECT_EQ(GetField(status), "token");
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

TEST(ParseBearerTokenTest, SaysWhatUtf16Is) {
  const absl::Status status = ParseBearerToken(std::string("\xff\xfe"
                                                           "f\0c\0",
                                                           6))
                                  .status();
  EXPECT_EQ(GetField(status), "token");
  EXPECT_THAT(std::string(status.message()), HasSubstr("UTF-16"));
}

class ReadBearerTokenTest : public ::testing::Test {
 protected:
  std::string Write(absl::string_view contents, mode_t mode) {
    const std::string path = folder_.path() + "/token";
    EXPECT_TRUE(WriteFileAtomic(path, contents, mode).ok());
    return path;
  }

  fleetca::testing::TemporaryFolder folder_;
};

TEST_F(ReadBearerTokenTest, ReadsAFileOfItsOwner) {
  const absl::StatusOr<SecretBytes> token = ReadBearerToken(Write("fcj_abc\n", 0600));
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->view(), "fcj_abc");
}

TEST_F(ReadBearerTokenTest, RefusesAFileThatOthersRead) {
  const absl::Status status = ReadBearerToken(Write("fcj_abc\n", 0644)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kFilePermissions);
  EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 0600"));
}

TEST_F(ReadBearerTokenTest, NamesTheFile) {
  const std::string path = Write("spiffe://fleet.example/a fcj_abc\n", 0600);
  const absl::Status status = ReadBearerToken(path).status();
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the token alone"));
  EXPECT_EQ(GetReason(ReadBearerToken(folder_.path() + "/absent").status()), Reason::kFileMissing);
}

TEST(BearerTokenTest, APipeIsPointedToTheDash) {
  for (const char* path : {"/dev/null", "/dev/zero"}) {
    const absl::Status status = ReadBearerToken(path).status();
    EXPECT_EQ(GetReason(status), Reason::kFilePermissions);
    EXPECT_NE(status.message().find("for standard input give -"), absl::string_view::npos)
        << status;
  }
}

}  // namespace
}  // namespace fleetca::client
