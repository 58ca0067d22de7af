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
      VerifyEightLanes(&workspace.eight, generator_, workspace.memory, &mask);
      Answer(mask, valid.first(taken));
    } else {
      uint32_t masks[kMostBlocks];
      for (size_t i = 0; i < blocks; ++i) {
        FillLanes(signatures.first(taken).subspan(i * 16, 16), &workspace.sixteen[i]);
      }
      VerifySixteenLanes(workspace.sixteen, static_cast<int>(blocks), generator_, workspace.memory,
                         masks);
      for (size_t i = 0; i < blocks; ++i) {
        Answer(masks[i], valid.first(taken).subspan(i * 16, 16));
      }
    }
    signatures.remove_prefix(taken);
    valid.remove_prefix(taken);
  }
}

std::unique_ptr<const Lanes> Lanes::Create() {
  const GeneratorTable* const generator = Avx512IsCompiledIn() ? TheGeneratorTable() : nullptr;
  if (generator == nullptr) {
    return nullptr;
  }
  auto lanes = absl::WrapUnique(new Lanes(*generator));
  return GiveKnownAnswers(*lanes) ? std::move(lanes) : nullptr;
}

}  // namespace fleetca::p256
