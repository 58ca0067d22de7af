#include "base/cpu_features.h"

#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"

namespace fleetca {
namespace {

// The kernel lists a flag only where it supports what the flag is of.
TEST(CpuFeaturesTest, AgreesWithTheKernel) {
  std::ifstream file("/proc/cpuinfo");
  std::stringstream text;
  text << file.rdbuf();
  if (text.str().find("flags") == std::string::npos) {
    GTEST_SKIP() << "/proc/cpuinfo has no flags here";
  }
  bool all = true;
  for (const char* const flag :
       {" avx512f ", " avx512ifma ", " avx512dq ", " avx512vl ", " avx512bw "}) {
    std::string line = text.str().substr(text.str().find("flags"));
    line = line.substr(0, line.find('\n')) + " ";
    all = all && line.find(flag) != std::string::npos;
  }
  EXPECT_EQ(HasAvx512Ifma(), all);
}

}  // namespace
}  // namespace fleetca
