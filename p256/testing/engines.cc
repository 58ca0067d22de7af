#include "p256/testing/engines.h"

#include <memory>

#include "absl/types/span.h"
#include "base/cpu_features.h"
#include "p256/testing/portable_lanes.h"

namespace fleetca::p256::testing {

std::string NameOf(Engine engine) { return engine == Engine::kAvx512 ? "avx512" : "portable"; }

const Lanes* TheLanes() {
  static const Lanes* const lanes = HasAvx512Ifma() ? Lanes::Create().release() : nullptr;
  return lanes;
}

std::vector<bool> VerifyBy(Engine engine, const std::vector<PublicSignature>& signatures) {
  const auto valid = std::make_unique<bool[]>(signatures.size());
  const auto span = absl::MakeSpan(valid.get(), signatures.size());
  if (engine == Engine::kAvx512) {
    TheLanes()->Verify(signatures, span);
  } else {
    VerifyPortably(signatures, span);
  }
  return std::vector<bool>(span.begin(), span.end());
}

}  // namespace fleetca::p256::testing
