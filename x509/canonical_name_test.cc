#include "x509/canonical_name.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/der/der.h"
#include "x509/name.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kCommonName = "\x55\x04\x03";
constexpr absl::string_view kOrganization = "\x55\x04\x0a";
constexpr uint8_t kPrintableString = 0x13;
constexpr uint8_t kBmpString = 0x1e;

std::string Attribute(absl::string_view type, absl::string_view value,
                      uint8_t tag = der::kUtf8String) {
  std::string octets;
  der::Writer writer(&octets);
  writer.Oid(type);
  writer.Element(tag, value);
  return der::Encode(der::kSequence, octets);
}

// A Name of one set for each string, which is its attributes.
std::string Name(const std::vector<std::string>& sets) {
  std::string octets;
  for (const std::string& set : sets) {
    octets += der::Encode(der::kSet, set);
  }
  return der::Encode(der::kSequence, octets);
}

std::string Common(absl::string_view value, uint8_t tag = der::kUtf8String) {
  return Name({Attribute(kCommonName, value, tag)});
}

TEST(CanonicalNameTest, OneNameInManyEncodings) {
  const std::string name = Common("Issuing CA");
  EXPECT_EQ(name, BuildName("", "Issuing CA"));
  for (const std::string& same :
       {name, Common("Issuing CA", kPrintableString), Common("ISSUING ca"),
        Common("  Issuing   CA "),
        Common(std::string("\0I\0s\0s\0u\0i\0n\0g\0 \0C\0A", 20), kBmpString)}) {
    EXPECT_TRUE(SameName(name, same)) << NameToText(same);
  }
}

TEST(CanonicalNameTest, OtherNames) {
  const std::string name = Common("Issuing CA");
  const std::string both = Attribute(kOrganization, "Fleet") + Attribute(kCommonName, "Issuing CA");
  for (const std::string& other :
       {Common("IssuingCA"), Common("Issuing CA 2"), Name({}),
        Name({Attribute(kOrganization, "Issuing CA")}), Name({both}),
        Name({Attribute(kOrganization, "Fleet"), Attribute(kCommonName, "Issuing CA")}),
        // Letters beyond ASCII have their case.
        Common("\xc3\x84"), Common("\xc3\xa4")}) {
    EXPECT_FALSE(SameName(name, other)) << NameToText(other);
  }
  EXPECT_FALSE(SameName(Common("\xc3\x84"), Common("\xc3\xa4")));
  // One set of two attributes is not two sets of one.
  EXPECT_FALSE(SameName(Name({both}), Name({Attribute(kOrganization, "Fleet"),
                                            Attribute(kCommonName, "Issuing CA")})));
}

TEST(CanonicalNameTest, WhatIsNoNameIsTheSameAsItselfAlone) {
  EXPECT_TRUE(SameName("junk", "junk"));
  EXPECT_FALSE(SameName("junk", "JUNK"));
  EXPECT_FALSE(SameName("", Name({})));
}

}  // namespace
}  // namespace fleetca::x509
