#include "base/memory_limit.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

namespace fleetca {
namespace {

TEST(MemoryLimitTest, IsAtMostWhatTheMachineHas) {
  struct sysinfo machine = {};
  ASSERT_EQ(sysinfo(&machine), 0);
  EXPECT_GT(MemoryLimit(), uint64_t{16} << 20);
  EXPECT_LE(MemoryLimit(), uint64_t{machine.totalram} * machine.mem_unit);
}

TEST(MemoryLimitTest, FollowsTheLimitOfTheAddressSpace) {
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit lowered = before;
  lowered.rlim_cur = rlim_t{1} << 40;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &lowered), 0);
  EXPECT_LE(MemoryLimit(), lowered.rlim_cur);
  setrlimit(RLIMIT_AS, &before);
}

}  // namespace
}  // namespace fleetca
