#include "x509/csr.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "x509/csr_builder.h"
#include "x509/der.h"
#include "x509/name.h"
#include "x509/oid.h"
#include "x509/san.h"
#include "x509/signature_algorithm.h"
#include "x509/status_matchers.h"
#include "x509/test_key.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kUri = "spiffe://fleet.example/svc/web";

template <size_t N>
std::string B(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }
std::string Set(absl::string_view contents) { return der::Encode(der::kSet, contents); }
std::string Oid(absl::string_view contents) { return der::Encode(der::kOid, contents); }
std::string Octets(absl::string_view contents) { return der::Encode(der::kOctetString, contents); }

// Parsing makes no difference between a true signature and any other, so most tests have none.
std::string Unsigned(const CsrParts& parts) {
  return AssembleCsr(BuildCsrInfo(parts), AlgorithmIdentifier(SignatureScheme::kEcdsaSha256),
                     "sig");
}

absl::Status Parse(absl::string_view der, const CsrLimits& limits = CsrLimits()) {
  return ParseCsr(der, limits).status();
}

absl::Status ParseSubject(absl::string_view subject) {
  CsrParts parts;
  parts.subject = std::string(subject);
  return Parse(Unsigned(parts));
}

absl::Status ParseAttributes(absl::string_view attributes) {
  CsrParts parts;
  parts.attributes = std::string(attributes);
  return Parse(Unsigned(parts));
}

absl::Status ParseExtensions(absl::string_view extensions) {
  return ParseAttributes(ExtensionRequest(extensions));
}

auto IsMalformed(absl::string_view field = "csr") {
  return IsRefused(Reason::kCsrMalformed, field);
}
auto HasBadAttributes() { return IsRefused(Reason::kCsrAttributes, "csr.attributes"); }
auto HasBadSubject() { return IsRefused(Reason::kSubjectInvalid, "csr.subject"); }

CsrParts UsualParts() {
  CsrParts parts;
  parts.subject = BuildName("Fleet", "web-1");
  parts.attributes = ExtensionRequest(UriSanExtension(kUri));
  return parts;
}

TEST(CsrTest, ReadsEveryPart) {
  const CsrParts parts = UsualParts();
  const std::string info = BuildCsrInfo(parts);
  const std::string der = BuildCsr(parts);
  const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
  ASSERT_THAT(csr, IsOk());
  EXPECT_EQ(csr->der, der);
  EXPECT_EQ(csr->certification_request_info, info);
  EXPECT_EQ(csr->subject, parts.subject);
  EXPECT_EQ(csr->common_name, "web-1");
  EXPECT_EQ(csr->public_key.algorithm, PublicKeyAlgorithm::kP256);
  EXPECT_EQ(csr->public_key.spki, parts.public_key);
  EXPECT_EQ(csr->signature_scheme, SignatureScheme::kEcdsaSha256);
  EXPECT_EQ(csr->names, (GeneralNames{{NameType::kUri, kUri}}));
  EXPECT_TRUE(csr->ignored_extensions.empty());
  // All of them alias the input.
  EXPECT_GE(csr->names[0].value.data(), der.data());
  EXPECT_LT(csr->names[0].value.data(), der.data() + der.size());
}

TEST(CsrTest, TakesTheSmallestRequest) {
  const std::string der = BuildCsr(CsrParts());
  const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
  ASSERT_THAT(csr, IsOk());
  EXPECT_EQ(csr->common_name, "");
  EXPECT_TRUE(csr->names.empty());
}

TEST(CsrTest, TakesEveryKindOfKey) {
  const std::pair<KeyType, SignatureScheme> kKinds[] = {
      {KeyType::kP384, SignatureScheme::kEcdsaSha384},
      {KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256},
      {KeyType::kRsa2048, SignatureScheme::kRsaPssSha256},
      {KeyType::kEd25519, SignatureScheme::kEd25519}};
  for (const auto& [type, scheme] : kKinds) {
    const TestKey& key = TestKey::OfType(type);
    CsrParts parts = UsualParts();
    parts.public_key = key.public_key();
    const std::string der = SignCsr(BuildCsrInfo(parts), key, scheme);
    const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
    ASSERT_THAT(csr, IsOk());
    EXPECT_EQ(csr->signature_scheme, scheme);
  }
}

// Checklist 1.
TEST(CsrTest, RefusesTwoExtensionRequests) {
  const std::string request = ExtensionRequest(UriSanExtension(kUri));
  EXPECT_THAT(ParseAttributes(request + request), HasBadAttributes());
}

TEST(CsrTest, RefusesAnExtensionRequestOfTwoValues) {
  const std::string value = Seq(UriSanExtension(kUri));
  EXPECT_THAT(ParseAttributes(Attribute(oid::kExtensionRequest, value + value)),
              HasBadAttributes());
  EXPECT_THAT(ParseAttributes(Attribute(oid::kExtensionRequest, "")), HasBadAttributes());
}

TEST(CsrTest, RefusesMicrosoftsExtensionRequest) {
  const std::string value = Seq(UriSanExtension(kUri));
  EXPECT_THAT(ParseAttributes(Attribute(oid::kMicrosoftExtensionRequest, value)),
              HasBadAttributes());
  EXPECT_THAT(ParseAttributes(ExtensionRequest(UriSanExtension(kUri)) +
                              Attribute(oid::kMicrosoftExtensionRequest, value)),
              HasBadAttributes());
}

// Checklist 2.
TEST(CsrTest, RefusesARepeatedExtension) {
  const auto is_duplicate = IsRefused(Reason::kCsrExtensionDuplicate, "csr.extensions");
  const std::string san = UriSanExtension(kUri);
  const std::string usage = ExtensionElement(oid::kKeyUsage, B("\x03\x02\x07\x80"));
  const std::string unknown = ExtensionElement(der::OidFromString("1.2.3.4"), "x");
  EXPECT_THAT(ParseExtensions(san + UriSanExtension("spiffe://td/b")), is_duplicate);
  EXPECT_THAT(ParseExtensions(san + san), is_duplicate);
  EXPECT_THAT(ParseExtensions(usage + san + usage), is_duplicate);
  EXPECT_THAT(ParseExtensions(unknown + san + unknown), is_duplicate);
  EXPECT_THAT(ParseExtensions(unknown + san + usage), IsOk());
}

// Checklist 3: octet by octet.
TEST(CsrTest, RefusesTrailingBytes) {
  const std::string der = Unsigned(UsualParts());
  EXPECT_THAT(Parse(der + B("\x00")), IsMalformed());
  EXPECT_THAT(Parse(der + B("\x05\x00")), IsMalformed());
  EXPECT_THAT(Parse(der + der), IsMalformed());
  EXPECT_THAT(Parse(""), IsMalformed());
  const std::string info = BuildCsrInfo(UsualParts());
  const absl::string_view algorithm = AlgorithmIdentifier(SignatureScheme::kEcdsaSha256);
  const std::string signature = B("\x03\x02\x00x");
  ASSERT_THAT(Parse(Seq(absl::StrCat(info, algorithm, signature))), IsOk());
  EXPECT_THAT(Parse(Seq(absl::StrCat(info, algorithm, signature, B("\x05\x00")))),
              IsMalformed("csr.signature"));
  EXPECT_THAT(Parse(Seq(absl::StrCat(info, algorithm, B("\x03\x02\x01\x02")))),
              IsMalformed("csr.signature"));
  EXPECT_THAT(Parse(Seq(absl::StrCat(info, algorithm, Octets("x")))), IsMalformed("csr.signature"));
  EXPECT_THAT(Parse(Seq(absl::StrCat(info, algorithm))), IsMalformed("csr.signature"));
  EXPECT_THAT(Parse(Seq(info)), IsMalformed("csr.signature_algorithm"));
  EXPECT_THAT(Parse(Seq("")), IsMalformed());
}

TEST(CsrTest, RefusesEveryTruncation) {
  const std::string der = Unsigned(UsualParts());
  for (size_t size = 0; size < der.size(); ++size) {
    EXPECT_THAT(Parse(der.substr(0, size)), IsMalformed()) << size;
  }
}

TEST(CsrTest, RefusesEncodingsThatAreNotDer) {
  // An outer SEQUENCE of indefinite length, and one with a longer length than it needs.
  const std::string der = Unsigned(UsualParts());
  der::Reader outer(der);
  absl::string_view contents;
  ASSERT_TRUE(outer.Read(der::kSequence, &contents));
  ASSERT_LT(contents.size(), 256u);
  const std::string size(1, static_cast<char>(contents.size()));
  ASSERT_THAT(Parse(absl::StrCat(B("\x30\x81"), size, contents)), IsOk());
  EXPECT_THAT(Parse(absl::StrCat(B("\x30\x82\x00"), size, contents)), IsMalformed());
  EXPECT_THAT(Parse(absl::StrCat(B("\x30\x80"), contents, B("\x00\x00"))), IsMalformed());
  // BOOLEAN 0x01, a constructed OCTET STRING, and a critical FALSE, which DER leaves out.
  const std::string oid = Oid(oid::kKeyUsage);
  const std::string usage = B("\x03\x02\x07\x80");
  EXPECT_THAT(ParseExtensions(Seq(oid + B("\x01\x01\xff") + Octets(usage))), IsOk());
  EXPECT_THAT(ParseExtensions(Seq(oid + B("\x01\x01\x01") + Octets(usage))), IsMalformed());
  EXPECT_THAT(ParseExtensions(Seq(oid + der::Encode(0x24, Octets(usage)))), IsMalformed());
  EXPECT_THAT(ParseExtensions(Seq(oid + B("\x01\x01\x00") + Octets(usage))),
              IsMalformed("csr.extensions"));
  // In an attribute that is ignored otherwise.
  const std::string ignored = der::OidFromString("1.2.3");
  EXPECT_THAT(ParseAttributes(Attribute(ignored, B("\x01\x01\x01"))), IsMalformed());
  EXPECT_THAT(ParseAttributes(Attribute(ignored, B("\x30\x80\x00\x00"))), IsMalformed());
}

TEST(CsrTest, RefusesTrailingDataInsideKnownExtensions) {
  const std::pair<absl::string_view, std::string> kKnown[] = {
      {oid::kKeyUsage, B("\x03\x02\x07\x80")},
      {oid::kExtendedKeyUsage, Seq(Oid(oid::kClientAuth))},
      {oid::kBasicConstraints, B("\x30\x00")},
      {oid::kSubjectKeyIdentifier, Octets("identifier")}};
  for (const auto& [oid, value] : kKnown) {
    EXPECT_THAT(ParseExtensions(ExtensionElement(oid, value)), IsOk());
    EXPECT_THAT(ParseExtensions(ExtensionElement(oid, value + B("\x00"))),
                IsMalformed("csr.extensions"));
    EXPECT_THAT(ParseExtensions(ExtensionElement(oid, "")), IsMalformed("csr.extensions"));
  }
  const std::string san = BuildSubjectAltName({{NameType::kUri, kUri}});
  EXPECT_THAT(ParseExtensions(ExtensionElement(oid::kSubjectAltName, san + B("\x00"))),
              IsRefused(Reason::kSanInvalid, "csr.subject_alt_name"));
}

// Checklist 4.
TEST(CsrTest, WantsVersionZero) {
  const auto is_version = IsRefused(Reason::kCsrVersion, "csr.version");
  for (const std::string& version : {B("\x02\x01\x01"), B("\x02\x01\x02"), B("\x02\x01\xff"),
                                     B("\x02\x02\x01\x00"), B("\x02\x09\x01\0\0\0\0\0\0\0\0")}) {
    CsrParts parts = UsualParts();
    parts.version = version;
    EXPECT_THAT(Parse(Unsigned(parts)), is_version) << absl::CHexEscape(version);
  }
  CsrParts parts = UsualParts();
  parts.version = "";
  EXPECT_THAT(Parse(Unsigned(parts)), IsMalformed("csr.version"));
  parts.version = B("\x02\x02\x00\x00");
  EXPECT_THAT(Parse(Unsigned(parts)), IsMalformed());
}

TEST(CsrTest, WantsAttributes) {
  CsrParts parts;
  parts.attributes_absent = true;
  EXPECT_THAT(Parse(Unsigned(parts)), HasBadAttributes());
}

TEST(CsrTest, RefusesWhatIsNotAttributes) {
  CsrParts parts;
  parts.attributes_absent = true;
  for (const std::string& other :
       {der::Encode(0xa1, ""), der::Encode(0x80, ""), Set(""),
        der::Encode(0xa0, "") + der::Encode(0xa1, ""), der::Encode(0xa0, "") + B("\x05\x00")}) {
    CsrParts changed = parts;
    changed.public_key += other;
    EXPECT_THAT(Parse(Unsigned(changed)), IsMalformed("csr.attributes")) << absl::CHexEscape(other);
  }
  const std::string type = Oid(oid::kExtensionRequest);
  for (const std::string& attribute :
       {B("\x05\x00"), Set(type + Set(B("\x05\x00"))), Seq(type), Seq(Set(B("\x05\x00"))),
        Seq(type + Seq(B("\x05\x00"))), Seq(type + Set(B("\x05\x00")) + B("\x05\x00"))}) {
    EXPECT_THAT(ParseAttributes(attribute), IsMalformed("csr.attributes"))
        << absl::CHexEscape(attribute);
  }
}

TEST(CsrTest, RefusesAMalformedExtensionRequest) {
  for (const std::string& value :
       {B("\x05\x00"), B("\x30\x00"), Set(UriSanExtension(kUri)), Seq(B("\x05\x00")), Seq(Seq("")),
        Seq(Seq(Oid(oid::kKeyUsage))), Seq(Seq(Octets("x"))),
        Seq(Seq(Oid(oid::kKeyUsage) + B("\x03\x02\x07\x80"))),
        Seq(Seq(Oid(der::OidFromString("1.2.3")) + Octets("x") + B("\x05\x00"))), Octets("x")}) {
    EXPECT_THAT(ParseAttributes(Attribute(oid::kExtensionRequest, value)),
                IsMalformed("csr.extensions"))
        << absl::CHexEscape(value);
  }
}

TEST(CsrTest, IgnoresOtherAttributes) {
  const std::string password =
      Attribute(der::OidFromString("1.2.840.113549.1.9.7"), der::Encode(der::kUtf8String, "pw"));
  const std::string request = ExtensionRequest(UriSanExtension(kUri));
  for (const std::string& attributes : {password + request, request + password, password}) {
    EXPECT_THAT(ParseAttributes(attributes), IsOk());
  }
  EXPECT_THAT(ParseAttributes(Attribute(der::OidFromString("1.2.3"), "")), HasBadAttributes());
}

TEST(CsrTest, KeepsTheOidsOfIgnoredExtensions) {
  CsrParts parts;
  const std::string unknown = der::OidFromString("1.2.3.4");
  parts.attributes =
      ExtensionRequest(ExtensionElement(oid::kBasicConstraints, B("\x30\x03\x01\x01\xff")) +
                       UriSanExtension(kUri) + ExtensionElement(unknown, "not DER"));
  const std::string der = Unsigned(parts);
  const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
  ASSERT_THAT(csr, IsOk());
  ASSERT_EQ(csr->ignored_extensions.size(), 2u);
  EXPECT_EQ(csr->ignored_extensions[0], oid::kBasicConstraints);
  EXPECT_EQ(csr->ignored_extensions[1], unknown);
}

// Checklist 5.
TEST(CsrTest, RefusesBadNamesInTheSubject) {
  for (const std::string& name : {B("a\0b"), B("a\x1b[0m"), B("a b"), B(" "), B("z\xc3\xbcrich"),
                                  B("\xff"), B("a\n"), B("\x7f"), std::string(65, 'a')}) {
    EXPECT_THAT(ParseSubject(BuildName("", name)), HasBadSubject()) << absl::CHexEscape(name);
  }
  EXPECT_THAT(ParseSubject(BuildName("", std::string(64, 'a'))), IsOk());
  EXPECT_THAT(ParseSubject(BuildName(B("a\0b"), "")), HasBadSubject());
  EXPECT_THAT(ParseSubject(BuildName(B("\xc3"), "")), HasBadSubject());
  EXPECT_THAT(ParseSubject(BuildName("Z\xc3\xbcrich AG", "web")), IsOk());
}

std::string SubjectAttribute(uint8_t tag, absl::string_view value,
                             absl::string_view type = oid::kOrganizationName) {
  return Seq(Oid(type) + der::Encode(tag, value));
}

TEST(CsrTest, TakesKnownStringTypesOnly) {
  for (const uint8_t tag : {der::kUtf8String, der::kPrintableString, der::kIa5String}) {
    EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(tag, "Fleet Inc.")))), IsOk());
    EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(tag, "")))), HasBadSubject());
    EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(tag, "a\x01")))), HasBadSubject());
    EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(tag, "a\xff")))), HasBadSubject());
  }
  EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(der::kPrintableString, "a@b")))),
              HasBadSubject());
  // TeletexString, UniversalString, BMPString, OCTET STRING, INTEGER, SEQUENCE.
  for (const uint8_t tag : {0x14, 0x1c, 0x1e, 0x04, 0x02, 0x30}) {
    EXPECT_THAT(ParseSubject(Seq(Set(SubjectAttribute(tag, B("\x05\x00"))))), HasBadSubject())
        << static_cast<int>(tag);
  }
}

TEST(CsrTest, RefusesTwoCommonNames) {
  const std::string name = SubjectAttribute(der::kUtf8String, "a", oid::kCommonName);
  const std::string other = SubjectAttribute(der::kPrintableString, "b", oid::kCommonName);
  EXPECT_THAT(ParseSubject(Seq(Set(name))), IsOk());
  EXPECT_THAT(ParseSubject(Seq(Set(name) + Set(other))), HasBadSubject());
  EXPECT_THAT(ParseSubject(Seq(Set(name + other))), HasBadSubject());
}

TEST(CsrTest, RefusesSubjectsThatAreNotNames) {
  const std::string type = Oid(oid::kCommonName);
  const std::string value = der::Encode(der::kUtf8String, "a");
  for (const std::string& subject :
       {Seq(Set("")), Seq(Seq(Seq(type + value))), Seq(Set(Set(type + value))), Seq(Set(Seq(type))),
        Seq(Set(Seq(value))), Seq(Set(Seq(type + value + value))), Seq(B("\x05\x00"))}) {
    EXPECT_THAT(ParseSubject(subject), HasBadSubject()) << absl::CHexEscape(subject);
  }
  EXPECT_THAT(ParseSubject(Set("")), IsMalformed("csr.subject"));
  CsrParts parts;
  parts.public_key = B("\x05\x00");
  EXPECT_THAT(Parse(Unsigned(parts)), IsMalformed("csr.subject_public_key_info"));
}

TEST(CsrTest, RefusesBadSubjectAltNames) {
  const auto san = [](uint8_t tag, absl::string_view value) {
    return ParseExtensions(ExtensionElement(oid::kSubjectAltName, Seq(der::Encode(tag, value))));
  };
  const auto is_invalid = IsRefused(Reason::kSanInvalid, "csr.subject_alt_name");
  const auto is_forbidden = IsRefused(Reason::kSanTypeForbidden, "csr.subject_alt_name");
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
  EXPECT_THAT(ParseExtensions(ExtensionElement(oid::kSubjectAltName, B("\x30\x00"))), is_invalid);
  EXPECT_THAT(ParseExtensions(ExtensionElement(oid::kSubjectAltName, "")), is_invalid);
}

// Checklist 6: a CSR that asks for the fleet's own grants is refused, not just ignored.
TEST(CsrTest, RefusesTheFleetArc) {
  const auto is_refused = IsRefused(Reason::kCsrExtensionRefused, "csr.extensions");
  for (const absl::string_view oid :
       {"1.3.6.1.4.1.32473.1", "1.3.6.1.4.1.32473.1.1.1", "1.3.6.1.4.1.32473.1.2.300"}) {
    const std::string contents = der::OidFromString(oid);
    EXPECT_THAT(ParseExtensions(ExtensionElement(contents, "x")), is_refused) << oid;
    EXPECT_THAT(ParseExtensions(UriSanExtension(kUri) + ExtensionElement(contents, "x")),
                is_refused);
    EXPECT_THAT(ParseAttributes(Attribute(contents, B("\x05\x00"))),
                IsRefused(Reason::kCsrExtensionRefused, "csr.attributes"));
  }
  for (const absl::string_view oid : {"1.3.6.1.4.1.32473", "1.3.6.1.4.1.32473.2",
                                      "1.3.6.1.4.1.32473.129", "1.3.6.1.4.1.32474.1"}) {
    EXPECT_THAT(ParseExtensions(ExtensionElement(der::OidFromString(oid), "x")), IsOk()) << oid;
  }
  CsrLimits limits;
  const std::string arc = der::OidFromString("1.2.3");
  limits.fleet_arc = arc;
  CsrParts parts;
  parts.attributes = ExtensionRequest(ExtensionElement(der::OidFromString("1.2.3.9"), "x"));
  EXPECT_THAT(Parse(Unsigned(parts), limits), is_refused);
  limits.fleet_arc = "";
  EXPECT_THAT(Parse(Unsigned(parts), limits), IsOk());
}

// Checklist 9.
TEST(CsrTest, RefusesSignatureAlgorithms) {
  const auto is_algorithm = IsRefused(Reason::kSignatureAlgorithm, "csr.signature_algorithm");
  const std::string info = BuildCsrInfo(UsualParts());
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
TEST(CsrTest, RefusesKeys) {
  constexpr absl::string_view kField = "csr.subject_public_key_info";
  CsrParts parts;
  parts.public_key = TestKey::MakeOther("EC", "P-224").public_key();
  EXPECT_THAT(Parse(Unsigned(parts)), IsRefused(Reason::kKeyUnsupported, kField));
  parts.public_key = Seq(B("\x05\x00"));
  EXPECT_THAT(Parse(Unsigned(parts)), IsRefused(Reason::kKeyInvalid, kField));
  parts.public_key = TestKey::MakeRsa(1024, 65537).public_key();
  EXPECT_THAT(Parse(AssembleCsr(BuildCsrInfo(parts),
                                AlgorithmIdentifier(SignatureScheme::kRsaPkcs1Sha256), "sig")),
              IsRefused(Reason::kKeyWeak, kField));
}

// Checklist 11.
TEST(CsrTest, LimitsItsSize) {
  CsrParts parts;
  CsrLimits limits;
  parts.attributes = Attribute(der::OidFromString("1.2.3"), Octets(std::string(1000, 'x')));
  const std::string der = Unsigned(parts);
  limits.max_bytes = der.size();
  EXPECT_THAT(Parse(der, limits), IsOk());
  limits.max_bytes = der.size() - 1;
  EXPECT_THAT(Parse(der, limits), IsRefused(Reason::kCsrTooLarge, "csr"));
  // Before anything is read.
  EXPECT_THAT(Parse(std::string(8193, 'x')), IsRefused(Reason::kCsrTooLarge, "csr"));
  EXPECT_THAT(Parse(std::string(8192, 'x')), IsMalformed());
}

TEST(CsrTest, LimitsItsDepth) {
  // The value of an attribute is the sixth level of the request.
  std::string value = B("\x05\x00");
  for (int depth = 6; depth < 16; ++depth) {
    value = Seq(value);
  }
  const std::string type = der::OidFromString("1.2.3");
  EXPECT_THAT(ParseAttributes(Attribute(type, value)), IsOk());
  EXPECT_THAT(ParseAttributes(Attribute(type, Seq(value))), IsRefused(Reason::kCsrTooLarge, "csr"));
}

TEST(CsrTest, LimitsItsOids) {
  EXPECT_THAT(ParseExtensions(ExtensionElement(std::string(64, '\x2a'), "x")), IsOk());
  EXPECT_THAT(ParseExtensions(ExtensionElement(std::string(65, '\x2a'), "x")),
              IsRefused(Reason::kCsrTooLarge, "csr"));
  EXPECT_THAT(ParseSubject(
                  Seq(Set(Seq(Oid(std::string(65, '\x2a')) + der::Encode(der::kUtf8String, "a"))))),
              IsRefused(Reason::kCsrTooLarge, "csr"));
}

TEST(CsrTest, LimitsRdnsExtensionsAndNames) {
  std::string rdns;
  for (int i = 0; i < 16; ++i) {
    rdns += Set(SubjectAttribute(der::kUtf8String, "a"));
  }
  EXPECT_THAT(ParseSubject(Seq(rdns)), IsOk());
  EXPECT_THAT(ParseSubject(Seq(rdns + Set(SubjectAttribute(der::kUtf8String, "a")))),
              IsRefused(Reason::kCsrTooLarge, "csr.subject"));

  std::string extensions;
  for (char i = 0; i < 32; ++i) {
    extensions += ExtensionElement(B("\x2a\x03") + i, "x");
  }
  EXPECT_THAT(ParseExtensions(extensions), IsOk());
  EXPECT_THAT(ParseExtensions(extensions + UriSanExtension(kUri)),
              IsRefused(Reason::kCsrTooLarge, "csr.extensions"));

  const std::vector<GeneralName> names(101, GeneralName{NameType::kDns, "a"});
  EXPECT_THAT(ParseExtensions(
                  ExtensionElement(oid::kSubjectAltName, BuildSubjectAltName({names.data(), 100}))),
              IsOk());
  EXPECT_THAT(ParseExtensions(ExtensionElement(oid::kSubjectAltName, BuildSubjectAltName(names))),
              IsRefused(Reason::kSanTooMany, "csr.subject_alt_name"));
}

// Structure, then algorithm and key, then names.
TEST(CsrTest, JudgesInOrder) {
  CsrParts parts;
  parts.subject = BuildName("", "a b");
  parts.attributes = ExtensionRequest(UriSanExtension("https://x"));
  EXPECT_THAT(Parse(Unsigned(parts)), HasBadSubject());
  parts.public_key = TestKey::MakeOther("EC", "P-224").public_key();
  EXPECT_THAT(Parse(Unsigned(parts)),
              IsRefused(Reason::kKeyUnsupported, "csr.subject_public_key_info"));
  parts.attributes += parts.attributes;
  EXPECT_THAT(Parse(Unsigned(parts)), HasBadAttributes());
  CsrLimits limits;
  limits.max_bytes = 10;
  EXPECT_THAT(Parse(Unsigned(parts), limits), IsRefused(Reason::kCsrTooLarge, "csr"));
}

// Each octet of a request replaced by each of a few others: no crash, and what still parses has
// every octet accounted for.
TEST(CsrTest, SurvivesEveryChangedOctet) {
  const std::string der = BuildCsr(UsualParts());
  size_t accepted = 0;
  for (size_t i = 0; i < der.size(); ++i) {
    for (const int change : {0x01, 0x20, 0x80, 0xff}) {
      std::string changed = der;
      changed[i] = static_cast<char>(changed[i] ^ change);
      const absl::StatusOr<Csr> csr = ParseCsr(changed, CsrLimits());
      if (csr.ok()) {
        ++accepted;
        EXPECT_EQ(csr->der, changed);
      } else {
        EXPECT_EQ(csr.status().code(), absl::StatusCode::kInvalidArgument);
        EXPECT_TRUE(GetReason(csr.status()).has_value());
        EXPECT_EQ(GetField(csr.status()).substr(0, 3), "csr");
      }
    }
  }
  EXPECT_GT(accepted, 100u);  // octets of the key, the signature and the names
}

}  // namespace
}  // namespace fleetca::x509
