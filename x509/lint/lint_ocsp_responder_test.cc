// The certificate of a delegated OCSP responder, and that no other certificate is like it.
#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/lint/testing/lint_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

TbsTemplateOptions ResponderOptions() {
  TbsTemplateOptions options;
  options.issuer = Ca().subject;
  options.authority_key_id = Ca().key_id;
  options.signature_scheme = Ca().scheme;
  options.extended_key_usage = {std::string(oid::kOcspSigning)};
  options.ocsp_responder = true;
  return options;
}

// A good certificate of a responder, to be spoiled.
struct GoodResponder : Good {
  GoodResponder() {
    spec.names.clear();
    spec.extra_extensions.clear();
    policy = LintPolicy();
    policy.issuer = Ca().subject;
    policy.authority_key_id = Ca().key_id;
    policy.signature_scheme = Ca().scheme;
    policy.issuer_not_after = Ca().not_after;
    policy.key_usage = kDigitalSignature;
    policy.extended_key_usage = {std::string(oid::kOcspSigning)};
    policy.names_required = false;
    policy.ocsp_responder = true;
    policy.max_validity = absl::Hours(24 * 7);
    tbs = Build(ResponderOptions(), spec);
  }
};

TEST(OcspResponderCertificate, IsBuiltAndPassesTheLint) {
  const GoodResponder good;
  EXPECT_TRUE(good.Lint(good.tbs).ok()) << good.Lint(good.tbs);
  const std::string der = SignTbs(Ca(), good.tbs, good.policy, good.spec);
  const auto certificate = ParseCertificate(der);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  ASSERT_NE(certificate->Find(oid::kOcspNoCheck), nullptr);
  EXPECT_EQ(certificate->Find(oid::kOcspNoCheck)->value, Bytes("\x05\x00"));
  EXPECT_FALSE(certificate->Find(oid::kOcspNoCheck)->critical);
  EXPECT_EQ(certificate->Find(oid::kAuthorityInfoAccess), nullptr);
  EXPECT_EQ(certificate->Find(oid::kCrlDistributionPoints), nullptr);
  EXPECT_EQ(certificate->key_usage, kDigitalSignature);
  ASSERT_EQ(certificate->extended_key_usage.size(), 1u);
  EXPECT_EQ(certificate->extended_key_usage[0], oid::kOcspSigning);
  EXPECT_NE(OpenSslCertificate(der), nullptr);
}

TEST(OcspResponderCertificate, OptionsThatNoneMayHaveAreRefused) {
  const struct {
    const char* field;
    std::function<void(TbsTemplateOptions&)> spoil;
  } kCases[] = {
      {"extended_key_usage", [](TbsTemplateOptions& o) { o.ocsp_responder = false; }},
      {"ocsp_responder", [](TbsTemplateOptions& o) { o.extended_key_usage.clear(); }},
      {"ocsp_responder",
       [](TbsTemplateOptions& o) { o.extended_key_usage = {std::string(oid::kClientAuth)}; }},
      {"ocsp_responder",
       [](TbsTemplateOptions& o) { o.extended_key_usage.emplace_back(oid::kClientAuth); }},
      {"ocsp_responder",
       [](TbsTemplateOptions& o) { o.key_usage = kDigitalSignature | kKeyEncipherment; }},
      {"ocsp_responder",
       [](TbsTemplateOptions& o) {
         o.is_ca = true;
         o.key_usage = kDigitalSignature | kKeyCertSign;
       }},
      {"ocsp_responder",
       [](TbsTemplateOptions& o) { o.ca_issuers_url = "http://pki.fleet.example/a.der"; }},
      {"ocsp_responder",
       [](TbsTemplateOptions& o) { o.crl_url = "http://pki.fleet.example/a.crl"; }},
      {"ocsp_responder",
       [](TbsTemplateOptions& o) { o.ocsp_url = "http://pki.fleet.example/ocsp"; }},
      {"ocsp_responder", [](TbsTemplateOptions& o) { o.no_rev_avail = true; }},
  };
  for (const auto& row : kCases) {
    TbsTemplateOptions options = ResponderOptions();
    row.spoil(options);
    EXPECT_THAT(TbsTemplate::Create(options), IsInvalid(Reason::kConfigInvalid, row.field));
  }
}

TEST(OcspResponderCertificate, ABadOneIsNotSigned) {
  const GoodResponder good;
  const struct {
    absl::string_view phrase;
    std::function<void(TbsParts&)> spoil;
  } kCases[] = {
      {"has no id-pkix-ocsp-nocheck", [](TbsParts& p) { p.Remove(oid::kOcspNoCheck); }},
      {"is critical or is not NULL",
       [](TbsParts& p) { p.Set(oid::kOcspNoCheck, true, Bytes("\x05\x00")); }},
      {"is critical or is not NULL", [](TbsParts& p) { p.Set(oid::kOcspNoCheck, false, ""); }},
      {"is critical or is not NULL",
       [](TbsParts& p) { p.Set(oid::kOcspNoCheck, false, Bytes("\x05\x00\x05\x00")); }},
      {"appears twice",
       [](TbsParts& p) { p.extensions.push_back(p.extensions[p.Find(oid::kOcspNoCheck)]); }},
      {"extKeyUsage has the purpose",
       [](TbsParts& p) {
         p.Set(oid::kExtendedKeyUsage, false,
               Seq(der::Encode(der::kOid, oid::kOcspSigning) +
                   der::Encode(der::kOid, oid::kClientAuth)));
       }},
      {"extension extKeyUsage is missing", [](TbsParts& p) { p.Remove(oid::kExtendedKeyUsage); }},
      {"keyUsage is not that",
       [](TbsParts& p) { p.Set(oid::kKeyUsage, true, Bytes("\x03\x02\x05\xa0")); }},
  };
  for (const auto& row : kCases) {
    TbsParts parts(good.tbs);
    row.spoil(parts);
    ExpectFault(good.Lint(parts.Encode()), row.phrase);
  }
}

TEST(OcspResponderCertificate, APolicyThatAllowsItMoreIsNotFollowed) {
  const struct {
    absl::string_view phrase;
    std::function<void(LintPolicy&)> spoil;
  } kCases[] = {
      {"no OCSP responder's certificate", [](LintPolicy& p) { p.ocsp_responder = false; }},
      {"no OCSP responder's certificate",
       [](LintPolicy& p) {
         p.ocsp_responder = false;
         p.extra_extensions = {std::string(oid::kOcspNoCheck)};
       }},
      {"longer than 31 days", [](LintPolicy& p) { p.max_validity = absl::Hours(24 * 32); }},
  };
  for (const auto& row : kCases) {
    GoodResponder good;
    row.spoil(good.policy);
    ExpectFault(good.Lint(good.tbs), row.phrase);
  }
  GoodResponder two_purposes;
  two_purposes.policy.extended_key_usage.emplace_back(oid::kClientAuth);
  TbsParts parts(two_purposes.tbs);
  parts.Set(
      oid::kExtendedKeyUsage, false,
      Seq(der::Encode(der::kOid, oid::kOcspSigning) + der::Encode(der::kOid, oid::kClientAuth)));
  ExpectFault(two_purposes.Lint(parts.Encode()), "another purpose than OCSPSigning");
}

TEST(OcspResponderCertificate, ALeafOfAProfileNeverIsOne) {
  // By its purpose, even where the policy has that.
  Good good;
  good.policy.extended_key_usage.emplace_back(oid::kOcspSigning);
  TbsParts parts(good.tbs);
  parts.Set(
      oid::kExtendedKeyUsage, false,
      Seq(der::Encode(der::kOid, oid::kServerAuth) + der::Encode(der::kOid, oid::kClientAuth) +
          der::Encode(der::kOid, oid::kOcspSigning)));
  ExpectFault(good.Lint(parts.Encode()), "has the purpose OCSPSigning");
  // By nocheck, even where the policy has that.
  Good extra;
  extra.policy.extra_extensions.emplace_back(oid::kOcspNoCheck);
  TbsParts with_no_check(extra.tbs);
  with_no_check.extensions.push_back(TestExtension(oid::kOcspNoCheck, false, Bytes("\x05\x00")));
  ExpectFault(extra.Lint(with_no_check.Encode()), "id-pkix-ocsp-nocheck is there");
}

}  // namespace
}  // namespace fleetca::x509
