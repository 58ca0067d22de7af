#include "base/secret_file_rule.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "base/descriptor.h"
#include "base/errors.h"
#include "base/testing/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::testing::HasSubstr;

constexpr uid_t kRoot = 0;
constexpr uid_t kSomebody = 12345;

SecretFileFacts File(mode_t mode, uid_t owner) {
  SecretFileFacts file = {};
  file.info.st_mode = S_IFREG | mode;
  file.info.st_uid = owner;
  return file;
}

std::string Said(const SecretFileFacts& file) {
  const absl::Status status = CheckSecretFile(file, "/etc/k");
  EXPECT_EQ(GetReason(status), Reason::kFilePermissions);
  return std::string(status.message());
}

TEST(SecretFileRuleTest, ItsOwnerAloneReadsIt) {
  EXPECT_TRUE(CheckSecretFile(File(0600, geteuid()), "/etc/k").ok());
  EXPECT_TRUE(CheckSecretFile(File(0640, kRoot), "/etc/k").ok());
  EXPECT_THAT(Said(File(0644, geteuid())), HasSubstr("not on a tmpfs that is mounted read-only"));
  EXPECT_THAT(Said(File(0620, geteuid())), HasSubstr("its group may write it (mode 0620)"));
  EXPECT_THAT(Said(File(0600, kSomebody)), HasSubstr("belongs to user 12345"));
}

TEST(SecretFileRuleTest, ACredentialMayBeReadByAGroupAndNotByEverybody) {
  SecretFileFacts file = File(0440, geteuid());
  file.is_credential = true;
  EXPECT_TRUE(CheckSecretFile(file, "/etc/k").ok());
  file.info.st_mode |= S_IROTH;
  EXPECT_THAT(Said(file), HasSubstr("everybody may read it"));
}

TEST(SecretFileRuleTest, OnAReadOnlyTmpfsEverybodyMayReadItAndNobodyWriteIt) {
  SecretFileFacts file = File(0644, kRoot);
  file.read_only_mount = true;
  EXPECT_TRUE(CheckSecretFile(file, "/etc/k").ok());
  file.info.st_mode |= S_IWGRP;
  EXPECT_THAT(Said(file), HasSubstr("defaultMode: 0440"));
}

bool IsLent(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file.valid() && IsOnReadOnlyMount(file.get());
}

void MakeFile(const std::string& path) { std::ofstream(path) << "a key"; }

// The mounts are of a namespace of the child, and go with it.
TEST(SecretFileRuleTest, AReadOnlyViewOfTheHostsFilesIsNoReadOnlyTmpfs) {
  const fleetca::testing::TemporaryFolder folder;
  const std::string host = folder.path() + "/host";
  const std::string bound = folder.path() + "/bound";
  const std::string memory = folder.path() + "/memory";
  for (const std::string& path : {host, bound, memory}) {
    ASSERT_EQ(mkdir(path.c_str(), 0755), 0);
  }
  MakeFile(host + "/k");
  struct statfs around;
  const bool host_is_tmpfs = statfs(host.c_str(), &around) == 0 && around.f_type == TMPFS_MAGIC;
  const int result = testing::InChild([&] {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", memory.c_str(), "tmpfs", 0, nullptr) != 0) {
      return 100;  // not in this sandbox
    }
    // As `docker run -v host:bound:ro` does.
    CHILD_EXPECT(mount(host.c_str(), bound.c_str(), nullptr, MS_BIND, nullptr) == 0);
    CHILD_EXPECT(mount("none", bound.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) ==
                 0);
    CHILD_EXPECT(access((bound + "/k").c_str(), F_OK) == 0);
    CHILD_EXPECT(host_is_tmpfs || !IsLent(bound + "/k"));
    MakeFile(memory + "/k");
    CHILD_EXPECT(!IsLent(memory + "/k"));
    CHILD_EXPECT(mount("none", memory.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0);
    CHILD_EXPECT(IsLent(memory + "/k"));
    return 0;
  });
  if (result == 100) {
    GTEST_SKIP() << "no mount namespaces here";
  }
  EXPECT_EQ(result, 0);
}

}  // namespace
}  // namespace fleetca
