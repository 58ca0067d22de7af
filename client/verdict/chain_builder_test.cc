#include "client/verdict/chain_builder.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/openssl.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/test_key.h"
#include "x509/name.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The CA's name and key, certified by another CA.
std::string CrossSign(const x509::TestCa& issuer, const x509::TestCa& subject) {
  x509::TbsTemplateOptions options;
  options.issuer = issuer.subject;
  options.authority_key_id = issuer.key_id;
  options.signature_scheme = issuer.scheme;
  options.key_usage = x509::kKeyCertSign | x509::kCrlSign;
  options.is_ca = true;
  x509::LintPolicy policy;
  policy.issuer = issuer.subject;
  policy.authority_key_id = issuer.key_id;
  policy.signature_scheme = issuer.scheme;
  policy.issuer_not_after = issuer.not_after;
  policy.max_validity = absl::Hours(24 * 400);
  policy.is_ca = true;
  policy.key_usage = options.key_usage;
  policy.names_required = false;
  x509::CertSpec spec;
  spec.not_before = x509::kTestNow - absl::Hours(1);
  spec.not_after = x509::kTestNow + absl::Hours(24 * 100);
  spec.serial = *x509::SerialNumber::Create(spec.not_after, 1, x509::kTestNow);
  spec.subject = subject.subject;
  spec.subject_public_key_info = subject.key.public_key();
  spec.key_bits = x509::KeyBits(subject.key);
  return x509::SignTbs(issuer, (*x509::TbsTemplate::Create(options))->Build(spec), policy, spec);
}

class ChainBuilderTest : public ::testing::Test {
 protected:
  ChainBuilderTest()
      : root_(x509::MakeTestRoot(KeyType::kP256)),
        issuing_(x509::MakeTestIssuingCa(root_, KeyType::kP256)),
        leaf_der_(x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256))),
        leaf_(*x509::ParseCertificate(leaf_der_)) {}

  std::vector<CertificationPath> Paths() const {
    return FindPaths(leaf_, {.roots = &roots_, .others = &others_, .at = x509::kTestNow});
  }

  const x509::TestCa root_;
  const x509::TestCa issuing_;
  const std::string leaf_der_;
  const x509::Certificate leaf_;
  CertificateIndex roots_;
  CertificateIndex others_;
};

TEST_F(ChainBuilderTest, TheWayToATrustedRoot) {
  ASSERT_TRUE(roots_.Add(root_.certificate, "roots.pem").ok());
  ASSERT_TRUE(others_.Add(issuing_.certificate, "others.pem").ok());
  const std::vector<CertificationPath> paths = Paths();
  ASSERT_EQ(paths.size(), 1);
  EXPECT_EQ(paths[0].end, PathEnd::kTrusted);
  ASSERT_EQ(paths[0].certificates.size(), 3);
  EXPECT_EQ(paths[0].certificates[1]->der, issuing_.certificate);
  EXPECT_EQ(paths[0].certificates[2]->der, root_.certificate);
  EXPECT_EQ(roots_.OriginOf(*paths[0].certificates[2]), "roots.pem");
}

TEST_F(ChainBuilderTest, ARootThatNobodyTrusts) {
  others_.AddAll({issuing_.certificate, root_.certificate}, "others.pem");
  EXPECT_EQ(Paths()[0].end, PathEnd::kSelfSigned);
  EXPECT_EQ(Paths()[0].certificates.size(), 3);
}

TEST_F(ChainBuilderTest, AGapEndsWhereTheIssuerIsMissing) {
  ASSERT_TRUE(roots_.Add(root_.certificate, "roots.pem").ok());
  const std::vector<CertificationPath> paths = Paths();
  EXPECT_EQ(paths[0].end, PathEnd::kGap);
  EXPECT_EQ(paths[0].certificates.size(), 1);
  EXPECT_THAT(paths[0].near_miss, IsEmpty());
}

TEST_F(ChainBuilderTest, AnotherKeyOfTheSameNameIsANearMiss) {
  const x509::TestCa twin = x509::MakeTestIssuingCa(root_, KeyType::kP256);
  ASSERT_TRUE(others_.Add(twin.certificate, "others.pem").ok());
  const std::vector<CertificationPath> paths = Paths();
  EXPECT_EQ(paths[0].end, PathEnd::kGap);
  EXPECT_THAT(paths[0].near_miss, HasSubstr("its key is another one"));
}

TEST_F(ChainBuilderTest, TheLeafItselfMayBeTrusted) {
  ASSERT_TRUE(roots_.Add(leaf_der_, "roots.pem").ok());
  const std::vector<CertificationPath> paths = Paths();
  EXPECT_EQ(paths[0].end, PathEnd::kTrusted);
  EXPECT_EQ(paths[0].certificates.size(), 1);
}

// Two CAs that certify each other, and the issuing CA by both: every path ends.
TEST_F(ChainBuilderTest, CrossSignedCertificatesEnd) {
  const x509::TestCa other = x509::MakeTestRoot(KeyType::kP256);
  ASSERT_NE(other.key_id, root_.key_id);
  ASSERT_TRUE(others_.Add(issuing_.certificate, "o").ok());
  ASSERT_TRUE(others_.Add(CrossSign(other, issuing_), "o").ok());
  ASSERT_TRUE(others_.Add(CrossSign(issuing_, root_), "o").ok());
  ASSERT_TRUE(others_.Add(CrossSign(issuing_, other), "o").ok());
  ASSERT_TRUE(others_.Add(CrossSign(root_, issuing_), "o").ok());
  ASSERT_FALSE(Paths().empty());
  for (const CertificationPath& path : Paths()) {
    EXPECT_EQ(path.end, PathEnd::kGap);
    EXPECT_LE(path.certificates.size(), 4);
  }
  ASSERT_TRUE(roots_.Add(root_.certificate, "r").ok());
  EXPECT_EQ(Paths()[0].end, PathEnd::kTrusted);
  EXPECT_EQ(Paths()[0].certificates.size(), 3);
}

TEST_F(ChainBuilderTest, TheWayThatIsValidIsTheBest) {
  ASSERT_TRUE(others_.Add(CrossSign(root_, issuing_), "short").ok());
  ASSERT_TRUE(others_.Add(issuing_.certificate, "long").ok());
  ASSERT_TRUE(roots_.Add(root_.certificate, "r").ok());
  const absl::Time later = x509::kTestNow + absl::Hours(24 * 200);
  const std::vector<CertificationPath> paths = FindPaths(leaf_, {&roots_, &others_, later});
  ASSERT_EQ(paths.size(), 2);
  EXPECT_EQ(others_.OriginOf(*paths[0].certificates[1]), "long");
}

TEST_F(ChainBuilderTest, AListedLeafComesBehindTheWayToItsRoot) {
  roots_.AddAll({leaf_der_, root_.certificate}, "roots.pem");
  others_.AddAll({issuing_.certificate, root_.certificate}, "others.pem");
  const std::vector<CertificationPath> paths = Paths();
  // The root that is in both indexes makes one path.
  ASSERT_EQ(paths.size(), 2);
  EXPECT_EQ(paths[0].certificates.size(), 3);
  EXPECT_EQ(paths[1].certificates.size(), 1);
  EXPECT_EQ(paths[1].end, PathEnd::kTrusted);
}

OpenSslCertificate Make(const std::string& name, const OpenSslCertificate* issuer,
                        const std::string& curve = "P-256") {
  return MakeByOpenSsl({.common_name = name,
                        .issuer = issuer,
                        .not_before = x509::kTestNow - absl::Hours(1),
                        .not_after = x509::kTestNow + absl::Hours(1),
                        .curve = curve});
}

std::vector<CertificationPath> PathsOf(const OpenSslCertificate& leaf,
                                       const CertificateIndex& others) {
  const auto parsed = x509::ParseCertificate(leaf.der);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  std::vector<CertificationPath> paths =
      FindPaths(*parsed, {.others = &others, .at = x509::kTestNow});
  // Their leaf does not outlive this function.
  for (CertificationPath& path : paths) {
    path.certificates.front() = nullptr;
  }
  return paths;
}

TEST(ChainBuilderBoundsTest, SignaturesAreCounted) {
  const OpenSslCertificate issuer = Make("Issuing", nullptr);
  const OpenSslCertificate leaf = Make("web", &issuer);
  CertificateIndex others;
  for (int i = 1; i < kMaxPathSignatures; ++i) {
    ASSERT_TRUE(others.Add(Make("Issuing", nullptr).der, "o").ok());
  }
  // The last one that is still looked at.
  CertificateIndex enough;
  for (const x509::Certificate* impostor : others.certificates()) {
    ASSERT_TRUE(enough.Add(std::string(impostor->der), "o").ok());
  }
  ASSERT_TRUE(enough.Add(issuer.der, "o").ok());
  EXPECT_EQ(PathsOf(leaf, enough).front().certificates.size(), 2);
  ASSERT_TRUE(others.Add(Make("Issuing", nullptr).der, "o").ok());
  ASSERT_TRUE(others.Add(issuer.der, "o").ok());
  EXPECT_EQ(PathsOf(leaf, others).front().certificates.size(), 1);
}

TEST(ChainBuilderBoundsTest, AWayIsNoLongerThanTheBound) {
  std::vector<OpenSslCertificate> cas;
  CertificateIndex others;
  for (size_t i = 0; i < kMaxPathLength + 4; ++i) {
    cas.push_back(Make(absl::StrCat("CA ", i), cas.empty() ? nullptr : &cas.back()));
    ASSERT_TRUE(others.Add(cas.back().der, "o").ok());
  }
  const std::vector<CertificationPath> paths = PathsOf(Make("web", &cas.back()), others);
  EXPECT_EQ(paths.front().end, PathEnd::kGap);
  // One place is kept for the root.
  EXPECT_EQ(paths.front().certificates.size(), kMaxPathLength - 1);
}

TEST(ChainBuilderNamesTest, AnIssuerMayBeWrittenInAnotherWay) {
  const OpenSslCertificate issuer = Make("Issuing  CA", nullptr);
  OpenSslCertificate other = Make("ISSUING ca", nullptr);
  // The same key with the other name signs the leaf.
  other.key = EvpPkeyPtr(issuer.key.get());
  ASSERT_EQ(EVP_PKEY_up_ref(issuer.key.get()), 1);
  const OpenSslCertificate leaf = Make("web", &other);
  CertificateIndex others;
  ASSERT_TRUE(others.Add(issuer.der, "o").ok());
  const std::vector<CertificationPath> paths = PathsOf(leaf, others);
  EXPECT_EQ(paths.front().end, PathEnd::kSelfSigned);
  EXPECT_EQ(paths.front().certificates.size(), 2);
}

TEST(ChainBuilderNamesTest, WhatIsThereAndNotAcceptedIsSaid) {
  const OpenSslCertificate odd = Make("Issuing", nullptr, "secp256k1");
  CertificateIndex others;
  others.AddAll({odd.der}, "odd.pem");
  ASSERT_EQ(others.unusable().size(), 1);
  const OpenSslCertificate named = Make("Issuing", nullptr);
  const std::vector<CertificationPath> paths = PathsOf(Make("web", &named), others);
  EXPECT_EQ(paths.front().end, PathEnd::kGap);
  EXPECT_THAT(paths.front().unusable, HasSubstr("odd.pem: "));
}

// Nobody's index costs more than the bounds, whatever is in it.
TEST_F(ChainBuilderTest, ManyThatSeemToBeTheIssuer) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(others_.Add(CrossSign(root_, issuing_), "o").ok());
  }
  EXPECT_GE(others_.size(), 30);
  EXPECT_LE(Paths().size(), kMaxPaths);
}

TEST(CertificateIndexTest, WhatCannotBeReadIsLeftOut) {
  CertificateIndex index;
  index.AddAll({"junk"}, "junk.pem");
  EXPECT_TRUE(index.empty());
  ASSERT_EQ(index.unusable().size(), 1);
  EXPECT_THAT(index.unusable()[0].why.message(), HasSubstr("junk.pem"));
}

TEST(CertificateIndexTest, ACertificateIsKeptOnce) {
  const x509::TestCa root = x509::MakeTestRoot(KeyType::kP256);
  CertificateIndex index;
  index.AddAll({root.certificate, root.certificate}, "a.pem");
  EXPECT_EQ(index.size(), 1);
  const CertificateIndex moved = std::move(index);
  ASSERT_EQ(moved.WithSubject(root.subject).size(), 1);
  EXPECT_EQ(moved.OriginOf(*moved.certificates()[0]), "a.pem");
}

}  // namespace
}  // namespace fleetca::client
