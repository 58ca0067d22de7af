#include "service/bootstrap/process_bounds.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "base/errors.h"
#include "base/testing/in_child.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::InChild;

rlimit Limit(__rlimit_resource resource) {
  rlimit limit = {};
  getrlimit(resource, &limit);
  return limit;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

TEST(ProcessBoundsTest, AllOfThemAreInForce) {
  EXPECT_EQ(InChild([] {
              const int nice_before = getpriority(PRIO_PROCESS, 0);
              const absl::Status status = BoundThisProcess();
              if (!status.ok()) {
                std::fprintf(stderr, "%s\n", status.ToString().c_str());
              }
              CHILD_EXPECT(status.ok());
              int signal = 0;
              CHILD_EXPECT(prctl(PR_GET_PDEATHSIG, &signal) == 0 && signal == SIGKILL);
              CHILD_EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
              const rlimit descriptors = Limit(RLIMIT_NOFILE);
              CHILD_EXPECT(descriptors.rlim_max <= kProcessDescriptors);
              CHILD_EXPECT(descriptors.rlim_cur == descriptors.rlim_max);
              CHILD_EXPECT(kSanitized || Limit(RLIMIT_DATA).rlim_max <= kProcessMemoryBytes);
              CHILD_EXPECT(getpriority(PRIO_PROCESS, 0) == std::min(19, nice_before + 10));
              std::ifstream score("/proc/self/oom_score_adj");
              int value = 0;
              CHILD_EXPECT(score >> value && value == 500);
              pthread_attr_t attributes;
              size_t stack = 0;
              CHILD_EXPECT(pthread_getattr_default_np(&attributes) == 0);
              CHILD_EXPECT(pthread_attr_getstacksize(&attributes, &stack) == 0);
              CHILD_EXPECT(stack == size_t{1} << 20);
              return 0;
            }),
            0);
}

TEST(ProcessBoundsTest, MemoryEndsWhereItIsBounded) {
  if (kSanitized) {
    GTEST_SKIP() << "A sanitizer's shadow is larger than any bound.";
  }
  EXPECT_EQ(InChild([] {
              void* const before = std::malloc(kProcessMemoryBytes);
              CHILD_EXPECT(before != nullptr);
              std::free(before);
              CHILD_EXPECT(BoundThisProcess().ok());
              CHILD_EXPECT(std::malloc(kProcessMemoryBytes) == nullptr);
              CHILD_EXPECT(std::malloc(kProcessMemoryBytes / 4) != nullptr);
              return 0;
            }),
            0);
}

TEST(ProcessBoundsTest, ALowerLimitStays) {
  EXPECT_EQ(InChild([] {
              const rlimit low = {100, 200};
              CHILD_EXPECT(setrlimit(RLIMIT_NOFILE, &low) == 0);
              CHILD_EXPECT(BoundThisProcess().ok());
              CHILD_EXPECT(Limit(RLIMIT_NOFILE).rlim_max == 200);
              CHILD_EXPECT(Limit(RLIMIT_NOFILE).rlim_cur == 200);
              return 0;
            }),
            0);
}

TEST(ProcessBoundsTest, WhatCannotBeDoneIsSaidAndTheRestIsDone) {
  EXPECT_EQ(InChild([] {
              // No descriptor is left to write the score with.
              rlimit none = Limit(RLIMIT_NOFILE);
              none.rlim_cur = 0;
              CHILD_EXPECT(setrlimit(RLIMIT_NOFILE, &none) == 0);
              const absl::Status status = BoundThisProcess();
              CHILD_EXPECT(GetReason(status) == Reason::kConfigInvalid);
              CHILD_EXPECT(status.message().find("memory is short") != absl::string_view::npos);
              CHILD_EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
              CHILD_EXPECT(Limit(RLIMIT_NOFILE).rlim_max <= kProcessDescriptors);
              return 0;
            }),
            0);
}

}  // namespace
}  // namespace fleetca::service
