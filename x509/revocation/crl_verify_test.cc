#include "x509/revocation/crl_verify.h"

#include <string>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/reason_name.h"
#include "x509/revocation/testing/test_crl.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::TestKey;

absl::Status Verify(absl::string_view crl_der, absl::string_view issuer_der,
                    absl::Time at = kTestNow) {
  const auto crl = ParseCrl(crl_der);
  EXPECT_TRUE(crl.ok()) << crl.status();
  const auto issuer = ParseCertificate(issuer_der);
  EXPECT_TRUE(issuer.ok()) << issuer.status();
  return VerifyCrl(*crl, *issuer, at);
}

TEST(VerifyCrl, BelievesTheIssuerForAsLongAsTheCrlIsValid) {
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const TestCa ca = MakeTestRoot(type);
    const std::string crl = IssueTestCrl(ca, TestCrlSpec(ca), TestCrlEntries(3));
    const absl::Time end = kTestNow + absl::Hours(24);
    FLEETCA_EXPECT_OK(Verify(crl, ca.certificate));
    FLEETCA_EXPECT_OK(Verify(crl, ca.certificate, end));
    EXPECT_THAT(Verify(crl, ca.certificate, kTestNow - absl::Seconds(1)),
                IsInvalid(Reason::kCrlNotYetValid, "crl"));
    EXPECT_THAT(Verify(crl, ca.certificate, end + absl::Seconds(1)),
                IsInvalid(Reason::kCrlExpired, "crl"));
  }
}

// RFC 5280 7.1.
TEST(VerifyCrl, AnotherSpellingOfTheIssuersNameIsTheSameIssuer) {
  const TestCa ca = MakeTestRoot(KeyType::kP256);
  const TestCa spelled = WithRespelledName(ca);
  const std::string der = IssueTestCrl(spelled, TestCrlSpec(spelled), {});
  FLEETCA_EXPECT_OK(Verify(der, ca.certificate));
  const std::string leaf = IssueLeaf(ca, TestKey::OfType(KeyType::kP256));
  FLEETCA_EXPECT_OK(CheckCrlScope(*ParseCrl(der), *ParseCertificate(leaf)));
}

TEST(VerifyCrl, RefusesAnotherIssuer) {
  const TestCa root = MakeTestRoot(KeyType::kP256);
  const TestCa issuing = MakeTestIssuingCa(root, KeyType::kP256);
  const std::string crl = IssueTestCrl(issuing, TestCrlSpec(issuing), {});
  FLEETCA_EXPECT_OK(Verify(crl, issuing.certificate));
  EXPECT_THAT(Verify(crl, root.certificate), IsInvalid(Reason::kCrlIssuerOther, "crl"));
  // The same name and another key.
  const TestCa twin = MakeTestIssuingCa(root, KeyType::kP256);
  EXPECT_THAT(Verify(crl, twin.certificate), IsInvalid(Reason::kCrlIssuerOther, "crl"));
  // A leaf may sign no CRLs, whatever it is called.
  const TestKey& key = TestKey::OfType(KeyType::kP256);
  const std::string leaf = IssueLeaf(issuing, key);
  CrlSpec spec = TestCrlSpec(issuing);
  const auto parsed = ParseCertificate(leaf);
  FLEETCA_ASSERT_OK(parsed);
  // Empty is no issuer's name; take a leaf with one.
  CertSpec named = LeafSpec(key);
  named.subject = issuing.subject;
  const auto tbs_template = TbsTemplate::Create(LeafOptions(root));
  FLEETCA_ASSERT_OK(tbs_template);
  const std::string tbs = (*tbs_template)->Build(named);
  const std::string named_leaf =
      AssembleCertificate(tbs, root.scheme, root.key.Sign(root.scheme, tbs));
  const std::string key_id = KeyIdentifier(KeyBits(key));
  spec.authority_key_id = key_id;
  const std::string by_leaf = BuildTestCrl(spec, {});
  const std::string signed_by_leaf = SignTestCrl({.key = TestKey::Make(KeyType::kP256),
                                                  .scheme = issuing.scheme,
                                                  .subject = issuing.subject,
                                                  .key_id = key_id,
                                                  .not_after = issuing.not_after,
                                                  .certificate = ""},
                                                 by_leaf);
  EXPECT_THAT(Verify(signed_by_leaf, named_leaf), IsInvalid(Reason::kCrlIssuerOther, "crl"));
}

TEST(VerifyCrl, RefusesAnotherSignature) {
  const TestCa ca = MakeTestRoot(KeyType::kP256);
  const std::string good = IssueTestCrl(ca, TestCrlSpec(ca), TestCrlEntries(1));
  const TestCa twin = MakeTestRoot(KeyType::kP256);
  const std::string tbs = BuildTestCrl(TestCrlSpec(ca), TestCrlEntries(1));
  const std::string by_other = SignTestCrl(twin, tbs);
  EXPECT_THAT(Verify(by_other, ca.certificate), IsInvalid(Reason::kSignatureInvalid, "crl"));
  // A revoked certificate made into another one.
  std::string changed = good;
  const size_t serial = changed.find(TestSerial(0));
  ASSERT_NE(serial, std::string::npos);
  changed[serial + 5] ^= 1;
  EXPECT_THAT(Verify(changed, ca.certificate), IsInvalid(Reason::kSignatureInvalid, "crl"));
}

TEST(CrlFile, HoldsPemOrDerOfOneOrMore) {
  const TestCa ca = MakeTestRoot(KeyType::kP256);
  const std::string one = IssueTestCrl(ca, TestCrlSpec(ca), {});
  const std::string two = IssueTestCrl(ca, TestCrlSpec(ca), TestCrlEntries(500));
  const std::vector<std::string> both = {one, two};
  for (const std::string& file :
       {one + two, EncodeCrlPem(one) + EncodeCrlPem(two),
        "CRL of the issuing CA\r\n" + EncodeCrlPem(one) + "\n# root\n" + EncodeCrlPem(two)}) {
    const auto crls = DecodeCrls(file);
    FLEETCA_ASSERT_OK(crls);
    EXPECT_EQ(*crls, both);
  }
  const auto refused = IsInvalid(Reason::kFileInvalid, "");
  EXPECT_THAT(DecodeCrls(""), refused);
  EXPECT_THAT(DecodeCrls("0"), refused);
  EXPECT_THAT(DecodeCrls(one + "x"), refused);
  std::string many;
  for (size_t count = 0; count <= kMaxCrlsInFile; ++count) {
    many += std::string("\x30\x00", 2);
  }
  EXPECT_THAT(DecodeCrls(many), refused);
  EXPECT_EQ(DecodeCrls(many.substr(2))->size(), kMaxCrlsInFile);
  EXPECT_THAT(DecodeCrls(two.substr(0, two.size() - 1)), refused);
  EXPECT_THAT(DecodeCrls(EncodePem(kPemCertificate, ca.certificate)), refused);
  EXPECT_THAT(DecodeCrls(one + EncodeCrlPem(two)), refused);
}

TEST(CheckCrlScope, ACrlSpeaksOfTheCertificatesThatNameIt) {
  const TestCa root = MakeTestRoot(KeyType::kP256);
  const TestCa issuing = MakeTestIssuingCa(root, KeyType::kP256);
  const std::string leaf = IssueLeaf(issuing, TestKey::OfType(KeyType::kP256));
  const auto certificate = ParseCertificate(leaf);
  FLEETCA_ASSERT_OK(certificate);
  const std::string crl_of_all = IssueTestCrl(issuing, TestCrlSpec(issuing), {});
  const auto all = ParseCrl(crl_of_all);
  FLEETCA_ASSERT_OK(all);
  FLEETCA_EXPECT_OK(CheckCrlScope(*all, *certificate));

  CrlSpec of_shard = TestCrlSpec(issuing);
  of_shard.distribution_point = kTestShardUrl;
  const std::string crl_of_shard = IssueTestCrl(issuing, of_shard, {});
  const auto shard = ParseCrl(crl_of_shard);
  FLEETCA_ASSERT_OK(shard);
  // The same URL, octet by octet, is what makes it the certificate's.
  Certificate naming = *certificate;
  naming.crl_urls = {kTestShardUrl};
  FLEETCA_EXPECT_OK(CheckCrlScope(*shard, naming));
  for (const absl::string_view other : {"http://pki.fleet.example/crl/issuing/18.crl",
                                        "http://pki.fleet.example:80/crl/issuing/17.crl"}) {
    naming.crl_urls = {other};
    EXPECT_THAT(CheckCrlScope(*shard, naming), IsInvalid(Reason::kFileInvalid, "crl"));
  }
  naming.crl_urls.clear();
  EXPECT_THAT(CheckCrlScope(*shard, naming), IsInvalid(Reason::kFileInvalid, "crl"));

  naming.crl_urls = {kTestShardUrl};
  naming.is_ca = true;
  EXPECT_THAT(CheckCrlScope(*shard, naming), IsInvalid(Reason::kFileInvalid, "crl"));
  Crl of_cas = *all;
  of_cas.only_contains_ca_certs = true;
  FLEETCA_EXPECT_OK(CheckCrlScope(of_cas, naming));
  EXPECT_THAT(CheckCrlScope(of_cas, *certificate), IsInvalid(Reason::kFileInvalid, "crl"));
  const auto issuers = ParseCertificate(issuing.certificate);
  FLEETCA_ASSERT_OK(issuers);
  EXPECT_THAT(CheckCrlScope(*all, *issuers), IsInvalid(Reason::kCrlIssuerOther, "crl"));
}

TEST(RevocationReasonName, EachHasItsOwn) {
  for (int number = -1; number < 12; ++number) {
    const auto reason = RevocationReasonOfNumber(number);
    EXPECT_EQ(reason.has_value(), number >= 0 && number != 7 && number != 11) << number;
    if (reason.has_value()) {
      EXPECT_EQ(ParseRevocationReason(RevocationReasonName(*reason)), reason);
    }
  }
  EXPECT_EQ(ParseRevocationReason("KEYCOMPROMISE"), std::nullopt);
}

}  // namespace
}  // namespace fleetca::x509
