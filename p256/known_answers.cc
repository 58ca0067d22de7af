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

// By the same key over the same message.
PublicSignature OtherSignature(absl::string_view r, absl::string_view s) {
  PublicSignature signature = Rfc6979Signature();
  Set(r, signature.r);
  Set(s, signature.s);
  return signature;
}

// r = 3, and n + 3 is x of the sum.
PublicSignature CoordinateOverTheOrder() {
  PublicSignature signature =
      OtherSignature("0000000000000000000000000000000000000000000000000000000000000003",
                     "90624fe36b82e6c9d82fb0f1423674a6864fa3f3eab06e9b65ed0de47db4304e");
  Set("ae0b47b6ebffb3a85443b469e843708858c759dc46db1def172a54d1aa567682", signature.x);
  Set("6880d9c452e20b36e86c931853277e44d91d1b4b5b753b4f66fc86da1abcc8b4", signature.y);
  return signature;
}

// x of the sum is 5, and r = 5 + p - n.
PublicSignature CoordinateAroundThePrime() {
  PublicSignature signature =
      OtherSignature("000000000000000000000000000000004319055358e8617b0c46353d039cdab3",
                     "93550840067f0cfcce1fd3d9849acfb58350a73f7aac319ffb759e0fed1d9d17");
  Set("6f57f7d793cc740d65a5d1877b8abda4d75b37fa9dde0359476b0ad4f06675e2", signature.x);
  Set("d2e0e1164858b22db49030a8906ce3b2825932ce186d48b2f17e96d7064f043b", signature.y);
  return signature;
}

bool GiveKnownAnswers(VerifyFunction verify, size_t count) {
  const auto& known = KnownAnswers();
  for (size_t first = 0; first < known.size(); ++first) {
    std::array<PublicSignature, Lanes::kMostAtOnce> signatures;
    std::array<bool, Lanes::kMostAtOnce> valid = {};
    for (size_t i = 0; i < count; ++i) {
      signatures[i] = known[(first + i) % known.size()].signature;
    }
    verify(absl::MakeConstSpan(signatures).first(count), absl::MakeSpan(valid).first(count));
    for (size_t i = 0; i < count; ++i) {
      if (valid[i] != known[(first + i) % known.size()].valid) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

const std::array<KnownAnswer, 9>& KnownAnswers() {
  static const auto& answers = *new std::array<KnownAnswer, 9>([] {
    const PublicSignature valid = Rfc6979Signature();  // u1 and u2 are odd
    const PublicSignature both_even =
        OtherSignature("45f4600c8a058ddaea76061d9eb761b67b7799eb14fbf231d21bf31f95c60b8e",
                       "bf29bee090d5f3cdeb0487146f3578137cfb1884c44ed733c18b8565585d9ff2");
    const PublicSignature even_odd =
        OtherSignature("114d65f84a9e19f92e87eae24cc45100c8b43550ac14155e140154f24890fd6c",
                       "6de77f37204461079500ec919774ae708b2610667d91e6f2226b277ec80c8242");
    const PublicSignature odd_even =
        OtherSignature("e7887dfebcf1ad60f094ad17ca90b4b3e0b1c4ef909ed08c58840703676a9ba1",
                       "6bccdb4894c6f8582842dfaf0bc6ee8b6a430b450d3284df96732d11d7b86558");
    PublicSignature other_message = valid;
    other_message.z[31] ^= 1;
    PublicSignature off_curve = valid;
    off_curve.y[31] ^= 1;
    return std::array<KnownAnswer, 9>{{{valid, true},
                                       {other_message, false},
                                       {both_even, true},
                                       {off_curve, false},
                                       {even_odd, true},
                                       {SumIsInfinity(), false},
                                       {odd_even, true},
                                       {CoordinateAroundThePrime(), false},
                                       {CoordinateOverTheOrder(), true}}};
  }());
  return answers;
}

bool GiveKnownAnswers(VerifyFunction verify) {
  return GiveKnownAnswers(verify, 8) && GiveKnownAnswers(verify, 16) &&
         GiveKnownAnswers(verify, Lanes::kMostAtOnce);
}

}  // namespace fleetca::p256
