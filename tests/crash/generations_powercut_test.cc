// The power goes before each single step of a change of files that change together.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/files/file_generations.h"
#include "client/files/testing/credential_versions.h"
#include "gmock/gmock.h"
#include "tests/crash/power_cut.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::AnyOf;

constexpr int kFarMoreSteps = 200;

class GenerationsPowercutTest : public testing::CredentialVersions {
 public:
  // What the child does in its working folder: ends by SIGTERM before the step, or by SIGKILL when
  // all is done.
  static void Run(int version, int step) {
    const auto files =
        FileGenerations::Open({.folder = "tls", .before_step = [&step](absl::string_view) {
                                 return --step == 0 ? kill(getpid(), SIGTERM) : 0;
                               }});
    if (files.ok() && (*files)->Put(Version(version)).ok()) {
      kill(getpid(), SIGKILL);
    }
    _exit(1);
  }

 protected:
  // True when the change was done before the power went.
  bool PutAndCut(int version, int step) const {
    const int signal = fleetca::testing::RunAndCut(
        absl::StrCat(version, " ", step), std::filesystem::path(Path("")).parent_path().string(),
        journal_.path());
    EXPECT_THAT(signal, AnyOf(SIGTERM, SIGKILL)) << step;
    return signal == SIGKILL;
  }

 private:
  const fleetca::testing::TemporaryFolder journal_;
};

TEST_F(GenerationsPowercutTest, APowerCutLeavesAUsablePair) {
  bool done = false;
  for (int step = 1; !done; ++step) {
    ASSERT_LT(step, kFarMoreSteps);
    Clear();
    ASSERT_TRUE(PutAndCut(1, 0));
    ASSERT_EQ(VersionFound(), "1") << "done, and so durable";
    done = PutAndCut(2, step);
    EXPECT_THAT(VersionFound(), AnyOf("1", "2")) << step;
    if (done) {
      EXPECT_EQ(VersionFound(), "2");
    }
    FLEETCA_ASSERT_OK(Open()->Put(Version(3)));
    EXPECT_EQ(VersionFound(), "3") << step;
  }
}

}  // namespace
}  // namespace fleetca::client

int main(int argc, char** argv) {
  if (argc == 2 && argv[1][0] != '-') {
    char* end = nullptr;
    const long version = std::strtol(argv[1], &end, 10);
    fleetca::client::GenerationsPowercutTest::Run(static_cast<int>(version), std::atoi(end));
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
