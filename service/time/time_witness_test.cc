#include "service/time/time_witness.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

// As systemd's ProtectClock=yes does: whoever asks for the clock's state gets EPERM.
bool ForbidToAsk() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_adjtimex, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_clock_adjtime, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {static_cast<unsigned short>(std::size(program)), program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// The exit codes of a process of its own, as a filter stays.
constexpr int kSaid = 17;
constexpr int kNotSaid = 18;
constexpr int kNoFilter = 19;

[[noreturn]] void AskForbidden() {
  if (!ForbidToAsk()) {
    _exit(kNoFilter);
  }
  const TimeWitness& witness = TimeWitness::System();
  const absl::Status status = witness.CheckMayAsk();
  const bool said = GetReason(status) == Reason::kFilePermissions &&
                    absl::StrContains(status.message(), "ProtectClock") &&
                    absl::StrContains(status.message(), "set-clock");
  _exit(said && !witness.Vouches(absl::Now()) ? kSaid : kNotSaid);
}

TEST(TimeWitnessTest, SaysThatTheKernelMayNotBeAsked) {
  EXPECT_EXIT(AskForbidden(), ::testing::ExitedWithCode(kSaid), "");
}

TEST(TimeWitnessTest, TheMachineHasBeenUpForAWhile) {
  const absl::Duration before = TimeWitness::System().Uptime();
  EXPECT_GT(before, absl::ZeroDuration());
  EXPECT_GE(TimeWitness::System().Uptime(), before);
}

}  // namespace
}  // namespace fleetca::service
