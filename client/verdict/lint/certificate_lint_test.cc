#include "client/verdict/lint/certificate_lint.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::client::lint {
namespace {

namespace der = x509::der;
namespace oid = x509::oid;

using ::fleetca::testing::TestKey;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using x509::TbsParts;

std::vector<std::string> RulesOf(absl::string_view certificate) {
  std::vector<std::string> names;
  for (const Finding& finding : LintCertificate(certificate)) {
    EXPECT_FALSE(finding.sentence.empty());
    names.emplace_back(finding.rule->name);
  }
  return names;
}

// A literal with embedded NULs keeps its size.
template <size_t N>
std::string Octets(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }

std::string Rdn(absl::string_view type, uint8_t tag, absl::string_view value) {
  return Seq(der::Encode(der::kSet, Seq(der::Encode(der::kOid, type) + der::Encode(tag, value))));
}

std::string Dns(absl::string_view name) { return der::Encode(der::ContextPrimitive(2), name); }

// A certificate with one defect, and the rule that it breaks.
struct Defect {
  std::string rule;
  std::function<void(TbsParts&)> make;
};

void SetNames(TbsParts& parts, absl::string_view names) {
  parts.Set(oid::kSubjectAltName, true, Seq(names));
}

std::string Validity(absl::string_view not_before, absl::string_view not_after) {
  const auto time = [](absl::string_view text) {
    return der::Encode(text.size() == 13 ? der::kUtcTime : der::kGeneralizedTime, text);
  };
  return Seq(time(not_before) + time(not_after));
}

std::vector<Defect> FrameDefects() {
  return {
      {"version", [](TbsParts& p) { p.version = Octets("\xa0\x03\x02\x01\x01"); }},
      {"version", [](TbsParts& p) { p.version.clear(); }},
      {"serial_positive", [](TbsParts& p) { p.serial = Octets("\x02\x01\x00"); }},
      {"serial_positive", [](TbsParts& p) { p.serial = Octets("\x02\x01\x81"); }},
      {"serial_minimal", [](TbsParts& p) { p.serial = Octets("\x02\x02\x00\x01"); }},
      {"serial_random", [](TbsParts& p) { p.serial = Octets("\x02\x01\x01"); }},
      {"serial_length",
       [](TbsParts& p) { p.serial = der::Encode(der::kInteger, std::string(21, '\x01')); }},
      {"algorithms_differ",
       [](TbsParts& p) { p.algorithm = Seq(der::Encode(der::kOid, oid::kEcdsaWithSha384)); }},
      {"algorithm_weak",
       [](TbsParts& p) {
         p.algorithm = Seq(der::Encode(der::kOid, Octets("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05")) +
                           Octets("\x05\x00"));
       }},
      {"algorithm_form",
       [](TbsParts& p) {
         p.algorithm = Seq(der::Encode(der::kOid, oid::kEcdsaWithSha256) + Octets("\x05\x00"));
       }},
      {"algorithm_other",
       [](TbsParts& p) { p.algorithm = Seq(der::Encode(der::kOid, oid::kSha256)); }},
      {"time_order", [](TbsParts& p) { p.validity = Validity("260601120000Z", "260601110000Z"); }},
      {"time_form", [](TbsParts& p) { p.validity = Validity("20260601120000Z", "260602110000Z"); }},
      {"time_form", [](TbsParts& p) { p.validity = Validity("2606011200Z00", "260602110000Z"); }},
      {"lifetime_long",
       [](TbsParts& p) { p.validity = Validity("260601120000Z", "270801110000Z"); }},
      {"no_expiry", [](TbsParts& p) { p.validity = Validity("260601120000Z", "99991231235959Z"); }},
      {"key_other", [](TbsParts& p) { p.spki = TestKey::MakeOther("EC", "P-521").public_key(); }},
      {"key_weak", [](TbsParts& p) { p.spki = TestKey::MakeRsa(1024, 65537).public_key(); }},
  };
}

std::vector<Defect> NameDefects() {
  const auto subject = [](std::string name) {
    return [name = std::move(name)](TbsParts& p) { p.subject = name; };
  };
  return {
      {"issuer_empty", [](TbsParts& p) { p.issuer = x509::BuildName("", ""); }},
      {"name_form", subject(Seq(Octets("\x05\x00")))},
      {"name_form", subject(Rdn(oid::kCommonName, der::kUtf8String, ""))},
      {"name_string", subject(Rdn(oid::kCommonName, der::kPrintableString, "a@b"))},
      {"name_string", subject(Rdn(oid::kCommonName, der::kUtf8String, "\xff"))},
      {"name_old_string", subject(Rdn(oid::kCommonName, 0x14, "web"))},
      {"country", subject(Rdn(oid::kCountryName, der::kPrintableString, "DEU"))},
      {"country", subject(Rdn(oid::kCountryName, der::kUtf8String, "DE"))},
      {"name_length", subject(Rdn(oid::kCommonName, der::kUtf8String, std::string(65, 'a')))},
      {"common_name_not_in_san", subject(x509::BuildName("", "other.fleet.example"))},
      {"san_missing", [](TbsParts& p) { p.Remove(oid::kSubjectAltName); }},
      {"san_server", [](TbsParts& p) { p.Remove(oid::kSubjectAltName); }},
      {"san_critical",
       [](TbsParts& p) { p.Set(oid::kSubjectAltName, false, Seq(Dns("a.example"))); }},
      {"san_empty", [](TbsParts& p) { SetNames(p, ""); }},
      {"san_empty", [](TbsParts& p) { SetNames(p, Dns("")); }},
      {"san_dns", [](TbsParts& p) { SetNames(p, Dns("a.example.")); }},
      {"san_dns", [](TbsParts& p) { SetNames(p, Dns("a b.example")); }},
      {"san_dns", [](TbsParts& p) { SetNames(p, Dns("a..example")); }},
      {"san_dns", [](TbsParts& p) { SetNames(p, Dns(std::string(64, 'a') + ".example")); }},
      {"san_underscore", [](TbsParts& p) { SetNames(p, Dns("a_b.example")); }},
      {"san_wildcard", [](TbsParts& p) { SetNames(p, Dns("*.example")); }},
      {"san_wildcard", [](TbsParts& p) { SetNames(p, Dns("a.*.example")); }},
      {"san_wildcard", [](TbsParts& p) { SetNames(p, Dns("w*.fleet.example")); }},
      {"san_ip", [](TbsParts& p) { SetNames(p, der::Encode(der::ContextPrimitive(7), "abc")); }},
      {"san_ip_as_dns", [](TbsParts& p) { SetNames(p, Dns("10.0.0.1")); }},
      {"san_uri", [](TbsParts& p) { SetNames(p, der::Encode(der::ContextPrimitive(6), "/a")); }},
      {"san_email", [](TbsParts& p) { SetNames(p, der::Encode(der::ContextPrimitive(1), "a")); }},
      {"san_twice", [](TbsParts& p) { SetNames(p, Dns("a.example") + Dns("A.example")); }},
  };
}

std::vector<Defect> ExtensionDefects() {
  const auto add = [](std::string extension) {
    return [extension = std::move(extension)](TbsParts& p) { p.extensions.push_back(extension); };
  };
  const std::string null = Octets("\x05\x00");
  const std::string any = Seq(der::Encode(der::kOid, Octets("\x55\x1d\x25\x00")));
  return {
      {"extension_twice", [](TbsParts& p) { p.extensions.push_back(p.extensions[0]); }},
      {"extension_form", [](TbsParts& p) { p.extensions = {Octets("\x05\x00")}; }},
      {"extension_default",
       add(Seq(der::Encode(der::kOid, oid::kDefaultFleetArc) + Octets("\x01\x01\x00") +
               der::Encode(der::kOctetString, null)))},
      {"extension_contents", [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Octets("\x05\x00")); }},
      {"extension_contents",
       [](TbsParts& p) { p.Set(oid::kCrlDistributionPoints, false, Octets("\x05\x00")); }},
      {"critical_unknown", add(x509::TestExtension(oid::kDefaultFleetArc, true, null))},
      {"criticality",
       [](TbsParts& p) { p.Set(oid::kSubjectKeyIdentifier, true, Octets("\x04\x01\x01")); }},
      {"ski_missing_leaf", [](TbsParts& p) { p.Remove(oid::kSubjectKeyIdentifier); }},
      {"aki_missing", [](TbsParts& p) { p.Remove(oid::kAuthorityKeyIdentifier); }},
      {"basic_missing",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Octets("\x03\x02\x02\x04")); }},
      {"key_usage_empty", [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Octets("\x03\x01\x00")); }},
      {"key_usage_fits",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Octets("\x03\x02\x05\xa0")); }},
      {"leaf_key_usage", [](TbsParts& p) { p.Remove(oid::kKeyUsage); }},
      {"ca_key_usage",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Seq(Octets("\x01\x01\xff"))); }},
      {"subject_empty_ca",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Seq(Octets("\x01\x01\xff"))); }},
      {"path_length",
       [](TbsParts& p) { p.Set(oid::kBasicConstraints, true, Seq(Octets("\x02\x01\x00"))); }},
      {"purpose_any", [any](TbsParts& p) { p.Set(oid::kExtendedKeyUsage, false, any); }},
      {"purpose_missing", [](TbsParts& p) { p.Remove(oid::kExtendedKeyUsage); }},
      {"purpose_twice",
       [](TbsParts& p) {
         const std::string one = der::Encode(der::kOid, oid::kServerAuth);
         p.Set(oid::kExtendedKeyUsage, false, Seq(one + one));
       }},
      {"purpose_ocsp",
       [](TbsParts& p) {
         p.Set(oid::kExtendedKeyUsage, false,
               Seq(der::Encode(der::kOid, oid::kServerAuth) +
                   der::Encode(der::kOid, oid::kOcspSigning)));
       }},
      {"constraints_leaf", add(x509::TestExtension(oid::kNameConstraints, true, Seq("")))},
      {"no_rev_avail", add(x509::TestExtension(oid::kNoRevAvail, false, null))},
      {"no_word_of_revocation", [](TbsParts& p) { p.Remove(oid::kCrlDistributionPoints); }},
      {"issuer_url", [](TbsParts& p) { p.Remove(oid::kAuthorityInfoAccess); }},
  };
}

class CertificateLintTest : public ::testing::Test {
 protected:
  CertificateLintTest()
      : root_(x509::MakeTestRoot(KeyType::kP256)),
        issuing_(x509::MakeTestIssuingCa(root_, KeyType::kP256)),
        leaf_(x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256))) {}

  // The leaf with the defect. Nobody verifies the signature.
  std::string Broken(const Defect& defect) const {
    const auto good = x509::ParseCertificate(leaf_);
    TbsParts parts(good->tbs);
    defect.make(parts);
    return x509::AssembleCertificate(parts.Encode(), SignatureScheme::kEcdsaSha256, "signature");
  }

  void ExpectFound(const std::vector<Defect>& defects) const {
    for (const Defect& defect : defects) {
      const std::string broken = Broken(defect);
      const std::vector<std::string> rules = RulesOf(broken);
      EXPECT_THAT(rules, Contains(defect.rule)) << absl::StrJoin(rules, " ");
    }
  }

  const x509::TestCa root_;
  const x509::TestCa issuing_;
  const std::string leaf_;
};

TEST_F(CertificateLintTest, GoodCertificatesBreakNoRule) {
  EXPECT_THAT(RulesOf(leaf_), IsEmpty());
  EXPECT_THAT(RulesOf(root_.certificate), IsEmpty());
  for (const Finding& finding : LintCertificate(issuing_.certificate)) {
    EXPECT_EQ(finding.rule->severity, Severity::kNotice) << finding.sentence;
  }
}

TEST_F(CertificateLintTest, TheFrame) { ExpectFound(FrameDefects()); }
TEST_F(CertificateLintTest, Names) { ExpectFound(NameDefects()); }
TEST_F(CertificateLintTest, Extensions) { ExpectFound(ExtensionDefects()); }

TEST_F(CertificateLintTest, WhatIsNoCertificate) {
  EXPECT_THAT(RulesOf("junk"), ElementsAre("form", "der"));
  EXPECT_THAT(RulesOf(std::string(kMaxLintedSize + 1, '\0')), ElementsAre("too_large"));
  EXPECT_THAT(RulesOf(absl::StrCat(leaf_, "x")), Contains("form"));
}

TEST_F(CertificateLintTest, FleetcasOwnLinterIsAskedOfFleetcasCertificates) {
  const x509::FleetAuthz grants{.policy_revision = 1, .roles = {"reader"}};
  const std::string good = x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256), &grants);
  EXPECT_THAT(RulesOf(good), IsEmpty());
  const auto certificate = x509::ParseCertificate(good);
  TbsParts parts(certificate->tbs);
  parts.Set(x509::AuthzOids().authz, false, Octets("\x05\x00"));
  EXPECT_THAT(RulesOf(x509::AssembleCertificate(parts.Encode(), SignatureScheme::kEcdsaSha256,
                                                "signature")),
              Contains("fleetca"));
}

TEST(RulesTest, NamesAreUniqueAndTheTableIsInOrder) {
  std::set<absl::string_view> names;
  for (const RuleText& rule : AllRules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_EQ(&AllRules()[static_cast<size_t>(rule.rule)], &rule);
  }
  EXPECT_GE(names.size(), 40);
}

}  // namespace
}  // namespace fleetca::client::lint
