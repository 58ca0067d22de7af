#include "p256/lanes.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "p256/fill_lanes.h"
#include "p256/known_answers.h"
#include "p256/lane_numbers.h"
#include "p256/lanes_avx512.h"

namespace fleetca::p256 {
namespace {

void Answer(uint32_t mask, absl::Span<bool> valid) {
  for (size_t lane = 0; lane < valid.size(); ++lane) {
    valid[lane] = ((mask >> lane) & 1) != 0;
  }
}

// What this thread works in. Made when the thread first verifies, for as long as it lives.
struct Workspace {
  alignas(64) unsigned char memory[kWorkspaceBytes];
  LaneNumbers<16> sixteen[kMostBlocks];
  LaneNumbers<8> eight;
};

Workspace& WorkspaceOfThisThread() {
  static thread_local const std::unique_ptr<Workspace> workspace(new Workspace);
  return *workspace;
}

}  // namespace

void Lanes::Verify(absl::Span<const PublicSignature> signatures, absl::Span<bool> valid) const {
  Workspace& workspace = WorkspaceOfThisThread();
  while (!signatures.empty()) {
    // Whole blocks of sixteen, and a rest of more than eight is one too.
    const size_t blocks = std::min<size_t>((signatures.size() + 7) / 16, kMostBlocks);
    const size_t taken = std::min(signatures.size(), blocks == 0 ? 8 : blocks * 16);
    if (blocks == 0) {
      uint32_t mask;
      FillLanes(signatures.first(taken), &workspace.eight);
      unit_.verify_eight(&workspace.eight, generator_, workspace.memory, &mask);
      Answer(mask, valid.first(taken));
    } else {
      uint32_t masks[kMostBlocks];
      for (size_t i = 0; i < blocks; ++i) {
        FillLanes(signatures.first(taken).subspan(i * 16, 16), &workspace.sixteen[i]);
      }
      unit_.verify_sixteen(workspace.sixteen, static_cast<int>(blocks), generator_,
                           workspace.memory, masks);
      for (size_t i = 0; i < blocks; ++i) {
        Answer(masks[i], valid.first(taken).subspan(i * 16, 16));
      }
    }
    signatures.remove_prefix(taken);
    valid.remove_prefix(taken);
  }
}

std::unique_ptr<const Lanes> Lanes::Create(LanesFailure* failure) {
  LanesFailure ignored;
  return CreateFrom({.is_compiled_in = Avx512IsCompiledIn,
                     .verify_eight = VerifyEightLanes,
                     .verify_sixteen = VerifySixteenLanes},
                    TheGeneratorTable(), failure != nullptr ? failure : &ignored);
}

std::unique_ptr<const Lanes> Lanes::CreateFrom(const LanesUnit& unit,
                                               const GeneratorTable* generator,
                                               LanesFailure* failure) {
  *failure = LanesFailure::kNone;
  if (!unit.is_compiled_in()) {
    *failure = LanesFailure::kNotCompiledIn;
    return nullptr;
  }
  if (generator == nullptr) {
    *failure = LanesFailure::kNoGeneratorTable;
    return nullptr;
  }
  auto lanes = absl::WrapUnique(new Lanes(unit, *generator));
  const auto verify = [&](absl::Span<const PublicSignature> signatures, absl::Span<bool> valid) {
    lanes->Verify(signatures, valid);
  };
  if (!GiveKnownAnswers(verify)) {
    *failure = LanesFailure::kWrongAnswer;
    return nullptr;
  }
  return lanes;
}

}  // namespace fleetca::p256
