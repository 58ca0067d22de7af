#include "x509/first_certificate.h"

#include <memory>
#include <string>
#include <utility>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsError;

class FirstCertificateTest : public ::testing::Test {
 protected:
  const std::string der_ = MakeTestRoot(KeyType::kP256).certificate;
  const std::string pem_ = EncodePem(kPemCertificate, der_);
};

TEST_F(FirstCertificateTest, ItOutlivesTheTextAndAMove) {
  auto text = std::make_unique<std::string>(pem_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(HeldCertificate held, ParseFirstCertificate(*text));
  text.reset();
  const HeldCertificate moved = std::move(held);
  EXPECT_EQ(moved->der, der_);
  EXPECT_TRUE((*moved).is_ca);
}

TEST_F(FirstCertificateTest, OnlyTheFirstIsParsed) {
  const std::string junk = EncodePem(kPemCertificate, "junk");
  FLEETCA_EXPECT_OK(ParseFirstCertificate(pem_ + junk));
  for (const std::string& wrong : {junk + pem_, std::string(), std::string("junk")}) {
    EXPECT_THAT(ParseFirstCertificate(wrong),
                IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid))
        << wrong;
  }
}

TEST_F(FirstCertificateTest, OctetsAreHeldAsTheyAre) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const HeldCertificate held, HoldCertificate(der_));
  EXPECT_EQ(*held.der, der_);
  EXPECT_FALSE(HoldCertificate(pem_).ok());
}

}  // namespace
}  // namespace fleetca::x509
