// What forgers can provoke is a no, however OpenSSL answers it.
#include "x509/ec_public_key.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "x509/verdict.h"

namespace fleetca::x509 {
namespace {

class EcPublicKeyTest : public ::testing::TestWithParam<EcCurve> {
 public:
  void SetUp() override { ASSERT_NE(key_, nullptr); }

  // G, as an uncompressed point.
  std::string Generator() const {
    std::string point(1 + 2 * size_, '\0');
    EXPECT_EQ(EC_POINT_point2oct(group_.get(), EC_GROUP_get0_generator(group_.get()),
                                 POINT_CONVERSION_UNCOMPRESSED, AsUnsigned(point.data()),
                                 point.size(), nullptr),
              point.size());
    return point;
  }
  // n - k.
  std::string OrderMinus(BN_ULONG k) const {
    const BignumPtr number(BN_dup(EC_GROUP_get0_order(group_.get())));
    EXPECT_EQ(BN_sub_word(number.get(), k), 1);
    std::string octets(size_, '\0');
    EXPECT_EQ(BN_bn2binpad(number.get(), AsUnsigned(octets.data()), static_cast<int>(size_)),
              static_cast<int>(size_));
    return octets;
  }

  const EcGroupPtr group_{EC_GROUP_new_by_curve_name(
      GetParam() == EcCurve::kP256 ? NID_X9_62_prime256v1 : NID_secp384r1)};
  const size_t size_ = GetParam() == EcCurve::kP256 ? 32 : 48;
  const std::unique_ptr<EcPublicKey> key_ = EcPublicKey::Create(GetParam());
};

TEST_P(EcPublicKeyTest, ASumThatIsInfinityIsInvalid) {
  ASSERT_EQ(key_->Load(Generator()), Verdict::kValid);
  // The key is G and z = -r, so (z + r) / s G is infinity: OpenSSL answers -1.
  EXPECT_EQ(key_->Verify(OrderMinus(5), "\x05", "\x07"), Verdict::kInvalid);
  EXPECT_EQ(ERR_peek_error(), 0u);
  EXPECT_EQ(key_->Verify(OrderMinus(6), "\x05", "\x07"), Verdict::kInvalid);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_P(EcPublicKeyTest, NumbersOutOfRangeAreInvalid) {
  ASSERT_EQ(key_->Load(Generator()), Verdict::kValid);
  const std::string order = OrderMinus(0);
  for (const auto& [r, s] : {std::pair<absl::string_view, absl::string_view>{"", "\x01"},
                             {"\x01", ""},
                             {order, "\x01"},
                             {"\x01", order}}) {
    EXPECT_EQ(key_->Verify(OrderMinus(1), r, s), Verdict::kInvalid);
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST_P(EcPublicKeyTest, WhatIsNoPointOfTheCurveIsInvalid) {
  std::string off_curve = Generator();
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  const std::string over_the_prime = "\x04" + std::string(2 * size_, '\xff');
  for (const absl::string_view point :
       {absl::string_view(off_curve), absl::string_view(over_the_prime), absl::string_view(),
        absl::string_view("\x04"), absl::string_view(off_curve).substr(1)}) {
    EXPECT_EQ(key_->Load(point), Verdict::kInvalid);
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Curves, EcPublicKeyTest,
                         ::testing::Values(EcCurve::kP256, EcCurve::kP384));

}  // namespace
}  // namespace fleetca::x509
