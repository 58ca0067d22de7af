// Runs this test's own program under the shim of powercut_shim.c, and cuts the power.
#ifndef FLEETCA_TESTS_CRASH_POWER_CUT_H_
#define FLEETCA_TESTS_CRASH_POWER_CUT_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace fleetca::testing {

// Runs the program with `argument`, in the folder `disk`, and leaves of the folder what a power cut
// would have left. `journal` is an empty folder beside it. The signal that ended the program; 0
// when none did. The test has the shim and powercut_apply among its data.
inline int RunAndCut(const std::string& argument, const std::string& disk,
                     const std::string& journal) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string shim = std::filesystem::absolute("tests/crash/libpowercut.so").string();
  const pid_t pid = fork();
  if (pid == 0) {
    setenv("LD_PRELOAD", shim.c_str(), 1);
    setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 1);
    setenv("POWERCUT_DIR", disk.c_str(), 1);
    setenv("POWERCUT_JOURNAL", journal.c_str(), 1);
    if (chdir(disk.c_str()) == 0) {
      execl(program.c_str(), program.c_str(), argument.c_str(), nullptr);
    }
    _exit(127);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  const std::string apply = "tests/crash/powercut_apply '" + disk + "' '" + journal + "'";
  EXPECT_EQ(system(apply.c_str()), 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_CRASH_POWER_CUT_H_
