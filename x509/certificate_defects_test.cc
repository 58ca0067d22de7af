// Certificates with one thing wrong, each refused by the name of its defect.
#include <functional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/signature_algorithm.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::TestKey;

// A literal with embedded NULs keeps its size.
template <size_t N>
std::string Bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }

const TestCa& Ca() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

const std::string& Leaf() {
  static const auto* const kLeaf = new std::string(IssueLeaf(Ca(), TestKey::Make(KeyType::kP256)));
  return *kLeaf;
}

void ExpectInvalid(const absl::StatusOr<Certificate>& certificate, absl::string_view phrase) {
  ASSERT_FALSE(certificate.ok()) << phrase;
  EXPECT_EQ(certificate.status().code(), absl::StatusCode::kInvalidArgument) << phrase;
  EXPECT_EQ(GetReason(certificate.status()), Reason::kFileInvalid) << phrase;
  EXPECT_TRUE(absl::StrContains(certificate.status().message(), phrase))
      << "\"" << phrase << "\" is not in: " << certificate.status();
}

// The leaf with its signed part changed. The signature is no longer right, which parsing does not
// look at.
std::string Changed(const std::function<void(TbsParts&)>& change) {
  TbsParts parts(ParseCertificate(Leaf())->tbs);
  change(parts);
  return AssembleCertificate(parts.Encode(), SignatureScheme::kEcdsaSha256, "signature");
}

TEST(CertificateDefects, RefusesWhatIsNotOneSequence) {
  const std::string good = Leaf();
  ExpectInvalid(ParseCertificate(""), "not one SEQUENCE");
  ExpectInvalid(ParseCertificate(good + '\0'), "not DER");
  ExpectInvalid(ParseCertificate(good + Bytes("\x05\x00")), "nothing after it");
  ExpectInvalid(ParseCertificate(Bytes("\x05\x00")), "not one SEQUENCE");
  ExpectInvalid(ParseCertificate(Bytes("\x30\x80") + good.substr(4) + Bytes("\x00\x00")),
                "not DER");
  ExpectInvalid(ParseCertificate(std::string(65537, '0')), "more than 65536 octets");
  ExpectInvalid(ParseCertificate("-----BEGIN CERTIFICATE-----\n"), "not DER");
  for (size_t i = 0; i < good.size(); ++i) {
    ExpectInvalid(ParseCertificate(good.substr(0, i)), "The certificate has");
  }
}

TEST(CertificateDefects, RefusesAnOuterPartThatIsWrong) {
  const auto leaf = ParseCertificate(Leaf());
  const std::string tbs(leaf->tbs);
  const std::string algorithm(leaf->signature_algorithm);
  const std::string signature = der::Encode(der::kBitString, Bytes("\x00") + "signature");
  ASSERT_TRUE(ParseCertificate(Seq(tbs + algorithm + signature)).ok());
  ExpectInvalid(ParseCertificate(Seq(tbs + algorithm)), "not a TBSCertificate");
  ExpectInvalid(ParseCertificate(Seq(tbs + algorithm + signature + signature)),
                "not a TBSCertificate");
  ExpectInvalid(ParseCertificate(Seq(tbs + algorithm + Bytes("\x03\x02\x01\x80"))),
                "not a TBSCertificate");  // one unused bit
  ExpectInvalid(ParseCertificate(Seq(tbs + algorithm + Bytes("\x03\x01\x00"))),
                "not a TBSCertificate");  // no signature
  ExpectInvalid(ParseCertificate(Seq(tbs + Seq("") + signature)), "not a TBSCertificate");
  const std::string other(AlgorithmIdentifier(SignatureScheme::kEcdsaSha384));
  ExpectInvalid(ParseCertificate(Seq(tbs + other + signature)), "another outside");
}

struct Defect {
  absl::string_view phrase;
  std::function<void(TbsParts&)> spoil;
};

TEST(CertificateDefects, RefusesEveryDefectByName) {
  const auto set = [](absl::string_view phrase, absl::string_view oid, const std::string& value) {
    return Defect{phrase, [oid, value](TbsParts& p) { p.Set(oid, true, value); }};
  };
  const auto names = [&set](const std::string& name) {
    return set("subjectAltName", oid::kSubjectAltName, Seq(name));
  };
  const std::vector<Defect> defects = {
      {"is of version 1, which has no extensions", [](TbsParts& p) { p.version.clear(); }},
      {"a malformed version", [](TbsParts& p) { p.version = Bytes("\xa0\x03\x02\x01\x00"); }},
      {"another version", [](TbsParts& p) { p.version = Bytes("\xa0\x03\x02\x01\x03"); }},
      {"malformed version", [](TbsParts& p) { p.version = Bytes("\xa0\x00"); }},
      {"serial number", [](TbsParts& p) { p.serial = Bytes("\x02\x01\x00"); }},
      {"serial number", [](TbsParts& p) { p.serial[2] = '\x80'; }},
      {"serial number",
       [](TbsParts& p) { p.serial = der::Encode(der::kInteger, std::string(21, '\x01')); }},
      {"one signature algorithm",
       [](TbsParts& p) { p.algorithm = AlgorithmIdentifier(SignatureScheme::kEd25519).data(); }},
      {"empty issuer", [](TbsParts& p) { p.issuer = Seq(""); }},
      {"issuer that is not a Name", [](TbsParts& p) { p.issuer = Seq(Bytes("\x31\x00")); }},
      {"subject that is not a Name", [](TbsParts& p) { p.subject = Seq(Bytes("\x05\x00")); }},
      {"validity that is not",
       [](TbsParts& p) {
         p.validity = Seq(der::Encode(der::kGeneralizedTime, "20260601115500Z") +
                          der::Encode(der::kUtcTime, "260602120000Z"));
       }},
      {"validity that is not",
       [](TbsParts& p) { p.validity = Seq(der::Encode(der::kUtcTime, "260601115500Z")); }},
      {"ends before it begins",
       [](TbsParts& p) {
         p.validity = Seq(der::Encode(der::kUtcTime, "260602120001Z") +
                          der::Encode(der::kUtcTime, "260602120000Z"));
       }},
      {"The certificate's key", [](TbsParts& p) { p.spki = Seq(Seq(Bytes("\x06\x01\x2a"))); }},
      {"unique identifiers", [](TbsParts& p) { p.spki += Bytes("\x81\x02\x00\x01"); }},
      {"something else", [](TbsParts& p) { p.after = Bytes("\x05\x00"); }},
      {"empty list of extensions",
       [](TbsParts& p) {
         p.extensions.clear();
         p.after = Bytes("\xa3\x02\x30\x00");
       }},
      {"2.5.29.17 more than once", [](TbsParts& p) { p.extensions.push_back(p.extensions[7]); }},
      {"2.5.29.31 more than once", [](TbsParts& p) { p.extensions.push_back(p.extensions[6]); }},
      {"more than 64 extensions",
       [](TbsParts& p) {
         for (char i = 0; i < 64; ++i) {
           p.extensions.push_back(TestExtension(std::string("\x2a") + i, false, ""));
         }
       }},
      {"extension that is not DER",
       [](TbsParts& p) { p.extensions.push_back(Seq(Bytes("\x06\x01\x2a\x01\x01\x00\x04\x00"))); }},
      {"extension that is not DER", [](TbsParts& p) { p.extensions.push_back(Seq("")); }},
      {"extension that is not DER",
       [](TbsParts& p) { p.extensions.push_back(Seq(Bytes("\x06\x01\x2a\x04\x00\x05\x00"))); }},
      set("basicConstraints", oid::kBasicConstraints, ""),
      set("basicConstraints", oid::kBasicConstraints, Bytes("\x30\x03\x01\x01\x00")),
      set("basicConstraints", oid::kBasicConstraints, Bytes("\x30\x03\x02\x01\x00")),
      set("basicConstraints", oid::kBasicConstraints,
          Bytes("\x30\x07\x01\x01\xff\x02\x02\x01\x00")),
      set("basicConstraints", oid::kBasicConstraints, Bytes("\x30\x06\x01\x01\xff\x02\x01\xff")),
      set("basicConstraints", oid::kBasicConstraints, Bytes("\x30\x00\x05\x00")),
      set("basicConstraints", oid::kBasicConstraints, Bytes("\x30\x05\x01\x01\xff\x05\x00")),
      set("keyUsage", oid::kKeyUsage, Bytes("\x03\x01\x00")),
      set("keyUsage", oid::kKeyUsage, Bytes("\x03\x02\x06\x80")),
      set("keyUsage", oid::kKeyUsage, Bytes("\x03\x03\x06\x80\x40")),
      set("keyUsage", oid::kKeyUsage, Bytes("\x03\x02\x07\x80\x00")),
      set("extKeyUsage", oid::kExtendedKeyUsage, Seq("")),
      set("extKeyUsage", oid::kExtendedKeyUsage, Seq(Bytes("\x06\x01\x80"))),
      set("extKeyUsage", oid::kExtendedKeyUsage, Seq(Bytes("\x06\x01\x2a")) + '\0'),
      set("subjectKeyIdentifier", oid::kSubjectKeyIdentifier, Bytes("\x04\x00")),
      set("subjectKeyIdentifier", oid::kSubjectKeyIdentifier, Bytes("\x04\x01\x01\x00")),
      set("authorityKeyIdentifier", oid::kAuthorityKeyIdentifier, Seq(Bytes("\x80\x00"))),
      set("authorityKeyIdentifier", oid::kAuthorityKeyIdentifier,
          Seq(Bytes("\x80\x01\x01\x82\x01\x01"))),
      set("authorityKeyIdentifier", oid::kAuthorityKeyIdentifier,
          Seq(Bytes("\x80\x01\x01\x80\x01\x01"))),
      set("subjectAltName", oid::kSubjectAltName, Seq("")),
      set("subjectAltName", oid::kSubjectAltName, ""),
      set("subjectAltName", oid::kSubjectAltName, Seq(Bytes("\x82\x01\x61")) + '\0'),
      names(Bytes("\x82\x00")),
      names(Bytes("\x82\x03\x61\x00\x62")),
      names(Bytes("\x82\x03\x61\x20\x62")),
      names(Bytes("\x82\x02\xc3\xa9")),
      names(Bytes("\x86\x01\x0a")),
      names(Bytes("\x87\x03\x01\x02\x03")),
      names(Bytes("\x87\x05\x01\x02\x03\x04\x05")),
      names(Bytes("\x88\x01\x80")),
      names(Bytes("\xa4\x00")),
      names(Bytes("\xa0\x02\x30\x80")),
      names(Bytes("\xa2\x03\x16\x01\x61")),
      names(Bytes("\x89\x01\x61")),
      names(Bytes("\x16\x01\x61")),
  };
  for (const Defect& defect : defects) {
    const std::string der = Changed(defect.spoil);
    ExpectInvalid(ParseCertificate(der), defect.phrase);
  }
}

}  // namespace
}  // namespace fleetca::x509
