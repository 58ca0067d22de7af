#include "client/cli/contexts.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class ContextsTest : public ::testing::Test {
 protected:
  void SetUp() override { setenv("XDG_CONFIG_HOME", folder_.path().c_str(), 1); }
  void TearDown() override { unsetenv("XDG_CONFIG_HOME"); }

  static absl::Status AddHome(Contexts* contexts) {
    contexts->current = "home";
    ConnectionSettings& home = contexts->by_name["home"];
    for (const auto& [name, member] : kContextFields) {
      home.*member = std::string("the ") + name;
    }
    return absl::OkStatus();
  }

  void WriteFile(const std::string& text) const {
    std::filesystem::create_directories(folder_.path() + "/fleetca");
    ASSERT_TRUE(WriteFileAtomic(*ContextsFile(), text, 0600).ok());
  }

  const fleetca::testing::TemporaryFolder folder_;
};

TEST_F(ContextsTest, AreReadAsTheyWereWritten) {
  EXPECT_TRUE(LoadContexts()->by_name.empty());
  ASSERT_TRUE(EditContexts(AddHome).ok());
  const Contexts contexts = *LoadContexts();
  EXPECT_EQ(contexts.current, "home");
  ASSERT_EQ(contexts.by_name.size(), 1u);
  for (const auto& [name, member] : kContextFields) {
    EXPECT_EQ(contexts.by_name.at("home").*member, std::string("the ") + name);
  }
  struct stat found;
  ASSERT_EQ(stat(ContextsFile()->c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
}

TEST_F(ContextsTest, AnEditThatFailsChangesNothing) {
  ASSERT_TRUE(EditContexts(AddHome).ok());
  const std::string before = *ReadFile(*ContextsFile());
  const absl::Status failed = EditContexts([](Contexts* contexts) {
    contexts->by_name.clear();
    return absl::AbortedError("no");
  });
  EXPECT_EQ(failed, absl::AbortedError("no"));
  EXPECT_EQ(*ReadFile(*ContextsFile()), before);
}

TEST_F(ContextsTest, AFieldOfALaterReleaseIsPassedOverAndAnythingElseRefused) {
  WriteFile(R"({"contexts": {"a": {"server": "ca:1", "colour": 3}}, "later": []})");
  EXPECT_EQ(LoadContexts()->by_name["a"].server, "ca:1");
  for (const char* text : {"", "[]", "{}", R"({"contexts": []})", R"({"contexts": {"a": 1}})",
                           R"({"contexts": {"a b": {}}})", R"({"contexts": {"a": {"ca": 1}}})",
                           R"({"contexts": {}, "current": 1})"}) {
    WriteFile(text);
    const absl::Status status = LoadContexts().status();
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("contexts.json")) << text;
    EXPECT_EQ(GetReason(EditContexts(AddHome)), Reason::kFileInvalid) << text;
    EXPECT_EQ(*ReadFile(*ContextsFile()), text);
  }
}

TEST_F(ContextsTest, WhatOthersMayWriteIsNotBelieved) {
  ASSERT_TRUE(EditContexts(AddHome).ok());
  for (const mode_t mode : {0660, 0606}) {
    ASSERT_EQ(chmod(ContextsFile()->c_str(), mode), 0);
    const absl::Status status = LoadContexts().status();
    EXPECT_EQ(GetReason(status), Reason::kFilePermissions) << mode;
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod go-w " + *ContextsFile()));
    EXPECT_EQ(GetReason(EditContexts(AddHome)), Reason::kFilePermissions) << mode;
  }
  ASSERT_EQ(chmod(ContextsFile()->c_str(), 0644), 0);
  EXPECT_TRUE(LoadContexts().ok());
}

TEST_F(ContextsTest, APipeIsNotWaitedFor) {
  std::filesystem::create_directories(folder_.path() + "/fleetca");
  ASSERT_EQ(mkfifo(ContextsFile()->c_str(), 0600), 0);
  EXPECT_EQ(GetReason(LoadContexts().status()), Reason::kFileInvalid);
}

TEST_F(ContextsTest, NamesAreShortAndPlain) {
  for (const char* name : {"a", "site-1", "a.b_c", "1"}) {
    EXPECT_EQ(CheckContextName(name), "") << name;
  }
  for (const std::string& name : {std::string(), std::string("-a"), std::string("a b"),
                                  std::string("a/b"), std::string(65, 'a')}) {
    EXPECT_THAT(CheckContextName(name), HasSubstr("1 to 64 letters")) << name;
  }
}

}  // namespace
}  // namespace fleetca::client
