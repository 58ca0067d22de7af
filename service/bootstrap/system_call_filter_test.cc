#include "service/bootstrap/system_call_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/testing/in_child.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::InChild;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

#define CHILD_EXPECT_REFUSED(call) CHILD_EXPECT((call) == -1 && errno == EPERM)

// What is given up never comes back, so a process of its own gives it up.
int Filtered(const std::function<int()>& body) {
  return InChild([&body] {
    const std::string problem = FilterSystemCalls();
    if (!problem.empty()) {
      std::fprintf(stderr, "%s\n", problem.c_str());
      return 255;
    }
    return body();
  });
}

class SystemCallFilterTest : public ::testing::Test {
 protected:
  void SetUp() override { FLEETCA_ASSERT_OK(WriteNewFile(key_, "the CA's key", 0600)); }

  // The mode, the size and the links of the key, which stays as it is.
  void ExpectUntouched() const {
    struct stat found = {};
    ASSERT_EQ(stat(key_.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600u);
    EXPECT_EQ(found.st_size, 12);
    EXPECT_EQ(found.st_nlink, 1u);
  }

  const testing::TemporaryFolder folder_;
  const std::string key_ = absl::StrCat(folder_.path(), "/issuing-ca.key");
  const std::string other_ = absl::StrCat(folder_.path(), "/other");
};

TEST_F(SystemCallFilterTest, NothingIsChangedThatIsBesideAFilesContents) {
  const char* const key = key_.c_str();
  EXPECT_EQ(Filtered([this, key] {
              const Descriptor open_key(open(key, O_RDONLY | O_CLOEXEC));
              CHILD_EXPECT(open_key.valid());
              CHILD_EXPECT_REFUSED(chmod(key, 0644));
              CHILD_EXPECT_REFUSED(fchmod(open_key.get(), 0644));
              CHILD_EXPECT_REFUSED(fchmodat(AT_FDCWD, key, 0644, 0));
              CHILD_EXPECT_REFUSED(syscall(452, AT_FDCWD, key, 0644, 0));
              CHILD_EXPECT_REFUSED(chown(key, getuid(), getgid()));
              CHILD_EXPECT_REFUSED(lchown(key, getuid(), getgid()));
              CHILD_EXPECT_REFUSED(fchown(open_key.get(), getuid(), getgid()));
              CHILD_EXPECT_REFUSED(fchownat(AT_FDCWD, key, getuid(), getgid(), 0));
              CHILD_EXPECT_REFUSED(utime(key, nullptr));
              CHILD_EXPECT_REFUSED(utimes(key, nullptr));
              CHILD_EXPECT_REFUSED(futimesat(AT_FDCWD, key, nullptr));
              CHILD_EXPECT_REFUSED(utimensat(AT_FDCWD, key, nullptr, 0));
              CHILD_EXPECT_REFUSED(setxattr(key, "user.a", "b", 1, 0));
              CHILD_EXPECT_REFUSED(lsetxattr(key, "user.a", "b", 1, 0));
              CHILD_EXPECT_REFUSED(fsetxattr(open_key.get(), "user.a", "b", 1, 0));
              CHILD_EXPECT_REFUSED(removexattr(key, "user.a"));
              CHILD_EXPECT_REFUSED(lremovexattr(key, "user.a"));
              CHILD_EXPECT_REFUSED(fremovexattr(open_key.get(), "user.a"));
              CHILD_EXPECT_REFUSED(syscall(463, AT_FDCWD, key, 0, "user.a", nullptr, 0));
              CHILD_EXPECT_REFUSED(syscall(466, AT_FDCWD, key, 0, "user.a"));
              CHILD_EXPECT_REFUSED(truncate(key, 0));
              CHILD_EXPECT_REFUSED(link(key, other_.c_str()));
              CHILD_EXPECT_REFUSED(linkat(AT_FDCWD, key, AT_FDCWD, other_.c_str(), 0));
              CHILD_EXPECT_REFUSED(symlink(key, other_.c_str()));
              CHILD_EXPECT_REFUSED(symlinkat(key, AT_FDCWD, other_.c_str()));
              CHILD_EXPECT_REFUSED(mknod(other_.c_str(), S_IFIFO | 0600, 0));
              CHILD_EXPECT_REFUSED(mknodat(AT_FDCWD, other_.c_str(), S_IFIFO | 0600, 0));
              return 0;
            }),
            0);
  ExpectUntouched();
}

TEST_F(SystemCallFilterTest, NoProcessIsStartedAndNoProgramRun) {
  EXPECT_EQ(Filtered([] {
              char program[] = "/bin/true";
              char* const arguments[] = {program, nullptr};
              CHILD_EXPECT_REFUSED(execv(program, arguments));
              const Descriptor file(open(program, O_RDONLY | O_CLOEXEC));
              CHILD_EXPECT_REFUSED(fexecve(file.get(), arguments, environ));
              CHILD_EXPECT(syscall(SYS_clone3, nullptr, 0) == -1 && errno == ENOSYS);
              if (!kSanitized) {
                CHILD_EXPECT_REFUSED(fork());
                CHILD_EXPECT_REFUSED(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
                CHILD_EXPECT_REFUSED(syscall(SYS_clone, CLONE_VM | CLONE_VFORK, 0, 0, 0, 0));
#ifdef SYS_fork
                CHILD_EXPECT_REFUSED(syscall(SYS_fork));
                CHILD_EXPECT_REFUSED(syscall(SYS_vfork));
#endif
              }
              return 0;
            }),
            0);
}

TEST_F(SystemCallFilterTest, OtherProcessesAreLeftAlone) {
  EXPECT_EQ(Filtered([] {
              const pid_t parent = getppid();
              if (!kSanitized) {
                CHILD_EXPECT_REFUSED(ptrace(PTRACE_SEIZE, parent, nullptr, nullptr));
                CHILD_EXPECT_REFUSED(syscall(SYS_process_vm_readv, parent, nullptr, 0, 0, 0, 0));
              }
              CHILD_EXPECT_REFUSED(syscall(SYS_process_vm_writev, parent, nullptr, 0, 0, 0, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_pidfd_getfd, 0, 0, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_pidfd_send_signal, 0, 0, 0, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_kcmp, parent, parent, 0, 0, 0));
              CHILD_EXPECT_REFUSED(kill(parent, 0));
              CHILD_EXPECT_REFUSED(kill(-1, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_tgkill, parent, parent, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_tkill, parent, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_rt_sigqueueinfo, parent, 0, nullptr));
              rlimit limit = {1, 1};
              CHILD_EXPECT_REFUSED(prlimit(parent, RLIMIT_CPU, &limit, nullptr));
              CHILD_EXPECT_REFUSED(setpriority(PRIO_PROCESS, parent, 19));
              cpu_set_t processors = {};
              CPU_SET(0, &processors);
              CHILD_EXPECT_REFUSED(sched_setaffinity(parent, sizeof(processors), &processors));
              const sched_param parameters = {};
              CHILD_EXPECT_REFUSED(sched_setscheduler(parent, SCHED_IDLE, &parameters));
              return 0;
            }),
            0);
}

TEST_F(SystemCallFilterTest, TheRestOfTheKernelIsOutOfReach) {
  EXPECT_EQ(Filtered([] {
              CHILD_EXPECT_REFUSED(mount("none", "/mnt", "tmpfs", 0, nullptr));
              CHILD_EXPECT_REFUSED(umount2("/mnt", 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_open_tree, AT_FDCWD, "/", 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_fsopen, "tmpfs", 0));
              CHILD_EXPECT_REFUSED(unshare(CLONE_NEWUSER));
              CHILD_EXPECT_REFUSED(setns(0, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_io_uring_setup, 1, nullptr));
              CHILD_EXPECT_REFUSED(syscall(SYS_bpf, 0, nullptr, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_userfaultfd, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
              CHILD_EXPECT_REFUSED(syscall(SYS_add_key, "user", "a", "b", 1, -1));
              CHILD_EXPECT_REFUSED(syscall(SYS_request_key, "user", "a", nullptr, 0));
              char typed = 'x';
              CHILD_EXPECT_REFUSED(ioctl(STDERR_FILENO, TIOCSTI, &typed));
              // What is newer, and the second numbers of x86-64.
              CHILD_EXPECT(syscall(470) == -1 && errno == ENOSYS);
              CHILD_EXPECT(syscall(0x40000000L + 39) == -1 && errno == ENOSYS);
              for (const int family : {AF_UNIX, AF_PACKET, AF_ALG, AF_VSOCK}) {
                CHILD_EXPECT(socket(family, SOCK_STREAM, 0) == -1 && errno == EAFNOSUPPORT);
              }
              return 0;
            }),
            0);
}

// What gRPC, libcurl and OpenSSL do.
TEST_F(SystemCallFilterTest, WhatIsNeededStillWorks) {
  EXPECT_EQ(Filtered([this] {
              bool refused = false;
              std::thread([this, &refused] {
                refused = chmod(key_.c_str(), 0644) == -1 && errno == EPERM;
              }).join();
              CHILD_EXPECT(refused);
              const Descriptor memory(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
              CHILD_EXPECT(fchmod(memory.get(), 0600) == 0);
              CHILD_EXPECT(ftruncate(memory.get(), 10) == 0);
              for (const int family : {AF_INET, AF_INET6, AF_NETLINK}) {
                const Descriptor made(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
                CHILD_EXPECT(made.valid() || errno != EAFNOSUPPORT || family == AF_INET6);
              }
              int pair[2] = {-1, -1};
              CHILD_EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
              addrinfo* found = nullptr;
              CHILD_EXPECT(getaddrinfo("localhost", "443", nullptr, &found) == 0);
              freeaddrinfo(found);
              CHILD_EXPECT(kill(getpid(), 0) == 0);
              CHILD_EXPECT(pthread_kill(pthread_self(), 0) == 0);
              rlimit limit = {};
              CHILD_EXPECT(getrlimit(RLIMIT_NOFILE, &limit) == 0);
              CHILD_EXPECT(getpriority(PRIO_PROCESS, 0) >= -20);
              CHILD_EXPECT(unlink(key_.c_str()) == 0);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace fleetca::service
