#include "base/process_usage.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "absl/strings/match.h"

namespace fleetca {
namespace {

ProcessUsage Now() {
  absl::StatusOr<ProcessUsage> usage = ReadProcessUsage();
  EXPECT_TRUE(usage.ok()) << usage.status();
  return usage.value_or(ProcessUsage());
}

TEST(ProcessUsageTest, CpuTimeRisesWithWork) {
  const ProcessUsage before = Now();
  volatile uint64_t sum = 0;
  while (Now().user_cpu + Now().system_cpu <
         before.user_cpu + before.system_cpu + absl::Milliseconds(30)) {
    sum = sum + 1;
  }
  EXPECT_GT(sum, 0u);
}

TEST(ProcessUsageTest, MemoryIsResident) {
  const ProcessUsage before = Now();
  std::vector<char> touched(size_t{32} << 20, 'x');
  const ProcessUsage after = Now();
  EXPECT_GE(after.resident_bytes, before.resident_bytes + touched.size() - (4 << 20));
  EXPECT_GE(after.peak_resident_bytes, after.resident_bytes);
}

TEST(ProcessUsageTest, CountsThreadsAndFiles) {
  const ProcessUsage before = Now();
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  ProcessUsage during;
  std::thread([&during] { during = Now(); }).join();
  close(file);
  EXPECT_EQ(during.threads, before.threads + 1);
  EXPECT_EQ(during.open_files, before.open_files + 1);
}

TEST(MachineTest, SaysWhatItRunsOn) {
  const Machine machine = DescribeMachine();
  EXPECT_GE(machine.cpus, 1u);
  EXPECT_GE(machine.cpus_allowed, 1u);
  EXPECT_LE(machine.cpus_allowed, machine.cpus);
  EXPECT_TRUE(absl::StartsWith(machine.kernel, "Linux ")) << machine.kernel;
}

TEST(MachineTest, SeesThatItIsPinned) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &before)) {
      CPU_SET(cpu, &one);
      break;
    }
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(DescribeMachine().cpus_allowed, 1u);
  ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
}

}  // namespace
}  // namespace fleetca
