// What a CSR asks for: subject, names, extensions, algorithm and key.
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/csr.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/signature_algorithm.h"
#include "x509/testing/csr_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::AssembleCsr;
using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeAttribute;
using ::fleetca::testing::MakeCsrInfo;
using ::fleetca::testing::MakeExtension;
using ::fleetca::testing::MakeExtensionRequest;
using ::fleetca::testing::MakeUriSanExtension;
using ::fleetca::testing::TestKey;

TEST(CsrContentsTest, KeepsTheOidsOfIgnoredExtensions) {
  CsrOptions options = {.attributes = ""};
  const std::string unknown = der::OidFromString("1.2.3.4");
  options.attributes =
      MakeExtensionRequest(MakeExtension(oid::kBasicConstraints, B("\x30\x03\x01\x01\xff")) +
                           MakeUriSanExtension(kUri) + MakeExtension(unknown, "not DER"));
  const std::string der = Unsigned(options);
  const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
  ASSERT_THAT(csr, IsOk());
  ASSERT_EQ(csr->ignored_extensions.size(), 2u);
  EXPECT_EQ(csr->ignored_extensions[0], oid::kBasicConstraints);
  EXPECT_EQ(csr->ignored_extensions[1], unknown);
}

// Checklist 5: the subject has no effect.
TEST(CsrContentsTest, TakesAnyCharactersInTheSubject) {
  for (const std::string& name : {B("a b"), B(" "), B("z\xc3\xbcrich"), B("*.fleet.example"),
                                  B("a@b"), B("host_1"), B("a\0b"), B("a\x1b[0m"), B("\xff"),
                                  B("a\n"), std::string(65, 'a'), std::string(4000, 'a')}) {
    EXPECT_THAT(ParseSubject(BuildName("", name)), IsOk()) << absl::CHexEscape(name);
    EXPECT_THAT(ParseSubject(BuildName(name, "")), IsOk()) << absl::CHexEscape(name);
  }
}

TEST(CsrContentsTest, TakesAnyValueInTheSubject) {
  // UTF8String, NumericString, PrintableString, TeletexString, IA5String, UniversalString,
  // BMPString, and what is no string of an X.520 attribute at all.
  for (const uint8_t tag : {0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e, 0x04, 0x80}) {
    for (const std::string& value : {B("\0h\0o"), B("a@b_*"), B("")}) {
      EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(tag, value)))), IsOk())
          << static_cast<int>(tag);
    }
  }
  EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(der::kSequence, B("\x05\x00"))))), IsOk());
}

TEST(CsrContentsTest, TakesSeveralCommonNamesAndRdnsOfSeveralValues) {
  const std::string name = SubjectAttribute(der::kUtf8String, "a", oid::kCommonName);
  const std::string other = SubjectAttribute(der::kPrintableString, "b", oid::kCommonName);
  for (const std::string& subject : {Seq(Set(name)), Seq(Set(name) + Set(other)),
                                     Seq(Set(name + other)), Seq(Set(other + name)), Seq("")}) {
    EXPECT_THAT(ParseSubject(subject), IsOk());
  }
}

// Strict DER there, too.
TEST(CsrContentsTest, RefusesValuesInTheSubjectThatAreNotDer) {
  // A string in parts, an INTEGER with a leading zero octet, a BOOLEAN of BER.
  EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(0x2c, der::Encode(der::kUtf8String, "a"))))),
              IsMalformed());
  EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(der::kInteger, B("\0\1"))))), IsMalformed());
  EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(der::kBoolean, B("\1"))))), IsMalformed());
}

TEST(CsrContentsTest, RefusesSubjectsThatAreNotNames) {
  const std::string type = Oid(oid::kCommonName);
  const std::string value = der::Encode(der::kUtf8String, "a");
  for (const std::string& subject :
       {Seq(Set("")), Seq(Seq(Seq(type + value))), Seq(Set(Set(type + value))), Seq(Set(Seq(type))),
        Seq(Set(Seq(value))), Seq(Set(Seq(type + value + value))), Seq(B("\x05\x00"))}) {
    EXPECT_THAT(ParseSubject(subject), HasBadSubject()) << absl::CHexEscape(subject);
  }
  EXPECT_THAT(ParseSubject(Set("")), IsMalformed("csr.subject"));
  CsrOptions options = {.attributes = ""};
  options.spki = B("\x05\x00");
  EXPECT_THAT(Parse(Unsigned(options)), IsMalformed("csr.subject_public_key_info"));
}

TEST(CsrContentsTest, RefusesBadSubjectAltNames) {
  const auto san = [](uint8_t tag, absl::string_view value) {
    return ParseExtensions(MakeExtension(oid::kSubjectAltName, Seq(der::Encode(tag, value))));
  };
  const auto is_invalid = IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name");
  const auto is_forbidden = IsInvalid(Reason::kSanTypeForbidden, "csr.subject_alt_name");
  EXPECT_THAT(san(0x82, B("a\0b")), is_invalid);
  EXPECT_THAT(san(0x82, "a b"), is_invalid);
  EXPECT_THAT(san(0x82, "z\xc3\xbcrich"), is_invalid);
  EXPECT_THAT(san(0x86, B("spiffe://td/a\0b")), is_invalid);
  EXPECT_THAT(san(0x86, "spiffe://td/a b"), is_invalid);
  for (const int size : {0, 3, 5, 15, 17}) {
    EXPECT_THAT(san(0x87, std::string(static_cast<size_t>(size), 'i')), is_invalid) << size;
  }
  for (const uint8_t tag : {0xa0, 0xa3, 0xa4, 0xa5, 0x88}) {
    EXPECT_THAT(san(tag, tag == 0x88 ? "\x2a" : B("\x05\x00")), is_forbidden)
        << static_cast<int>(tag);
  }
  EXPECT_THAT(ParseExtensions(MakeExtension(oid::kSubjectAltName, B("\x30\x00"))), is_invalid);
  EXPECT_THAT(ParseExtensions(MakeExtension(oid::kSubjectAltName, "")), is_invalid);
}

// Checklist 6: a CSR that asks for the fleet's own grants is refused, not just ignored.
TEST(CsrContentsTest, RefusesTheFleetArc) {
  const auto is_refused = IsInvalid(Reason::kCsrExtensionRefused, "csr.extensions");
  for (const absl::string_view oid :
       {"1.3.6.1.4.1.32473.1", "1.3.6.1.4.1.32473.1.1.1", "1.3.6.1.4.1.32473.1.2.300"}) {
    const std::string contents = der::OidFromString(oid);
    EXPECT_THAT(ParseExtensions(MakeExtension(contents, "x")), is_refused) << oid;
    EXPECT_THAT(ParseExtensions(MakeUriSanExtension(kUri) + MakeExtension(contents, "x")),
                is_refused);
    EXPECT_THAT(ParseAttributes(MakeAttribute(contents, B("\x05\x00"))),
                IsInvalid(Reason::kCsrExtensionRefused, "csr.attributes"));
    // Microsoft's twin of extensionRequest is refused whatever it asks for.
    EXPECT_THAT(ParseAttributes(MakeAttribute(oid::kMicrosoftExtensionRequest,
                                              Seq(MakeExtension(contents, "x")))),
                HasBadAttributes())
        << oid;
  }
  for (const absl::string_view oid : {"1.3.6.1.4.1.32473", "1.3.6.1.4.1.32473.2",
                                      "1.3.6.1.4.1.32473.129", "1.3.6.1.4.1.32474.1"}) {
    EXPECT_THAT(ParseExtensions(MakeExtension(der::OidFromString(oid), "x")), IsOk()) << oid;
  }
  CsrLimits limits;
  const std::string arc = der::OidFromString("1.2.3");
  limits.fleet_arc = arc;
  CsrOptions options = {.attributes = ""};
  options.attributes = MakeExtensionRequest(MakeExtension(der::OidFromString("1.2.3.9"), "x"));
  EXPECT_THAT(Parse(Unsigned(options), limits), is_refused);
  limits.fleet_arc = "";
  EXPECT_THAT(Parse(Unsigned(options), limits), IsOk());
}

// Checklist 9.
TEST(CsrContentsTest, RefusesSignatureAlgorithms) {
  const auto is_algorithm = IsInvalid(Reason::kSignatureAlgorithm, "csr.signature_algorithm");
  const std::string info = MakeCsrInfo(UsualOptions());
  const auto parse = [&info](absl::string_view algorithm) {
    return Parse(AssembleCsr(info, algorithm, "sig"));
  };
  for (const absl::string_view oid :
       {"1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1", "1.2.3"}) {
    EXPECT_THAT(parse(Seq(Oid(der::OidFromString(oid)))), is_algorithm) << oid;
  }
  EXPECT_THAT(parse(Seq(Oid(oid::kEcdsaWithSha256) + B("\x05\x00"))), is_algorithm);
  EXPECT_THAT(parse(AlgorithmIdentifier(SignatureScheme::kRsaPkcs1Sha256)), is_algorithm);
  EXPECT_THAT(parse(AlgorithmIdentifier(SignatureScheme::kEd25519)), is_algorithm);
  EXPECT_THAT(parse(B("\x30\x00")), is_algorithm);
  EXPECT_THAT(parse(AlgorithmIdentifier(SignatureScheme::kEcdsaSha384)), IsOk());
}

// Checklist 10: what can be told without arithmetic.
TEST(CsrContentsTest, RefusesKeys) {
  constexpr absl::string_view kField = "csr.subject_public_key_info";
  CsrOptions options = {.attributes = ""};
  options.spki = TestKey::MakeOther("EC", "P-224").public_key();
  EXPECT_THAT(Parse(Unsigned(options)), IsInvalid(Reason::kKeyUnsupported, kField));
  options.spki = Seq(B("\x05\x00"));
  EXPECT_THAT(Parse(Unsigned(options)), IsInvalid(Reason::kKeyInvalid, kField));
  options.spki = TestKey::MakeRsa(1024, 65537).public_key();
  EXPECT_THAT(Parse(AssembleCsr(MakeCsrInfo(options),
                                AlgorithmIdentifier(SignatureScheme::kRsaPkcs1Sha256), "sig")),
              IsInvalid(Reason::kKeyWeak, kField));
}

// Structure, then algorithm and key, then names.
TEST(CsrContentsTest, JudgesInOrder) {
  CsrOptions options = {.attributes = ""};
  options.subject = Seq(Set(""));
  options.attributes = MakeExtensionRequest(MakeUriSanExtension("https://x"));
  EXPECT_THAT(Parse(Unsigned(options)), HasBadSubject());
  options.spki = TestKey::MakeOther("EC", "P-224").public_key();
  EXPECT_THAT(Parse(Unsigned(options)),
              IsInvalid(Reason::kKeyUnsupported, "csr.subject_public_key_info"));
  *options.attributes += *options.attributes;
  EXPECT_THAT(Parse(Unsigned(options)), HasBadAttributes());
  CsrLimits limits;
  limits.max_bytes = 10;
  EXPECT_THAT(Parse(Unsigned(options), limits), IsInvalid(Reason::kCsrTooLarge, "csr"));
}

}  // namespace
}  // namespace fleetca::x509
