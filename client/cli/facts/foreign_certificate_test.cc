#include "client/cli/facts/foreign_certificate.h"

#include <string>

#include "absl/time/time.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1'780'315'200);

std::string Make(int version) {
  return MakeByOpenSsl({.common_name = "Root",
                        .not_before = kNow,
                        .not_after = kNow + absl::Hours(24),
                        .version = version,
                        .extensions = {}})
      .der;
}

TEST(ForeignCertificateTest, OneOfVersion1IsShownWithTheReason) {
  const auto facts = FactsOfAnyCertificate(Make(1));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->subject, "CN=Root");
  EXPECT_EQ(facts->key, "P-256");
  EXPECT_EQ(facts->not_after, kNow + absl::Hours(24));
  EXPECT_THAT(facts->not_accepted, HasSubstr("is of version 1, which has no extensions"));
  EXPECT_THAT(CertificateToText(*facts, kNow), HasSubstr("  Not accepted    by fleetca: "));
  EXPECT_EQ(CertificateToJson(*facts)["not_accepted"], facts->not_accepted);
}

TEST(ForeignCertificateTest, OneThatIsAcceptedIsReadInFull) {
  const auto facts = FactsOfAnyCertificate(Make(3));
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->not_accepted, "");
  EXPECT_THAT(CertificateToText(*facts, kNow), Not(HasSubstr("Not accepted")));
  EXPECT_FALSE(CertificateToJson(*facts).contains("not_accepted"));
}

// 1970 would be a date that the certificate does not have.
TEST(ForeignCertificateTest, ADateThatIsNoneIsAnError) {
  std::string der = Make(1);
  const std::string date = absl::FormatTime("%y%m%d", kNow, absl::UTCTimeZone());
  const size_t at = der.find(date);
  ASSERT_NE(at, std::string::npos);
  der.replace(at + 2, 2, "13");
  EXPECT_FALSE(FactsOfAnyCertificate(der).ok());
}

// As openssl has it: two numbers that differ do not look alike.
TEST(ForeignCertificateTest, ANegativeSerialNumberHasItsSign) {
  std::string der = Make(3);
  // version [0] and the INTEGER behind it.
  const size_t at = der.find(std::string("\xa0\x03\x02\x01\x02\x02", 6));
  ASSERT_NE(at, std::string::npos);
  const auto before = FactsOfAnyCertificate(der);
  ASSERT_TRUE(before.ok()) << before.status();
  const size_t size = static_cast<unsigned char>(der[at + 6]);
  der.replace(at + 7, size, std::string("\xff", 1) + std::string(size - 1, '\x01'));
  const auto facts = FactsOfAnyCertificate(der);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_THAT(facts->serial, StartsWith("-"));
  EXPECT_THAT(facts->not_accepted, HasSubstr("serial number"));
}

TEST(ForeignCertificateTest, WhatNobodyReadsIsAnError) {
  EXPECT_FALSE(FactsOfAnyCertificate("junk").ok());
  EXPECT_FALSE(FactsOfAnyCertificate(Make(1) + "x").ok());
}

}  // namespace
}  // namespace fleetca::client
