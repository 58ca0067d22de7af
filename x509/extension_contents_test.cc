#include "x509/extension_contents.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

template <size_t N>
std::string B(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

void ExpectContents(absl::string_view oid, std::initializer_list<std::string> good,
                    std::initializer_list<std::string> bad) {
  for (const std::string& value : good) {
    EXPECT_TRUE(IsExtensionContents(oid, value)) << absl::CHexEscape(value);
    EXPECT_FALSE(IsExtensionContents(oid, value + B("\x05\x00"))) << absl::CHexEscape(value);
    EXPECT_FALSE(IsExtensionContents(oid, value.substr(0, value.size() - 1)));
  }
  for (const std::string& value : bad) {
    EXPECT_FALSE(IsExtensionContents(oid, value)) << absl::CHexEscape(value);
  }
}

TEST(ExtensionContentsTest, KeyUsage) {
  ExpectContents(oid::kKeyUsage,
                 {B("\x03\x02\x07\x80"), B("\x03\x02\x05\xa0"), B("\x03\x02\x01\x06"),
                  B("\x03\x03\x07\x00\x80")},
                 {B(""), B("\x03\x01\x00"), B("\x03\x02\x07\x00"), B("\x03\x02\x00\x80"),
                  B("\x03\x02\x06\x80"), B("\x03\x03\x00\x80\x00"), B("\x03\x02\x07\xc0"),
                  B("\x03\x04\x00\x80\x80\x01"), B("\x04\x01\x80")});
}

TEST(ExtensionContentsTest, ExtendedKeyUsage) {
  const std::string purpose = der::Encode(der::kOid, oid::kServerAuth);
  ExpectContents(
      oid::kExtendedKeyUsage,
      {der::Encode(der::kSequence, purpose), der::Encode(der::kSequence, purpose + purpose)},
      {B(""), B("\x30\x00"), purpose, der::Encode(der::kSequence, B("\x05\x00")),
       der::Encode(der::kSequence, B("\x06\x01\x80"))});
}

TEST(ExtensionContentsTest, BasicConstraints) {
  ExpectContents(oid::kBasicConstraints,
                 {B("\x30\x00"), B("\x30\x03\x01\x01\xff"), B("\x30\x06\x01\x01\xff\x02\x01\x00")},
                 {B(""), B("\x30\x03\x01\x01\x00"), B("\x30\x03\x01\x01\x01"),
                  B("\x30\x06\x01\x01\xff\x02\x01\xff"), B("\x30\x06\x01\x01\xff\x01\x01\xff"),
                  B("\x30\x08\x01\x01\xff\x02\x01\x00\x05\x00"), B("\x01\x01\xff")});
}

TEST(ExtensionContentsTest, SubjectKeyIdentifier) {
  ExpectContents(oid::kSubjectKeyIdentifier, {B("\x04\x01x")},
                 {B(""), B("\x04\x00"), B("x"), B("\x24\x03\x04\x01x")});
}

TEST(ExtensionContentsTest, OthersAreNotRead) {
  EXPECT_TRUE(IsExtensionContents(der::OidFromString("1.2.3.4"), "not DER"));
  EXPECT_TRUE(IsExtensionContents(der::OidFromString("1.2.3.4"), ""));
}

}  // namespace
}  // namespace fleetca::x509
