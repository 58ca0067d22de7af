// The process ends, or the disk fails, before each single change of the disk in turn.
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/testing/in_child.h"
#include "client/files/file_generations.h"
#include "client/files/testing/credential_versions.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::InChild;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr int kEnded = 7;
constexpr int kFarMoreSteps = 200;

class FileGenerationsCrashTest : public testing::CredentialVersions {
 protected:
  // Calls `action` in a child that ends before its change number `step`. True when it came through.
  bool ComesThrough(int step, const std::function<absl::Status(FileGenerations&)>& action) {
    int count = 0;
    const int code = InChild([&] {
      FileGenerationsOptions options = Options();
      options.before_step = [&](absl::string_view) {
        if (++count == step) {
          _exit(kEnded);
        }
        return 0;
      };
      const auto files = FileGenerations::Open(options);
      return files.ok() && action(**files).ok() ? 0 : 1;
    });
    EXPECT_THAT(code, AnyOf(0, kEnded)) << step;
    return code != kEnded;
  }

  static absl::Status PutSecond(FileGenerations& files) { return files.Put(Version(2)).status(); }
};

TEST_F(FileGenerationsCrashTest, ACrashOfAChangeLeavesAUsablePair) {
  int step = 1;
  for (bool through = false; !through; ++step) {
    ASSERT_LT(step, kFarMoreSteps);
    Clear();
    FLEETCA_ASSERT_OK(Open()->Put(Version(1)));
    through = ComesThrough(step, PutSecond);
    EXPECT_THAT(VersionFound(), AnyOf("1", "2")) << step;

    const auto files = Open();
    EXPECT_THAT(VersionFound(), AnyOf("1", "2")) << step;
    FLEETCA_ASSERT_OK(files->Put(Version(2)));
    EXPECT_EQ(VersionFound(), "2") << step;
    EXPECT_EQ(Entries(), Whole({"..1", "..2"})) << step;
  }
  EXPECT_GT(step, 20);
}

TEST_F(FileGenerationsCrashTest, ACrashOfTheFirstChangeIsMadeGood) {
  int step = 1;
  for (bool through = false; !through; ++step) {
    ASSERT_LT(step, kFarMoreSteps);
    Clear();
    through = ComesThrough(step, PutSecond);
    // Some names may be wanting yet.
    EXPECT_THAT(VersionFound(), AnyOf("", "2")) << step;
    FLEETCA_ASSERT_OK(Open()->Put(Version(2)));
    EXPECT_EQ(VersionFound(), "2") << step;
    EXPECT_EQ(Entries(), Whole({"..1"})) << step;
  }
  EXPECT_GT(step, 20);
}

TEST_F(FileGenerationsCrashTest, ACrashOfAReleaseTakesNothingFromThosePresent) {
  int step = 1;
  for (bool through = false; !through; ++step) {
    ASSERT_LT(step, kFarMoreSteps);
    Clear();
    {
      const auto files = Open();
      FLEETCA_ASSERT_OK(files->Put(Version(1)));
      FLEETCA_ASSERT_OK(files->Put(Version(2)));
    }
    through = ComesThrough(step, [](FileGenerations& files) { return files.Release(); });
    EXPECT_EQ(VersionFound(), "2") << step;
    const auto files = Open();
    FLEETCA_ASSERT_OK(files->Release());
    EXPECT_EQ(Entries(), Whole({"..2"})) << step;
  }
  EXPECT_GT(step, 4);
}

// What a power cut takes is what was not synced, and it may take the earlier of two changes.
TEST_F(FileGenerationsCrashTest, NothingIsInForceBeforeItIsDurable) {
  FLEETCA_ASSERT_OK(Open()->Put(Version(1)));
  std::vector<std::string> steps;
  FileGenerationsOptions options = Options();
  options.before_step = [&steps](absl::string_view step) {
    steps.emplace_back(step);
    return 0;
  };
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto files, FileGenerations::Open(options));
  steps.clear();
  FLEETCA_ASSERT_OK(files->Put(Version(2)));
  std::vector<std::string> expected = {"make ..2", "open ..2"};
  for (const char* name : {"bundle.pem", "roots.pem", "tls.crt", "tls.key"}) {
    if (absl::string_view(name) == "roots.pem") {
      expected.push_back("link roots.pem");
      continue;
    }
    for (const char* step : {"create", "own", "chmod", "write", "sync", "close"}) {
      expected.push_back(absl::StrCat(step, " ", name));
    }
  }
  for (const char* step : {"own ..2", "chmod ..2", "sync ..2", "sync the generation's name",
                           "remove an unfinished link", "make the link", "switch",
                           "sync the switch", "sync the names"}) {
    expected.emplace_back(step);
  }
  EXPECT_EQ(steps, expected);
}

TEST_F(FileGenerationsCrashTest, ADiskThatFailsLeavesAUsablePair) {
  bool failed = true;
  for (int step = 1; failed; ++step) {
    ASSERT_LT(step, kFarMoreSteps);
    Clear();
    FLEETCA_ASSERT_OK(Open()->Put(Version(1)));
    int left = step;
    FileGenerationsOptions options = Options();
    options.before_step = [&](absl::string_view) { return --left == 0 ? ENOSPC : 0; };
    const auto files = FileGenerations::Open(options);
    if (!files.ok()) {
      EXPECT_THAT(files.status().message(), HasSubstr("No space left")) << step;
      EXPECT_EQ(VersionFound(), "1") << step;
      continue;
    }
    const auto put = (*files)->Put(Version(2));
    failed = left <= 0;
    if (put.ok()) {
      EXPECT_EQ(VersionFound(), "2") << step;
    } else {
      EXPECT_THAT(put.status().message(), HasSubstr("No space left")) << step;
      EXPECT_THAT(VersionFound(), AnyOf("1", "2")) << step;
    }
    left = 0;
    FLEETCA_ASSERT_OK((*files)->Put(Version(2)));
    EXPECT_EQ(VersionFound(), "2") << step;
    EXPECT_EQ(Entries(), Whole({"..1", "..2"})) << step;
  }
}

}  // namespace
}  // namespace fleetca::client
