#include "p256/known_answers.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace fleetca::p256 {
namespace {

void Set(absl::string_view hex, uint8_t (&octets)[32]) {
  const std::string bytes = absl::HexStringToBytes(hex);
  std::copy(bytes.begin(), bytes.end(), octets);
}

// RFC 6979 appendix A.2.5: P-256, SHA-256, message "sample".
PublicSignature Rfc6979Signature() {
  PublicSignature signature;
  Set("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716", signature.r);
  Set("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8", signature.s);
  Set("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf", signature.z);
  Set("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6", signature.x);
  Set("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299", signature.y);
  return signature;
}

// The key is G, and z = n - r: so u1 G + u2 Q = 0.
PublicSignature SumIsInfinity() {
  PublicSignature signature = Rfc6979Signature();
  Set("102b74d453495703eebf22632ba17e291fba7332506ca4f3306cbc1aadb3ee3b", signature.z);
  Set("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", signature.x);
  Set("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5", signature.y);
  return signature;
}

bool GiveKnownAnswers(const Lanes& lanes, size_t count) {
  const auto& known = KnownAnswers();
  for (size_t first = 0; first < known.size(); ++first) {
    std::array<PublicSignature, Lanes::kMostAtOnce> signatures;
    std::array<bool, Lanes::kMostAtOnce> valid = {};
    for (size_t i = 0; i < count; ++i) {
      signatures[i] = known[(first + i) % known.size()].signature;
    }
    lanes.Verify(absl::MakeConstSpan(signatures).first(count), absl::MakeSpan(valid).first(count));
    for (size_t i = 0; i < count; ++i) {
      if (valid[i] != known[(first + i) % known.size()].valid) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

const std::array<KnownAnswer, 4>& KnownAnswers() {
  static const auto& answers = *new std::array<KnownAnswer, 4>([] {
    const PublicSignature valid = Rfc6979Signature();
    PublicSignature other_message = valid;
    other_message.z[31] ^= 1;
    PublicSignature off_curve = valid;
    off_curve.y[31] ^= 1;
    return std::array<KnownAnswer, 4>{
        {{valid, true}, {other_message, false}, {off_curve, false}, {SumIsInfinity(), false}}};
  }());
  return answers;
}

bool GiveKnownAnswers(const Lanes& lanes) {
  return GiveKnownAnswers(lanes, 8) && GiveKnownAnswers(lanes, 16) &&
         GiveKnownAnswers(lanes, Lanes::kMostAtOnce);
}

}  // namespace fleetca::p256
