#include "service/bootstrap/system_call_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fleetca::service {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t kArchitecture = 0;  // its numbers were never tried
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kTracesItself = true;
#else
constexpr bool kTracesItself = false;
#endif

// Numbers that the headers of Debian 12 do not have; they are the same on all processors.
constexpr uint32_t kFchmodat2 = 452;
constexpr uint32_t kSetxattrat = 463;
constexpr uint32_t kRemovexattrat = 466;
constexpr uint32_t kOpenTreeAttr = 467;
constexpr uint32_t kFileSetattr = 469;
// Newer calls do what nobody here has looked at. The calls of x32 are far above as well.
constexpr uint32_t kNewest = kFileSetattr;

// aarch64 has no calls that another one has replaced.
constexpr uint32_t kForbidden[] = {
#ifdef SYS_chmod
    SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_link, SYS_symlink,
    SYS_mknod,
#endif
    // What is beside the contents of files, and names.
    SYS_fchmodat, kFchmodat2, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr,
    SYS_fsetxattr, kSetxattrat, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, kRemovexattrat,
    kFileSetattr, SYS_truncate, SYS_linkat, SYS_symlinkat, SYS_mknodat, SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    // File systems and namespaces.
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree, kOpenTreeAttr,
    SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr,
    SYS_unshare, SYS_setns,
    // Programs and other processes.
    SYS_execve, SYS_execveat, SYS_process_vm_writev, SYS_pidfd_getfd, SYS_pidfd_send_signal,
    SYS_kcmp, SYS_process_madvise, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
    SYS_sched_setattr, SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setaffinity,
    SYS_setpriority, SYS_ioprio_set, SYS_migrate_pages, SYS_move_pages,
    // Much of the kernel.
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, SYS_bpf, SYS_perf_event_open,
    SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key};

constexpr uint32_t kForbiddenUnlessTraced[] = {
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif
    SYS_ptrace, SYS_process_vm_readv};

// A program for the kernel's BPF machine, which is given a seccomp_data. The accumulator holds the
// call's number between two rules.
class Rules {
 public:
  Rules() {
    Load(offsetof(seccomp_data, arch));
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
    Refuse(ENOSYS);
    LoadNumber();
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, kNewest, 0, 1));
    Refuse(ENOSYS);
  }

  void Forbid(uint32_t number, uint32_t error) {
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    Refuse(error);
  }
  // Unless the argument is `only`.
  void ForbidBut(uint32_t number, int argument, uint32_t only) {
    StartArgument(number, argument, 4);
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, only, 1, 0));
    Refuse(EPERM);
    LoadNumber();
  }
  // If the argument is `value`.
  void ForbidWith(uint32_t number, int argument, uint32_t value) {
    StartArgument(number, argument, 4);
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    Refuse(EPERM);
    LoadNumber();
  }
  // Unless the argument has the bit.
  void ForbidWithout(uint32_t number, int argument, uint32_t bit) {
    StartArgument(number, argument, 4);
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bit, 1, 0));
    Refuse(EPERM);
    LoadNumber();
  }
  void AllowSocketsOf(uint32_t a, uint32_t b, uint32_t c) {
    StartArgument(SYS_socket, 0, 6);
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, a, 3, 0));
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, b, 2, 0));
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, c, 1, 0));
    Refuse(EAFNOSUPPORT);
    LoadNumber();
  }

  // All else is allowed. False with errno.
  bool Apply() {
    program_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog program = {static_cast<unsigned short>(program_.size()), program_.data()};
    // Without it an ordinary user may not restrict himself.
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
  }

 private:
  void Load(uint32_t offset) { program_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
  void LoadNumber() { Load(offsetof(seccomp_data, nr)); }
  void Refuse(uint32_t error) {
    program_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
  }
  // The rule has `rest` more steps. An argument's lower half is all that the kernel looks at where
  // it is an int; both kinds of processor have it first.
  void StartArgument(uint32_t number, int argument, uint8_t rest) {
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, rest));
    Load(static_cast<uint32_t>(offsetof(seccomp_data, args) + 8 * argument));
  }

  std::vector<sock_filter> program_;
};

}  // namespace

std::string FilterSystemCalls() {
  if (kArchitecture == 0) {
    return "it may make every system call, because this release has no list of them for this kind "
           "of processor";
  }
  Rules rules;
  for (const uint32_t number : kForbidden) {
    rules.Forbid(number, EPERM);
  }
  if (!kTracesItself) {
    for (const uint32_t number : kForbiddenUnlessTraced) {
      rules.Forbid(number, EPERM);
    }
    rules.ForbidWithout(SYS_clone, 0, CLONE_THREAD);
  }
  // Its flags are where no rule can look, and C libraries try clone when there is none.
  rules.Forbid(SYS_clone3, ENOSYS);
  rules.ForbidBut(SYS_fchmod, 1, 0600);
  const auto self = static_cast<uint32_t>(getpid());
  rules.ForbidBut(SYS_kill, 0, self);
  rules.ForbidBut(SYS_tgkill, 0, self);
  rules.ForbidBut(SYS_prlimit64, 0, 0);
  rules.ForbidWith(SYS_ioctl, 1, TIOCSTI);
  rules.ForbidWith(SYS_ioctl, 1, TIOCLINUX);
  rules.AllowSocketsOf(AF_INET, AF_INET6, AF_NETLINK);
  if (!rules.Apply()) {
    return absl::StrCat("it may make every system call, because seccomp refuses its rules: ",
                        std::strerror(errno));
  }
  return "";
}

}  // namespace fleetca::service
