// A store with files of another user: whole, and said to be so. Each case runs in a process of its
// own that has become another user, as only such a one meets what root does not.
#include "store/forbidden_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "store/rocksdb/rocksdb_restore.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/test_record.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kServer = 65534;

class ForbiddenFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) {
      GTEST_SKIP() << "only root can give files to another user";
    }
    options_.path = base_ + "/store";
    options_.head_file = base_ + "/store.head";
    options_.new_store = true;
    ASSERT_EQ(InServer([this] {
                const absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksDbStore(options_);
                return store.ok() ? (*store)->Write({.certificates = TestRecords(0, 5)}).status()
                                  : store.status();
              }),
              "");
    options_.new_store = false;
  }

  std::string InServer(const std::function<absl::Status()>& work) {
    EXPECT_EQ(chown(base_.c_str(), kServer, kServer), 0);
    return InProcessOf(kServer, work);
  }

  // What `work` says in a process of `user`; empty for OK. This process opens no store itself, as
  // RocksDB's threads would not come along into the next one.
  static std::string InProcessOf(uid_t user, const std::function<absl::Status()>& work) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      std::string text = "cannot become another user";
      if (setresgid(user, user, user) == 0 && setresuid(user, user, user) == 0) {
        const absl::Status status = work();
        text = status.ok() ? ""
                           : absl::StrCat(ReasonName(GetReason(status).value_or(Reason::kInternal)),
                                          ": ", status.message());
      }
      [[maybe_unused]] const ssize_t written = write(ends[1], text.data(), text.size());
      _exit(0);
    }
    close(ends[1]);
    std::string said;
    char some[4096];
    for (ssize_t count; (count = read(ends[0], some, sizeof(some))) > 0;) {
      said.append(some, static_cast<size_t>(count));
    }
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return said;
  }

  std::string OpenInServer() {
    return InServer([this] { return OpenRocksDbStore(options_).status(); });
  }

  static void GiveToRoot(const fs::path& path) { ASSERT_EQ(chown(path.c_str(), 0, 0), 0); }

  // Not in $TEST_TMPDIR, which may be below a folder that is closed to the server's user.
  const testing::TemporaryFolder temporary_{"/tmp"};
  const std::string base_ = temporary_.path();
  RocksDbOptions options_;
};

TEST_F(ForbiddenFileTest, EachFileOfTheStoreIsNamedAndNothingIsCalledDamaged) {
  ASSERT_EQ(OpenInServer(), "");
  std::vector<fs::path> paths = {options_.head_file};
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(options_.path)) {
    paths.push_back(entry.path());
  }
  ASSERT_GT(paths.size(), 6u);
  size_t refusals = 0;
  for (const fs::path& path : paths) {
    // An opening before this one may have done with it.
    if (!fs::exists(path)) {
      continue;
    }
    GiveToRoot(path);
    const std::string said = OpenInServer();
    ASSERT_TRUE(!fs::exists(path) || chown(path.c_str(), kServer, kServer) == 0);
    // RocksDB does without some: old logs and options.
    if (said.empty()) {
      continue;
    }
    ++refusals;
    EXPECT_TRUE(absl::StrContains(said, path.string())) << path << ": " << said;
    EXPECT_TRUE(absl::StrContains(said, "belongs to root")) << path << ": " << said;
    EXPECT_TRUE(absl::StrContains(said, "chown -R")) << path << ": " << said;
    EXPECT_TRUE(absl::StrContains(said, "nothing is damaged")) << path << ": " << said;
    EXPECT_FALSE(absl::StrContains(said, "backup")) << path << ": " << said;
  }
  // The outer and the inner head, the two locks, fleetca.store, the folder, CURRENT and MANIFEST.
  EXPECT_GE(refusals, 8u);
}

// As a recovery by root left it.
TEST_F(ForbiddenFileTest, AStoreThatRootWroteIntoOpensAfterTheChown) {
  ASSERT_EQ(InProcessOf(0, [this] { return SetClock(options_, absl::Now()).status(); }), "");
  const std::string said = OpenInServer();
  EXPECT_TRUE(absl::StrContains(said, "belongs to root")) << said;
  EXPECT_FALSE(absl::StrContains(said, "damaged or")) << said;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(base_)) {
    ASSERT_EQ(chown(entry.path().c_str(), kServer, kServer), 0);
  }
  EXPECT_EQ(OpenInServer(), "");
}

TEST_F(ForbiddenFileTest, TheOwnersOwnModeIsNamed) {
  ASSERT_EQ(chmod(options_.head_file.c_str(), 0), 0);
  const std::string said = OpenInServer();
  EXPECT_TRUE(absl::StrContains(said, "has mode 0000")) << said;
  EXPECT_TRUE(absl::StrContains(said, "chmod u+rwX")) << said;
}

TEST_F(ForbiddenFileTest, NothingIsSaidOfWhatMayBeUsed) {
  EXPECT_EQ(WhyForbidden(options_.path), "");
  EXPECT_EQ(WhyForbidden(base_ + "/none"), "");
}

}  // namespace
}  // namespace fleetca::store
