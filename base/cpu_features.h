// What the processor can do, and the kernel lets programs use.
#ifndef FLEETCA_BASE_CPU_FEATURES_H_
#define FLEETCA_BASE_CPU_FEATURES_H_

namespace fleetca {

// Whether AVX-512 with IFMA (and DQ, VL, BW) may be used: the processor has it, and the kernel
// saves its registers. Thread-safe.
bool HasAvx512Ifma();

}  // namespace fleetca

#endif  // FLEETCA_BASE_CPU_FEATURES_H_
