// Defects made by hand, each in an otherwise good certificate: the lint refuses it and names it.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/testing/lint_fixture.h"
#include "x509/name.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::TestKey;

std::string Validity(absl::string_view not_before, absl::string_view not_after) {
  const auto time = [](absl::string_view text) {
    return der::Encode(text.size() == 13 ? der::kUtcTime : der::kGeneralizedTime, text);
  };
  return Seq(time(not_before) + time(not_after));
}

std::string Rdn(absl::string_view type, uint8_t tag, absl::string_view value) {
  return der::Encode(der::kSet, Seq(der::Encode(der::kOid, type) + der::Encode(tag, value)));
}

std::string CommonName(absl::string_view value) {
  return Rdn(oid::kCommonName, der::kUtf8String, value);
}

const std::vector<Defect>& FrameDefects() {
  static const auto* const kDefects = new std::vector<Defect>{
      {"version is not v3", [](TbsParts& p) { p.version = Bytes("\xa0\x03\x02\x01\x01"); }},
      {"version is not v3", [](TbsParts& p) { p.version.clear(); }},
      {"version is not v3", [](TbsParts& p) { p.version = Bytes("\xa0\x04\x02\x02\x00\x02"); }},
      {"version is not v3",
       [](TbsParts& p) { p.version = Bytes("\xa0\x06\x02\x01\x02\x02\x01\x02"); }},
      {"serial number is negative", [](TbsParts& p) { p.serial[2] = '\x81'; }},
      {"serial number is longer than 20",
       [](TbsParts& p) { p.serial = der::Encode(der::kInteger, "\x01" + p.serial.substr(2)); }},
      {"serial number is not a DER INTEGER",
       [](TbsParts& p) {
         p.serial = der::Encode(der::kInteger, std::string(1, '\0') + p.serial.substr(2));
       }},
      {"serial number is not a DER INTEGER", [](TbsParts& p) { p.serial = Bytes("\x02\x00"); }},
      {"serial number is not a DER INTEGER", [](TbsParts& p) { p.serial.clear(); }},
      {"serial number is not the one", [](TbsParts& p) { p.serial.back() ^= 1; }},
      {"serial number is not the one", [](TbsParts& p) { p.serial = Bytes("\x02\x01\x01"); }},
      {"signature algorithm is not",
       [](TbsParts& p) {  // NULL parameters
         p.algorithm = Bytes("\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00");
       }},
      {"signature algorithm is not",
       [](TbsParts& p) { p.algorithm = Seq(der::Encode(der::kOid, oid::kEcdsaWithSha384)); }},
      {"signature algorithm is not", [](TbsParts& p) { p.algorithm.clear(); }},
      {"issuer's name is not", [](TbsParts& p) { p.issuer = BuildName("Fleet", "Other"); }},
      {"issuer's name is not", [](TbsParts& p) { p.issuer = BuildName("", ""); }},
      {"UTCTime until 2049",
       [](TbsParts& p) {
         p.issuer += p.issuer;
         p.validity.clear();
       }},
      {"subject is the issuer's own", [](TbsParts& p) { p.subject = p.issuer; }},
      {"public key is not the one",
       [](TbsParts& p) { p.spki = TestKey::Make(KeyType::kP256).public_key(); }},
      {"public key is not the one", [](TbsParts& p) { p.spki.back() ^= 1; }},
      {"public key is not the one", [](TbsParts& p) { p.spki.clear(); }},
      {"something follows", [](TbsParts& p) { p.after = Bytes("\x05\x00"); }},
      {"something follows", [](TbsParts& p) { p.after = '\0'; }},
      {"no extensions follow", [](TbsParts& p) { p.extensions.clear(); }},
      {"no extensions follow",
       [](TbsParts& p) { p.spki += Bytes("\x81\x02\x00\x01"); }},  // issuerUniqueID
      {"larger than 64 KiB",
       [](TbsParts& p) { p.after = der::Encode(der::kOctetString, std::string(65536, 'a')); }},
  };
  return *kDefects;
}

const std::vector<Defect>& ValidityDefects() {
  static const auto* const kDefects = new std::vector<Defect>{
      {"ends before it begins",
       [](TbsParts& p) { p.validity = Validity("260602120000Z", "260601115500Z"); }},
      {"ends before it begins",
       [](TbsParts& p) { p.validity = Validity("260601115500Z", "260601115500Z"); }},
      {"longer than the",
       [](TbsParts& p) { p.validity = Validity("260601115459Z", "260602120000Z"); }},
      {"longer than the",
       [](TbsParts& p) { p.validity = Validity("260601115500Z", "260602120001Z"); }},
      {"later than the issuer's",
       [](TbsParts& p) { p.validity = Validity("370601115500Z", "370602115500Z"); }},
      {"UTCTime until 2049",
       [](TbsParts& p) { p.validity = Validity("20260601115500Z", "260602120000Z"); }},
      {"UTCTime until 2049",
       [](TbsParts& p) { p.validity = Validity("260601115500Z", "20260602120000Z"); }},
      {"longer than the",  // UTCTime cannot say 2050: 50 means 1950
       [](TbsParts& p) { p.validity = Validity("500101000000Z", "500103000000Z"); }},
      {"UTCTime until 2049",
       [](TbsParts& p) { p.validity = Validity("2606011155Z00", "260602120000Z"); }},
      {"UTCTime until 2049",
       [](TbsParts& p) { p.validity = Validity("260631115500Z", "260702120000Z"); }},
      {"UTCTime until 2049",
       [](TbsParts& p) { p.validity = Validity("260601115560Z", "260602120000Z"); }},
      {"UTCTime until 2049",
       [](TbsParts& p) {
         p.validity = Seq(der::Encode(der::kUtcTime, "260601115500+0000") +
                          der::Encode(der::kUtcTime, "260602120000Z"));
       }},
      {"UTCTime until 2049",
       [](TbsParts& p) { p.validity = Seq(der::Encode(der::kUtcTime, "260601115500Z")); }},
      {"UTCTime until 2049",
       [](TbsParts& p) { p.validity = Seq(p.validity.substr(2) + Bytes("\x05\x00")); }},
      {"UTCTime until 2049", [](TbsParts& p) { p.validity.clear(); }},
  };
  return *kDefects;
}

const std::vector<Defect>& SubjectDefects() {
  static const auto* const kDefects = new std::vector<Defect>{
      {"control character", [](TbsParts& p) { p.subject = Seq(CommonName(Bytes("a\x00z"))); }},
      {"control character", [](TbsParts& p) { p.subject = Seq(CommonName("a\nb")); }},
      {"control character", [](TbsParts& p) { p.subject = Seq(CommonName("a\xff")); }},
      {"control character", [](TbsParts& p) { p.subject = Seq(CommonName("a\xc0\xaf")); }},
      {"over 64 characters",
       [](TbsParts& p) { p.subject = Seq(CommonName(std::string(65, 'a'))); }},
      {"empty or over 64", [](TbsParts& p) { p.subject = Seq(CommonName("")); }},
      {"attribute twice", [](TbsParts& p) { p.subject = Seq(CommonName("a") + CommonName("b")); }},
      {"attribute twice",
       [](TbsParts& p) {
         const std::string unit = Rdn(Bytes("\x55\x04\x0b"), der::kUtf8String, "a");
         p.subject = Seq(unit + CommonName("b") + unit);
       }},
      {"attribute twice",
       [](TbsParts& p) {
         const std::string country = Rdn(Bytes("\x55\x04\x06"), der::kPrintableString, "CH");
         p.subject = Seq(country + country);
       }},
      {"two capital letters",
       [](TbsParts& p) {
         p.subject = Seq(Rdn(Bytes("\x55\x04\x06"), der::kPrintableString, "ch"));
       }},
      {"two capital letters",
       [](TbsParts& p) {
         p.subject = Seq(Rdn(Bytes("\x55\x04\x06"), der::kPrintableString, "CHE"));
       }},
      {"string of its kind",
       [](TbsParts& p) { p.subject = Seq(Rdn(Bytes("\x55\x04\x06"), der::kUtf8String, "CH")); }},
      {"other than C, O, OU and CN",
       [](TbsParts& p) { p.subject = Seq(Rdn(Bytes("\x55\x04\x07"), der::kUtf8String, "a")); }},
      {"type and a string of its kind",
       [](TbsParts& p) { p.subject = Seq(Rdn(oid::kCommonName, 0x14, "a")); }},
      {"type and a string of its kind",
       [](TbsParts& p) {
         p.subject = Seq(
             der::Encode(der::kSet, Seq(der::Encode(der::kOid, oid::kCommonName) +
                                        der::Encode(der::kUtf8String, "a") + Bytes("\x05\x00"))));
       }},
      {"single-valued RDNs",
       [](TbsParts& p) {
         const std::string attribute =
             Seq(der::Encode(der::kOid, oid::kCommonName) + der::Encode(der::kUtf8String, "a"));
         p.subject = Seq(der::Encode(der::kSet, attribute + attribute));
       }},
      {"single-valued RDNs", [](TbsParts& p) { p.subject = Seq(Bytes("\x31\x00")); }},
      {"subject is not a Name", [](TbsParts& p) { p.subject = Bytes("\x05\x00"); }},
      {"2.5.29.17 must be critical", [](TbsParts& p) { p.subject = Seq(""); }},
  };
  return *kDefects;
}

const std::vector<Defect>& ExtensionDefects() {
  static const auto* const kDefects = new std::vector<Defect>{
      {"basicConstraints makes a leaf a CA",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Bytes("\x30\x03\x01\x01\xff")); }},
      {"path length without being a CA",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Bytes("\x30\x03\x02\x01\x00")); }},
      {"writes out its DEFAULT",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Bytes("\x30\x03\x01\x01\x00")); }},
      {"writes out its DEFAULT",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Bytes("\x30\x03\x01\x01\x01")); }},
      {"basicConstraints is not one SEQUENCE",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, ""); }},
      {"basicConstraints is not one SEQUENCE",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Bytes("\x30\x00\x00")); }},
      {"basicConstraints has something after",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Bytes("\x30\x02\x05\x00")); }},
      {"path length that is not a DER INTEGER",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Bytes("\x30\x03\x02\x01\xff")); }},
      {"2.5.29.19 must be critical",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, false, Bytes("\x30\x00")); }},
      {"basicConstraints is missing", [](TbsParts& p) { p.Remove(oid::kBasicConstraints); }},
      {"2.5.29.15 must be critical",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, false, Bytes("\x03\x02\x07\x80")); }},
      {"keyUsage is not that of the policy",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Bytes("\x03\x02\x02\x84")); }},
      {"keyUsage is not that of the policy",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Bytes("\x03\x03\x07\x80\x80")); }},
      {"trailing zero bits",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Bytes("\x03\x02\x00\x80")); }},
      {"trailing zero bits",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Bytes("\x03\x01\x00")); }},
      {"keyUsage is not one BIT STRING",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Bytes("\x03\x02\x08\x80")); }},
      {"keyUsage is missing", [](TbsParts& p) { p.Remove(oid::kKeyUsage); }},
      {"extKeyUsage has the purpose 2.5.29.37.0",
       [](TbsParts& p) {
         p.Set(oid::kExtendedKeyUsage, false, Seq(Bytes("\x06\x04\x55\x1d\x25\x00")));
       }},
      {"extKeyUsage has the purpose 1.3.6.1.5.5.7.3.3",  // codeSigning
       [](TbsParts& p) {
         p.Set(oid::kExtendedKeyUsage, false,
               Seq(der::Encode(der::kOid, oid::kServerAuth) +
                   der::Encode(der::kOid, oid::kClientAuth) +
                   Bytes("\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x03")));
       }},
      {"extKeyUsage has a purpose twice",
       [](TbsParts& p) {
         p.Set(oid::kExtendedKeyUsage, false,
               Seq(der::Encode(der::kOid, oid::kServerAuth) +
                   der::Encode(der::kOid, oid::kServerAuth)));
       }},
      {"extKeyUsage lacks a purpose",
       [](TbsParts& p) {
         p.Set(oid::kExtendedKeyUsage, false, Seq(der::Encode(der::kOid, oid::kServerAuth)));
       }},
      {"extKeyUsage lacks a purpose",
       [](TbsParts& p) { p.Set(oid::kExtendedKeyUsage, false, Seq("")); }},
      {"2.5.29.37 must not be critical",
       [](TbsParts& p) {
         p.Set(oid::kExtendedKeyUsage, true,
               Seq(der::Encode(der::kOid, oid::kServerAuth) +
                   der::Encode(der::kOid, oid::kClientAuth)));
       }},
      {"extKeyUsage is missing", [](TbsParts& p) { p.Remove(oid::kExtendedKeyUsage); }},
      {"subjectKeyIdentifier is missing",
       [](TbsParts& p) { p.Remove(oid::kSubjectKeyIdentifier); }},
      {"subjectKeyIdentifier is not that",
       [](TbsParts& p) { p.extensions[p.Find(oid::kSubjectKeyIdentifier)].back() ^= 1; }},
      {"subjectKeyIdentifier is not that",
       [](TbsParts& p) {
         p.Set(oid::kSubjectKeyIdentifier, false, der::Encode(der::kOctetString, Ca().key_id));
       }},
      {"subjectKeyIdentifier is not one OCTET STRING",
       [](TbsParts& p) { p.Set(oid::kSubjectKeyIdentifier, false, KeyIdentifier("a")); }},
      {"authorityKeyIdentifier is missing",
       [](TbsParts& p) { p.Remove(oid::kAuthorityKeyIdentifier); }},
      {"authorityKeyIdentifier is not that",
       [](TbsParts& p) { p.extensions[p.Find(oid::kAuthorityKeyIdentifier)].back() ^= 1; }},
      {"authorityKeyIdentifier is not one SEQUENCE",
       [](TbsParts& p) { p.Set(oid::kAuthorityKeyIdentifier, false, Seq("")); }},
      {"2.5.29.35 must not be critical",
       [](TbsParts& p) {
         p.Set(oid::kAuthorityKeyIdentifier, true,
               Seq(der::Encode(der::ContextPrimitive(0), Ca().key_id)));
       }},
      {"1.3.6.1.4.1.11129.2.4.3 is unknown",  // the CT poison
       [](TbsParts& p) {
         p.extensions.push_back(TestExtension(Bytes("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x03"),
                                              true, Bytes("\x05\x00")));
       }},
      {"1.3.6.1.5.5.7.1.24 is unknown",  // must-staple
       [](TbsParts& p) {
         p.extensions.push_back(TestExtension(Bytes("\x2b\x06\x01\x05\x05\x07\x01\x18"), false,
                                              Bytes("\x30\x03\x02\x01\x05")));
       }},
      {"2.5.29.17 appears twice", [](TbsParts& p) { p.extensions.push_back(p.extensions[7]); }},
      {"2.5.29.15 appears twice", [](TbsParts& p) { p.extensions.push_back(p.extensions[1]); }},
      {"1.3.6.1.4.1.32473.1 appears twice",
       [](TbsParts& p) { p.extensions.push_back(p.extensions.back()); }},
      {"32473.1 is critical or",
       [](TbsParts& p) { p.Set(oid::kDefaultFleetArc, true, Bytes("\x05\x00")); }},
      {"contents are not DER",
       [](TbsParts& p) { p.Set(oid::kDefaultFleetArc, false, Bytes("\x30\x80\x00\x00")); }},
      {"contents are not DER", [](TbsParts& p) { p.Set(oid::kDefaultFleetArc, false, ""); }},
      {"extension is not an OID",
       [](TbsParts& p) {  // critical FALSE written out
         p.extensions[2] = Seq(der::Encode(der::kOid, oid::kExtendedKeyUsage) +
                               Bytes("\x01\x01\x00\x04\x02\x30\x00"));
       }},
      {"extension is not an OID", [](TbsParts& p) { p.extensions[2] = Seq(""); }},
      {"extension is not a SEQUENCE", [](TbsParts& p) { p.extensions[2] = Bytes("\x05\x00"); }},
  };
  return *kDefects;
}

class Defects : public ::testing::TestWithParam<const std::vector<Defect>*> {};

TEST_P(Defects, AreRefusedByName) { ExpectDefectsNamed(*GetParam()); }

INSTANTIATE_TEST_SUITE_P(All, Defects,
                         ::testing::Values(&FrameDefects(), &ValidityDefects(), &SubjectDefects(),
                                           &ExtensionDefects()));

}  // namespace
}  // namespace fleetca::x509
