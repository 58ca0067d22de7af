// The power cut itself: what was synced stays, what was not goes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/crash/power_cut.h"

namespace {

namespace fs = std::filesystem;

void Write(const char* path, const char* text, int flags, bool sync) {
  const int fd = open(path, O_WRONLY | flags, 0600);
  if (fd < 0 || write(fd, text, strlen(text)) < 0 || (sync && fdatasync(fd) != 0)) {
    _exit(1);
  }
  close(fd);
}

void SyncFolder(const char* path) {
  const int fd = open(path, O_RDONLY | O_DIRECTORY);
  if (fd < 0 || fsync(fd) != 0) {
    _exit(1);
  }
  close(fd);
}

// What the child does, below the watched folder, which is its working folder.
void Scene() {
  Write("synced", "kept", O_CREAT, true);
  Write("synced", "lost", O_APPEND, false);
  Write("unsynced", "lost", O_CREAT, false);
  Write("replaced", "old", O_CREAT, true);
  Write("moved", "moved", O_CREAT, true);
  Write("removed", "back", O_CREAT, true);
  mkdir("folder", 0700);
  if (symlink("removed", "link") != 0) {
    _exit(1);
  }
  SyncFolder(".");
  Write("folder/inside", "nameless", O_CREAT, true);
  Write("nameless", "nameless", O_CREAT, true);
  Write("replacement", "new", O_CREAT, true);
  rename("replacement", "replaced");
  rename("moved", "elsewhere");
  unlink("removed");
  mkdir("late", 0700);
  Write("late/file", "nameless", O_CREAT, true);
  SyncFolder("late");
  if (symlink("synced", "late link") != 0 || link("synced", "second name") != 0 ||
      symlink("synced", "next link") != 0 || rename("next link", "link") != 0) {
    _exit(1);
  }
  char temporary[] = "temporary.XXXXXX";
  close(mkostemp(temporary, O_CLOEXEC));
  FILE* file = fopen("stdio", "w");
  fputs("lost", file);
  fflush(file);
}

// After this everything above is durable.
void SyncedScene() {
  Scene();
  SyncFolder(".");
  SyncFolder("folder");
}

class PowercutTest : public ::testing::Test {
 protected:
  void SetUp() override {
    base_ = fs::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(base_);
    fs::create_directories(base_ / "disk");
    fs::create_directories(base_ / "journal");
  }
  void TearDown() override { fs::remove_all(base_); }

  // Runs `scene` of this program again under the shim, to be killed when it is done, and cuts.
  void RunAndCut(const std::string& scene) {
    ASSERT_EQ(
        fleetca::testing::RunAndCut(scene, (base_ / "disk").string(), (base_ / "journal").string()),
        SIGKILL);
  }

  std::string Read(const std::string& name) {
    std::ifstream file(base_ / "disk" / name);
    return file.is_open() ? std::string(std::istreambuf_iterator<char>(file), {}) : "absent";
  }

  fs::path base_;
};

TEST_F(PowercutTest, TakesBackWhatWasNotSynced) {
  RunAndCut("scene");
  EXPECT_EQ(Read("synced"), "kept");
  EXPECT_EQ(Read("unsynced"), "");
  EXPECT_EQ(Read("replaced"), "old");
  EXPECT_EQ(Read("replacement"), "absent");
  EXPECT_EQ(Read("moved"), "moved");
  EXPECT_EQ(Read("elsewhere"), "absent");
  EXPECT_EQ(Read("removed"), "back");
  EXPECT_EQ(Read("nameless"), "absent");
  EXPECT_EQ(Read("folder/inside"), "absent");
  EXPECT_EQ(Read("late/file"), "absent");
  EXPECT_EQ(Read("stdio"), "absent");
  EXPECT_EQ(Read("link"), "back");  // what it led to before
  EXPECT_EQ(Read("late link"), "absent");
  EXPECT_EQ(Read("second name"), "absent");
  int names = 0;
  for ([[maybe_unused]] const fs::directory_entry& entry : fs::directory_iterator(base_ / "disk")) {
    ++names;
  }
  EXPECT_EQ(names, 7);  // Those above, and `folder`.
  EXPECT_TRUE(fs::is_empty(base_ / "journal"));
}

TEST_F(PowercutTest, LeavesWhatWasSynced) {
  RunAndCut("synced scene");
  EXPECT_EQ(Read("synced"), "kept");
  EXPECT_EQ(Read("replaced"), "new");
  EXPECT_EQ(Read("replacement"), "absent");
  EXPECT_EQ(Read("moved"), "absent");
  EXPECT_EQ(Read("elsewhere"), "moved");
  EXPECT_EQ(Read("removed"), "absent");
  EXPECT_EQ(Read("nameless"), "nameless");
  EXPECT_EQ(Read("folder/inside"), "nameless");
  EXPECT_EQ(Read("late/file"), "nameless");
  EXPECT_EQ(Read("link"), "kept");
  EXPECT_EQ(Read("late link"), "kept");
  EXPECT_EQ(Read("second name"), "kept");
  // Its name was synced, its contents were not.
  EXPECT_EQ(Read("stdio"), "");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string scene = argc == 2 ? argv[1] : "";
  if (scene == "scene" || scene == "synced scene") {
    scene == "scene" ? Scene() : SyncedScene();
    kill(getpid(), SIGKILL);
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
