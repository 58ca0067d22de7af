// For tests that change the process they run in, such as its user, its limits or its descriptors: a
// process of its own makes the change.
#ifndef FLEETCA_BASE_TESTING_IN_CHILD_H_
#define FLEETCA_BASE_TESTING_IN_CHILD_H_

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "gtest/gtest.h"

// The line of the first expectation that does not hold, as the exit code of a child.
#define CHILD_EXPECT(condition)                                          \
  do {                                                                   \
    errno = 0;                                                           \
    if (!(condition)) {                                                  \
      std::fprintf(stderr, "%d: %s: %d\n", __LINE__, #condition, errno); \
      return __LINE__ % 250 + 1;                                         \
    }                                                                    \
  } while (false)

namespace fleetca::testing {

// What `body` returned in a child of this process; -1 when the child did not exit by itself.
inline int InChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(body());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Whether `check` holds in a child of this process.
inline bool HoldsInChild(const std::function<bool()>& check) {
  return InChild([&check] { return check() ? 0 : 1; }) == 0;
}

}  // namespace fleetca::testing

#endif  // FLEETCA_BASE_TESTING_IN_CHILD_H_
