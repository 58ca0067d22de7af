#include "base/cpu_features.h"

namespace fleetca {

bool HasAvx512Ifma() {
#if defined(__x86_64__)
  // The compiler's library asks XGETBV too, so a kernel that does not save the registers is seen.
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512ifma") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512bw") != 0;
#else
  return false;
#endif
}

}  // namespace fleetca
