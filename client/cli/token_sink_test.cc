#include "client/cli/token_sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

std::vector<CreatedJoinToken> Tokens(const std::string& name) {
  CreatedJoinToken token;
  token.token = SecretBytes("fcj_" + name);
  token.info.id = "0123456789abcdef";
  token.info.identity = "spiffe://fleet.example/host/" + name;
  token.info.expire_time = kNow + absl::Minutes(10);
  token.info.uses_left = 1;
  std::vector<CreatedJoinToken> tokens;
  tokens.push_back(std::move(token));
  return tokens;
}

class TokenSinkTest : public ::testing::Test {
 protected:
  std::unique_ptr<TokenSink> MakeSink(TokenForm form) {
    absl::StatusOr<std::unique_ptr<TokenSink>> sink = TokenSink::Create(file_, form);
    EXPECT_TRUE(sink.ok()) << sink.status();
    return *std::move(sink);
  }

  bool Exists() const {
    struct stat info;
    return stat(file_.c_str(), &info) == 0;
  }

  fleetca::testing::TemporaryFolder folder_;
  const std::string file_ = folder_.path() + "/tokens";
};

TEST_F(TokenSinkTest, WhatIsWrittenIsThereBeforeTheEnd) {
  const auto sink = MakeSink(TokenForm::kIdentityAndToken);
  ASSERT_TRUE(sink->Write(Tokens("a"), kNow).ok());
  EXPECT_EQ(*ReadFile(file_), "spiffe://fleet.example/host/a fcj_a\n");
  ASSERT_TRUE(sink->Write(Tokens("b"), kNow).ok());
  ASSERT_TRUE(sink->Finish().ok());
  EXPECT_EQ(*ReadFile(file_),
            "spiffe://fleet.example/host/a fcj_a\nspiffe://fleet.example/host/b fcj_b\n");
  struct stat info;
  ASSERT_EQ(stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
}

TEST_F(TokenSinkTest, JsonIsOneArray) {
  const auto sink = MakeSink(TokenForm::kJson);
  ASSERT_TRUE(sink->Write(Tokens("a"), kNow).ok());
  ASSERT_TRUE(sink->Write(Tokens("b"), kNow).ok());
  ASSERT_TRUE(sink->Finish().ok());
  const auto json = nlohmann::json::parse(*ReadFile(file_));
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[0]["token"], "fcj_a");
  EXPECT_EQ(json[1]["identity"], "spiffe://fleet.example/host/b");
  EXPECT_EQ(json[1]["state"], "usable");
}

TEST_F(TokenSinkTest, AnEmptyFileIsNotLeftBehind) {
  MakeSink(TokenForm::kToken).reset();
  EXPECT_FALSE(Exists());
}

TEST_F(TokenSinkTest, AnExistingFileIsLeftAlone) {
  ASSERT_TRUE(WriteFileAtomic(file_, "precious", 0600).ok());
  const absl::Status status = TokenSink::Create(file_, TokenForm::kToken).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr(file_));
  EXPECT_EQ(*ReadFile(file_), "precious");
}

// As a run leaves it that was ended while it waited for the server.
TEST_F(TokenSinkTest, AnEmptyFileIsWrittenInto) {
  ASSERT_TRUE(WriteFileAtomic(file_, "", 0644).ok());
  const auto sink = MakeSink(TokenForm::kToken);
  ASSERT_TRUE(sink->Write(Tokens("a"), kNow).ok());
  EXPECT_EQ(*ReadFile(file_), "fcj_a\n");
  struct stat info;
  ASSERT_EQ(stat(file_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
}

TEST_F(TokenSinkTest, TwoRunsDoNotShareAFile) {
  const auto sink = MakeSink(TokenForm::kToken);
  EXPECT_EQ(TokenSink::Create(file_, TokenForm::kToken).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(Exists());
}

TEST_F(TokenSinkTest, AnEmptyFileWithAnotherNameIsLeftAlone) {
  ASSERT_TRUE(WriteFileAtomic(file_, "", 0600).ok());
  ASSERT_EQ(link(file_.c_str(), (folder_.path() + "/other").c_str()), 0);
  EXPECT_EQ(TokenSink::Create(file_, TokenForm::kToken).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(Exists());
}

TEST_F(TokenSinkTest, APipeIsWrittenInto) {
  const std::string pipe = folder_.path() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  {
    auto sink = TokenSink::Create(pipe, TokenForm::kToken);
    ASSERT_TRUE(sink.ok()) << sink.status();
    ASSERT_TRUE((*sink)->Finish().ok());
  }
  close(reader);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_TRUE(TokenSink::Create("/dev/null", TokenForm::kToken).ok());
}

TEST_F(TokenSinkTest, AFolderThatIsNotThereIsNamed) {
  const std::string file = folder_.path() + "/no/tokens";
  const absl::Status status = TokenSink::Create(file, TokenForm::kToken).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kFileMissing);
  EXPECT_THAT(std::string(status.message()), HasSubstr(file));
}

}  // namespace
}  // namespace fleetca::client
