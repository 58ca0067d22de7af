// ECDSA over P-256 in lanes. OpenSSL finds valid whatever they do, and every lane says the same.
//
// The first octet says what the rest is: the numbers of a signature (r, s, z and the point), or u1,
// u2 and the key's logarithm, each as few octets as it has, from which a valid signature is made:
// small numbers make sums that meet equal and opposite points. On hosts without AVX-512 IFMA the
// same formulas are computed in plain integers.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/cpu_features.h"
#include "p256/known_answers.h"
#include "p256/lanes.h"
#include "p256/testing/integer.h"
#include "p256/testing/portable_lanes.h"
#include "p256/testing/signatures.h"
#include "tests/fuzz/fuzz_target.h"

namespace fleetca {
namespace {

using p256::PublicSignature;
using p256::testing::Integer;

constexpr char kNumbers = 0;
constexpr char kScalars = 1;

const p256::Lanes* TheLanes() {
  static const p256::Lanes* const lanes =
      HasAvx512Ifma() ? p256::Lanes::Create().release() : nullptr;
  return lanes;
}

void Verify(absl::Span<const PublicSignature> signatures, absl::Span<bool> valid) {
  if (TheLanes() != nullptr) {
    TheLanes()->Verify(signatures, valid);
  } else {
    p256::testing::VerifyPortably(signatures, valid);
  }
}

// Takes `size` octets, fewer where there are no more, off the front.
Integer Take(absl::string_view* input, size_t size) {
  const absl::string_view taken = input->substr(0, size);
  input->remove_prefix(taken.size());
  return Integer::FromOctets(taken);
}

// A number of up to 32 octets after an octet that says how many, and whether it counts down from n.
Integer TakeScalar(absl::string_view* input) {
  const uint64_t head = Take(input, 1).ToDigits().digits[0];
  const Integer k = Take(input, head % 33);
  const Integer scalar = head < 128 ? k : p256::testing::Order() - k;
  return scalar.Modulo(p256::testing::Order());
}

PublicSignature SignatureFrom(absl::string_view input) {
  const bool scalars = !input.empty() && input.front() % 2 == kScalars;
  input.remove_prefix(std::min<size_t>(input.size(), 1));
  if (!scalars) {
    const Integer r = Take(&input, 32);
    const Integer s = Take(&input, 32);
    const Integer z = Take(&input, 32);
    const Integer x = Take(&input, 32);
    return p256::testing::MakeSignature(r, s, z, {x, Take(&input, 32)});
  }
  const Integer u1 = TakeScalar(&input);
  const Integer u2 = TakeScalar(&input);
  const Integer k = TakeScalar(&input);
  if (u2 == Integer(0) || k == Integer(0)) {
    return p256::KnownAnswers()[0].signature;
  }
  return p256::testing::SignatureOf(u1, u2, k);
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  std::vector<std::string> seeds;
  for (const p256::KnownAnswer& answer : p256::KnownAnswers()) {
    std::string seed(1, kNumbers);
    for (const uint8_t* octets : {answer.signature.r, answer.signature.s, answer.signature.z,
                                  answer.signature.x, answer.signature.y}) {
      seed.append(reinterpret_cast<const char*>(octets), 32);
    }
    seeds.push_back(seed);
  }
  for (const absl::string_view scalars :
       {absl::string_view("\x01\x01\x01\x01\x01\x01\x01", 7),
        absl::string_view("\x01\x01\x05\x81\x05\x01\x01", 7),
        absl::string_view("\x01\x01\x20\x01\x01\x01\x20", 7),
        absl::string_view("\x01\x02\x01\x00\x82\x02\x00\x01\x1f", 9)}) {
    seeds.emplace_back(scalars);
  }
  return seeds;
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  constexpr size_t kMostFilled = 16;
  const PublicSignature signature =
      SignatureFrom(absl::string_view(reinterpret_cast<const char*>(data), size));
  const bool expected = p256::testing::IsValidByOpenSsl(signature);

  // In every second lane, beside a good one. Plain integers take long: two lanes do there.
  const size_t filled = TheLanes() != nullptr ? kMostFilled : 2;
  std::array<PublicSignature, kMostFilled> signatures;
  signatures.fill(p256::KnownAnswers()[0].signature);
  for (size_t lane = 1; lane < filled; lane += 2) {
    signatures[lane] = signature;
  }
  std::array<bool, kMostFilled> valid = {};
  Verify(absl::MakeConstSpan(signatures).first(filled), absl::MakeSpan(valid).first(filled));
  FLEETCA_FUZZ_REQUIRE(expected || !valid[1]);
  for (size_t lane = 0; lane < filled; ++lane) {
    FLEETCA_FUZZ_REQUIRE(valid[lane] == (lane % 2 == 0 || valid[1]));
  }
  if (TheLanes() != nullptr) {
    // The eight lanes say the same.
    bool alone = false;
    Verify({&signature, 1}, {&alone, 1});
    FLEETCA_FUZZ_REQUIRE(alone == valid[1]);
  }
  return 0;
}
