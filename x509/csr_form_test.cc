// The form of a CSR: DER, nothing left over, and each part in its place.
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
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
#include "x509/san.h"
#include "x509/signature_algorithm.h"
#include "x509/testing/csr_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeAttribute;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::MakeCsrInfo;
using ::fleetca::testing::MakeExtension;
using ::fleetca::testing::MakeExtensionRequest;
using ::fleetca::testing::MakeUriSanExtension;
using ::fleetca::testing::SignCsr;
using ::fleetca::testing::TestKey;

TEST(CsrFormTest, ReadsEveryPart) {
  const CsrOptions options = UsualOptions();
  const std::string info = MakeCsrInfo(options);
  const std::string der = MakeCsr(options);
  const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
  ASSERT_THAT(csr, IsOk());
  EXPECT_EQ(csr->der, der);
  EXPECT_EQ(csr->certification_request_info, info);
  EXPECT_EQ(csr->subject, options.subject);
  EXPECT_EQ(csr->public_key.algorithm, PublicKeyAlgorithm::kP256);
  EXPECT_EQ(csr->public_key.spki, TestKey::OfType(KeyType::kP256).public_key());
  EXPECT_EQ(csr->signature_algorithm.scheme, SignatureScheme::kEcdsaSha256);
  EXPECT_EQ(csr->names, (GeneralNames{{NameType::kUri, kUri}}));
  EXPECT_TRUE(csr->ignored_extensions.empty());
  // All of them alias the input.
  EXPECT_GE(csr->names[0].value.data(), der.data());
  EXPECT_LT(csr->names[0].value.data(), der.data() + der.size());
}

TEST(CsrFormTest, TakesTheSmallestRequest) {
  const std::string der = MakeCsr({.attributes = ""});
  const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
  ASSERT_THAT(csr, IsOk());
  EXPECT_EQ(csr->subject, Seq(""));
  EXPECT_TRUE(csr->names.empty());
}

TEST(CsrFormTest, TakesEveryKindOfKey) {
  const std::pair<KeyType, SignatureScheme> kKinds[] = {
      {KeyType::kP384, SignatureScheme::kEcdsaSha384},
      {KeyType::kRsa2048, SignatureScheme::kRsaPkcs1Sha256},
      {KeyType::kRsa2048, SignatureScheme::kRsaPssSha256},
      {KeyType::kEd25519, SignatureScheme::kEd25519}};
  for (const auto& [type, scheme] : kKinds) {
    const TestKey& key = TestKey::OfType(type);
    CsrOptions options = UsualOptions();
    options.spki = key.public_key();
    const std::string der = SignCsr(MakeCsrInfo(options), key.get(), scheme);
    const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
    ASSERT_THAT(csr, IsOk());
    EXPECT_EQ(csr->signature_algorithm.scheme, scheme);
  }
}

// Checklist 1.
TEST(CsrFormTest, RefusesTwoExtensionRequests) {
  const std::string request = MakeExtensionRequest(MakeUriSanExtension(kUri));
  EXPECT_THAT(ParseAttributes(request + request), HasBadAttributes());
}

TEST(CsrFormTest, RefusesAnExtensionRequestOfTwoValues) {
  const std::string value = Seq(MakeUriSanExtension(kUri));
  EXPECT_THAT(ParseAttributes(MakeAttribute(oid::kExtensionRequest, value + value)),
              HasBadAttributes());
  EXPECT_THAT(ParseAttributes(MakeAttribute(oid::kExtensionRequest, "")), HasBadAttributes());
}

TEST(CsrFormTest, RefusesMicrosoftsExtensionRequest) {
  const std::string value = Seq(MakeUriSanExtension(kUri));
  EXPECT_THAT(ParseAttributes(MakeAttribute(oid::kMicrosoftExtensionRequest, value)),
              HasBadAttributes());
  EXPECT_THAT(ParseAttributes(MakeExtensionRequest(MakeUriSanExtension(kUri)) +
                              MakeAttribute(oid::kMicrosoftExtensionRequest, value)),
              HasBadAttributes());
}

// Checklist 2.
TEST(CsrFormTest, RefusesARepeatedExtension) {
  const auto is_duplicate = IsInvalid(Reason::kCsrExtensionDuplicate, "csr.extensions");
  const std::string san = MakeUriSanExtension(kUri);
  const std::string usage = MakeExtension(oid::kKeyUsage, B("\x03\x02\x07\x80"));
  const std::string unknown = MakeExtension(der::OidFromString("1.2.3.4"), "x");
  EXPECT_THAT(ParseExtensions(san + MakeUriSanExtension("spiffe://td/b")), is_duplicate);
  EXPECT_THAT(ParseExtensions(san + san), is_duplicate);
  EXPECT_THAT(ParseExtensions(usage + san + usage), is_duplicate);
  EXPECT_THAT(ParseExtensions(unknown + san + unknown), is_duplicate);
  EXPECT_THAT(ParseExtensions(unknown + san + usage), IsOk());
}

// Checklist 3: octet by octet.
TEST(CsrFormTest, RefusesTrailingBytes) {
  const std::string der = Unsigned(UsualOptions());
  EXPECT_THAT(Parse(der + B("\x00")), IsMalformed());
  EXPECT_THAT(Parse(der + B("\x05\x00")), IsMalformed());
  EXPECT_THAT(Parse(der + der), IsMalformed());
  EXPECT_THAT(Parse(""), IsMalformed());
  const std::string info = MakeCsrInfo(UsualOptions());
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

TEST(CsrFormTest, RefusesEveryTruncation) {
  const std::string der = Unsigned(UsualOptions());
  for (size_t size = 0; size < der.size(); ++size) {
    EXPECT_THAT(Parse(der.substr(0, size)), IsMalformed()) << size;
  }
}

TEST(CsrFormTest, RefusesEncodingsThatAreNotDer) {
  // An outer SEQUENCE of indefinite length, and one with a longer length than it needs.
  const std::string der = Unsigned(UsualOptions());
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
  EXPECT_THAT(ParseAttributes(MakeAttribute(ignored, B("\x01\x01\x01"))), IsMalformed());
  EXPECT_THAT(ParseAttributes(MakeAttribute(ignored, B("\x30\x80\x00\x00"))), IsMalformed());
}

TEST(CsrFormTest, RefusesTrailingDataInsideKnownExtensions) {
  const std::pair<absl::string_view, std::string> kKnown[] = {
      {oid::kKeyUsage, B("\x03\x02\x07\x80")},
      {oid::kExtendedKeyUsage, Seq(Oid(oid::kClientAuth))},
      {oid::kBasicConstraints, B("\x30\x00")},
      {oid::kSubjectKeyIdentifier, Octets("identifier")}};
  for (const auto& [oid, value] : kKnown) {
    EXPECT_THAT(ParseExtensions(MakeExtension(oid, value)), IsOk());
    EXPECT_THAT(ParseExtensions(MakeExtension(oid, value + B("\x00"))),
                IsMalformed("csr.extensions"));
    EXPECT_THAT(ParseExtensions(MakeExtension(oid, "")), IsMalformed("csr.extensions"));
  }
  const std::string san = BuildSubjectAltName({{NameType::kUri, kUri}});
  EXPECT_THAT(ParseExtensions(MakeExtension(oid::kSubjectAltName, san + B("\x00"))),
              IsInvalid(Reason::kSanInvalid, "csr.subject_alt_name"));
}

// Checklist 4.
TEST(CsrFormTest, WantsVersionZero) {
  const auto is_version = IsInvalid(Reason::kCsrVersion, "csr.version");
  for (const std::string& version : {B("\x02\x01\x01"), B("\x02\x01\x02"), B("\x02\x01\xff"),
                                     B("\x02\x02\x01\x00"), B("\x02\x09\x01\0\0\0\0\0\0\0\0")}) {
    CsrOptions options = UsualOptions();
    options.version_element = version;
    EXPECT_THAT(Parse(Unsigned(options)), is_version) << absl::CHexEscape(version);
  }
  CsrOptions options = UsualOptions();
  options.version_element = "";
  EXPECT_THAT(Parse(Unsigned(options)), IsMalformed("csr.version"));
  options.version_element = B("\x02\x02\x00\x00");
  EXPECT_THAT(Parse(Unsigned(options)), IsMalformed());
}

TEST(CsrFormTest, WantsAttributes) {
  CsrOptions options = {.attributes = ""};
  options.with_attributes = false;
  EXPECT_THAT(Parse(Unsigned(options)), HasBadAttributes());
}

TEST(CsrFormTest, RefusesWhatIsNotAttributes) {
  CsrOptions options = {.attributes = ""};
  options.with_attributes = false;
  for (const std::string& other :
       {der::Encode(0xa1, ""), der::Encode(0x80, ""), Set(""),
        der::Encode(0xa0, "") + der::Encode(0xa1, ""), der::Encode(0xa0, "") + B("\x05\x00")}) {
    CsrOptions changed = options;
    changed.spki = TestKey::OfType(KeyType::kP256).public_key() + other;
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

TEST(CsrFormTest, RefusesAMalformedExtensionRequest) {
  for (const std::string& value :
       {B("\x05\x00"), B("\x30\x00"), Set(MakeUriSanExtension(kUri)), Seq(B("\x05\x00")),
        Seq(Seq("")), Seq(Seq(Oid(oid::kKeyUsage))), Seq(Seq(Octets("x"))),
        Seq(Seq(Oid(oid::kKeyUsage) + B("\x03\x02\x07\x80"))),
        Seq(Seq(Oid(der::OidFromString("1.2.3")) + Octets("x") + B("\x05\x00"))), Octets("x")}) {
    EXPECT_THAT(ParseAttributes(MakeAttribute(oid::kExtensionRequest, value)),
                IsMalformed("csr.extensions"))
        << absl::CHexEscape(value);
  }
}

TEST(CsrFormTest, IgnoresOtherAttributes) {
  const std::string password = MakeAttribute(der::OidFromString("1.2.840.113549.1.9.7"),
                                             der::Encode(der::kUtf8String, "pw"));
  const std::string request = MakeExtensionRequest(MakeUriSanExtension(kUri));
  for (const std::string& attributes : {password + request, request + password, password}) {
    EXPECT_THAT(ParseAttributes(attributes), IsOk());
  }
  EXPECT_THAT(ParseAttributes(MakeAttribute(der::OidFromString("1.2.3"), "")), HasBadAttributes());
}

// Each octet of a request replaced by each of a few others: no crash, and what still parses has
// every octet accounted for.
TEST(CsrFormTest, SurvivesEveryChangedOctet) {
  const std::string der = MakeCsr(UsualOptions());
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
