#include "x509/name.h"

#include <string>

#include "gtest/gtest.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

std::string OneAttribute(absl::string_view type, uint8_t tag, absl::string_view value) {
  std::string attribute;
  der::Writer writer(&attribute);
  writer.Oid(type);
  writer.Element(tag, value);
  return der::Encode(der::kSequence, attribute);
}

std::string OneRdnName(absl::string_view attributes) {
  return der::Encode(der::kSequence, der::Encode(der::kSet, attributes));
}

TEST(NameTest, BuildsAWholeSubject) {
  const Subject subject{.country = "CH",
                        .organizations = {"Fleet", "ops"},
                        .organizational_units = {"Z\xc3\xbcrich"},
                        .common_name = "alice"};
  const std::string name = BuildName(subject);
  EXPECT_EQ(NameToText(name), "C=CH, O=Fleet, O=ops, OU=Z\xc3\xbcrich, CN=alice");
  // PrintableString, and UTF8String for the rest.
  EXPECT_EQ(name.substr(2, 13), std::string("\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02"
                                            "CH"));
  EXPECT_EQ(BuildName(Subject()), std::string("\x30\x00", 2));
  EXPECT_EQ(BuildName(Subject{.organizations = {"Fleet"}, .common_name = "web"}),
            BuildName("Fleet", "web"));
}

TEST(NameTest, BuildsWhatIsGiven) {
  EXPECT_EQ(BuildName("", ""), std::string("\x30\x00", 2));
  EXPECT_EQ(BuildName("", "a"), std::string("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
                                            "a",
                                            14));
  EXPECT_EQ(NameToText(BuildName("Fleet", "Root")), "O=Fleet, CN=Root");
  EXPECT_EQ(NameToText(BuildName("Fleet", "")), "O=Fleet");
  EXPECT_EQ(NameToText(BuildName("", "")), "");
  EXPECT_TRUE(der::IsWellFormed(BuildName(std::string(300, 'o'), "c"), 4));
}

TEST(NameTest, EscapesSyntaxAndControls) {
  EXPECT_EQ(NameToText(BuildName("a,b+c\"d\\e<f>g;h=i", "#x")),
            "O=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h\\=i, CN=\\#x");
  EXPECT_EQ(NameToText(BuildName(" a ", "")), "O=\\ a\\ ");
  EXPECT_EQ(NameToText(BuildName(std::string("a\0\x1b[31m\n", 8), "")), "O=a\\00\\1b[31m\\0a");
  EXPECT_EQ(NameToText(BuildName("Z\xc3\xbcrich", "")), "O=Z\xc3\xbcrich");
  EXPECT_EQ(NameToText(BuildName("Z\xfcrich", "")), "O=Z\\fcrich");
  EXPECT_EQ(NameToText(BuildName("a\xe2\x80\xae"
                                 "b",
                                 "")),
            "O=a\\e2\\80\\aeb");
}

TEST(NameTest, NamesOtherTypesByOidAndOtherStringsInHex) {
  const std::string type = der::OidFromString("2.5.4.99");
  EXPECT_EQ(NameToText(OneRdnName(OneAttribute(type, der::kPrintableString, "x"))), "2.5.4.99=x");
  EXPECT_EQ(NameToText(OneRdnName(OneAttribute(oid::kCommonName, 0x04, "ab"))), "CN=#04026162");
  EXPECT_EQ(NameToText(OneRdnName(OneAttribute(oid::kCommonName, der::kUtf8String, "a") +
                                  OneAttribute(oid::kOrganizationName, der::kUtf8String, "b"))),
            "CN=a+O=b");
}

TEST(NameTest, ReadsStringsThatNobodyShouldWriteAnyMore) {
  const struct {
    uint8_t tag;
    absl::string_view value;
    const char* text;
  } cases[] = {
      {0x12, "17", "CN=17"},
      {0x1a, "Web", "CN=Web"},
      {0x14, "Z\xfcrich", "CN=Z\xc3\xbcrich"},
      {0x1e, absl::string_view("\0Z\0\xfc\x20\xac", 6), "CN=Z\xc3\xbc\xe2\x82\xac"},
      {0x1c, absl::string_view("\0\0\0Z\0\x01\xf6\0", 8), "CN=Z\xf0\x9f\x98\x80"},
      // What a terminal obeys, and what is syntax, is escaped here, too.
      {0x14, "a\x9b,", "CN=a\\c2\\9b\\,"},
      {0x1e, absl::string_view("\0\x1b", 2), "CN=\\1b"},
      // Cut off, half of a character of UTF-16, and past the last one.
      {0x1e, "abc", "CN=#1e03616263"},
      {0x1e, "\xd8\x3d", "CN=#1e02d83d"},
      {0x1c, absl::string_view("\0\x11\0\0", 4), "CN=#1c0400110000"},
  };
  for (const auto& [tag, value, text] : cases) {
    EXPECT_EQ(NameToText(OneRdnName(OneAttribute(oid::kCommonName, tag, value))), text);
  }
}

TEST(NameTest, KnowsEmailAddresses) {
  EXPECT_EQ(NameToText(OneRdnName(OneAttribute(der::OidFromString("1.2.840.113549.1.9.1"), 0x16,
                                               "root@fleet.example"))),
            "emailAddress=root@fleet.example");
}

TEST(NameTest, SaysSoWhenItIsNoName) {
  for (const absl::string_view bad : {"", "\x30", "\x30\x01\x05", "\x31\x02\x31\x01"}) {
    EXPECT_EQ(NameToText(bad), "(invalid name)");
  }
  EXPECT_EQ(NameToText(OneRdnName("")), "(invalid name)");
  EXPECT_EQ(NameToText(BuildName("a", "b") + "x"), "(invalid name)");
}

TEST(NameTest, FindsTheOnlyOrganization) {
  EXPECT_EQ(OrganizationOf(BuildName("fleet.example", "fleetca root")), "fleet.example");
  EXPECT_EQ(OrganizationOf(BuildName("", "fleetca root")), "");
  EXPECT_EQ(OrganizationOf("junk"), "");
  EXPECT_EQ(CommonNameOf(BuildName("Acme", "Acme, Inc Root")), "Acme, Inc Root");
  EXPECT_EQ(CommonNameOf(BuildName("Acme", "")), "");
  EXPECT_EQ(OrganizationOf(OneRdnName(
                OneAttribute(oid::kOrganizationName, der::kPrintableString, "fleet.example"))),
            "fleet.example");
  EXPECT_EQ(OrganizationOf(OneRdnName(OneAttribute(oid::kOrganizationName, 0x1e, "f.l.e.e.t"))),
            "");
  EXPECT_EQ(OrganizationOf(OneRdnName(
                OneAttribute(oid::kOrganizationName, der::kUtf8String, "fleet.example") +
                OneAttribute(oid::kOrganizationName, der::kUtf8String, "other.example"))),
            "");
}

}  // namespace
}  // namespace fleetca::x509
