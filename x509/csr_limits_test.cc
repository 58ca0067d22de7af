// How much a CSR may hold.
#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "x509/csr.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/san.h"
#include "x509/testing/csr_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeAttribute;
using ::fleetca::testing::MakeExtension;
using ::fleetca::testing::MakeUriSanExtension;

// Checklist 11.
TEST(CsrLimitsTest, LimitsItsSize) {
  CsrOptions options = {.attributes = ""};
  CsrLimits limits;
  options.attributes = MakeAttribute(der::OidFromString("1.2.3"), Octets(std::string(1000, 'x')));
  const std::string der = Unsigned(options);
  limits.max_bytes = der.size();
  EXPECT_THAT(Parse(der, limits), IsOk());
  limits.max_bytes = der.size() - 1;
  EXPECT_THAT(Parse(der, limits), IsInvalid(Reason::kCsrTooLarge, "csr"));
  // Before anything is read.
  EXPECT_THAT(Parse(std::string(8193, 'x')), IsInvalid(Reason::kCsrTooLarge, "csr"));
  EXPECT_THAT(Parse(std::string(8192, 'x')), IsMalformed());
}

TEST(CsrLimitsTest, LimitsItsDepth) {
  // The value of an attribute is the sixth level of the request.
  std::string value = B("\x05\x00");
  for (int depth = 6; depth < 16; ++depth) {
    value = Seq(value);
  }
  const std::string type = der::OidFromString("1.2.3");
  EXPECT_THAT(ParseAttributes(MakeAttribute(type, value)), IsOk());
  EXPECT_THAT(ParseAttributes(MakeAttribute(type, Seq(value))),
              IsInvalid(Reason::kCsrTooLarge, "csr"));
}

TEST(CsrLimitsTest, LimitsItsOids) {
  EXPECT_THAT(ParseExtensions(MakeExtension(std::string(64, '\x2a'), "x")), IsOk());
  EXPECT_THAT(ParseExtensions(MakeExtension(std::string(65, '\x2a'), "x")),
              IsInvalid(Reason::kCsrTooLarge, "csr"));
  EXPECT_THAT(ParseSubject(
                  Seq(Set(Seq(Oid(std::string(65, '\x2a')) + der::Encode(der::kUtf8String, "a"))))),
              IsInvalid(Reason::kCsrTooLarge, "csr"));
}

TEST(CsrLimitsTest, LimitsRdnsExtensionsAndNames) {
  std::string rdns;
  for (int i = 0; i < 16; ++i) {
    rdns += Set(SubjectAttribute(der::kUtf8String, "a"));
  }
  EXPECT_THAT(ParseSubject(Seq(rdns)), IsOk());
  EXPECT_THAT(ParseSubject(Seq(rdns + Set(SubjectAttribute(der::kUtf8String, "a")))),
              IsInvalid(Reason::kCsrTooLarge, "csr.subject"));

  std::string extensions;
  for (char i = 0; i < 32; ++i) {
    extensions += MakeExtension(B("\x2a\x03") + i, "x");
  }
  EXPECT_THAT(ParseExtensions(extensions), IsOk());
  EXPECT_THAT(ParseExtensions(extensions + MakeUriSanExtension(kUri)),
              IsInvalid(Reason::kCsrTooLarge, "csr.extensions"));

  const std::vector<GeneralName> names(101, GeneralName{NameType::kDns, "a"});
  EXPECT_THAT(ParseExtensions(
                  MakeExtension(oid::kSubjectAltName, BuildSubjectAltName({names.data(), 100}))),
              IsOk());
  EXPECT_THAT(ParseExtensions(MakeExtension(oid::kSubjectAltName, BuildSubjectAltName(names))),
              IsInvalid(Reason::kSanTooMany, "csr.subject_alt_name"));
}

}  // namespace
}  // namespace fleetca::x509
