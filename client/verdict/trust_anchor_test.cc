// Roots as users have them: what they lack is not held against them, and what they say is.
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/file.h"
#include "client/verdict/chain_builder.h"
#include "client/verdict/verdict.h"
#include "client/verdict/verdict_identity.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "x509/certificate.h"
#include "x509/chain.h"
#include "x509/pem.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::OpenSslRequest;
using ::testing::HasSubstr;

using Extensions = std::vector<std::pair<std::string, std::string>>;

const Extensions kNoKeyUsage = {{"basicConstraints", "critical,CA:TRUE"}};
const Extensions kCa = OpenSslRequest().extensions;
const Extensions kLeaf = {{"subjectAltName", "DNS:web.fleet.example"},
                          {"keyUsage", "critical,digitalSignature"}};

OpenSslCertificate Make(const std::string& name, const OpenSslCertificate* issuer,
                        const Extensions& extensions, int version = 3) {
  return MakeByOpenSsl({.common_name = name,
                        .issuer = issuer,
                        .not_before = x509::kTestNow - absl::Hours(1),
                        .not_after = x509::kTestNow + absl::Hours(24),
                        .version = version,
                        .extensions = extensions});
}

// What is said of a leaf below `intermediate`, or below the root where that is null.
Verdict JudgeBelow(const OpenSslCertificate& root, const OpenSslCertificate* intermediate) {
  CertificateIndex roots(CertificateIndex::Holds::kTrustAnchors);
  roots.AddAll({root.der}, "roots.pem");
  CertificateIndex others;
  if (intermediate != nullptr) {
    others.AddAll({intermediate->der}, "others.pem");
  }
  const OpenSslCertificate leaf =
      Make("web", intermediate == nullptr ? &root : intermediate, kLeaf);
  return JudgeCertificate(leaf.der, {.roots = &roots,
                                     .others = &others,
                                     .at = x509::kTestNow,
                                     .purpose = Purpose::kServer,
                                     .host = "web.fleet.example"});
}

void ExpectFailed(const Verdict& verdict, absl::string_view step, const char* words) {
  ASSERT_NE(verdict.first_failed(), nullptr);
  EXPECT_EQ(verdict.first_failed()->name, step);
  EXPECT_THAT(verdict.first_failed()->sentence, HasSubstr(words));
}

// As `openssl req -x509` makes them.
TEST(TrustAnchorTest, ARootMayLackKeyUsage) {
  const OpenSslCertificate root = Make("Root", nullptr, kNoKeyUsage);
  const OpenSslCertificate issuing = Make("Issuing", &root, kCa);
  for (const OpenSslCertificate* between :
       {static_cast<const OpenSslCertificate*>(nullptr), &issuing}) {
    const Verdict verdict = JudgeBelow(root, between);
    EXPECT_TRUE(verdict.accepted()) << verdict.first_failed()->sentence;
  }
}

TEST(TrustAnchorTest, ARootMayBeOfVersion1) {
  const OpenSslCertificate root = Make("Old root", nullptr, {}, 1);
  const OpenSslCertificate issuing = Make("Issuing", &root, kCa);
  for (const OpenSslCertificate* between :
       {static_cast<const OpenSslCertificate*>(nullptr), &issuing}) {
    const Verdict verdict = JudgeBelow(root, between);
    EXPECT_TRUE(verdict.accepted()) << verdict.first_failed()->sentence;
  }
}

TEST(TrustAnchorTest, WhatARootSaysCounts) {
  const OpenSslCertificate no_sign =
      Make("Root", nullptr, {{"basicConstraints", "critical,CA:TRUE"}, {"keyUsage", "cRLSign"}});
  ExpectFailed(JudgeBelow(no_sign, nullptr), "ca_rules", "keyUsage has no keyCertSign");
  // Version 3 could have said that it is a CA's.
  const OpenSslCertificate no_ca = Make("Root", nullptr, {});
  ExpectFailed(JudgeBelow(no_ca, nullptr), "ca_rules", "not the certificate of a CA");
  const OpenSslCertificate short_path =
      Make("Root", nullptr, {{"basicConstraints", "critical,CA:TRUE,pathlen:0"}});
  const OpenSslCertificate issuing = Make("Issuing", &short_path, kCa);
  ExpectFailed(JudgeBelow(short_path, &issuing), "ca_rules", "pathLenConstraint");
}

TEST(TrustAnchorTest, IntermediatesStayStrict) {
  const OpenSslCertificate root = Make("Root", nullptr, kNoKeyUsage);
  const OpenSslCertificate no_usage = Make("Issuing", &root, kNoKeyUsage);
  ExpectFailed(JudgeBelow(root, &no_usage), "ca_rules", "The intermediate \"CN=Issuing\" may not");
  const OpenSslCertificate version_1 = Make("Issuing", &root, {}, 1);
  ExpectFailed(JudgeBelow(root, &version_1), "chain", "The chain has a gap");
  // In a index that may hold one it is still no intermediate.
  CertificateIndex roots(CertificateIndex::Holds::kTrustAnchors);
  roots.AddAll({root.der}, "roots.pem");
  CertificateIndex others(CertificateIndex::Holds::kTrustAnchors);
  others.AddAll({version_1.der}, "others.pem");
  ASSERT_EQ(others.size(), 1);
  const OpenSslCertificate leaf = Make("web", &version_1, kLeaf);
  const auto parsed = x509::ParseCertificate(leaf.der);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(FindPaths(*parsed, {&roots, &others, x509::kTestNow}).front().end, PathEnd::kGap);
}

// A service asks as much of its roots as of every other CA.
TEST(TrustAnchorTest, AServiceIsStricterAndSaysSo) {
  const OpenSslCertificate root = Make("Root", nullptr, kNoKeyUsage);
  const OpenSslCertificate leaf = Make(
      "web", &root,
      {{"subjectAltName", "URI:spiffe://fleet.example/svc/web"}, {"keyUsage", "digitalSignature"}});
  CertificateIndex roots(CertificateIndex::Holds::kTrustAnchors);
  roots.AddAll({root.der}, "roots.pem");
  Verdict verdict = JudgeCertificate(leaf.der, {.roots = &roots, .at = x509::kTestNow});
  ASSERT_TRUE(verdict.accepted()) << verdict.first_failed()->sentence;
  JudgeIdentity({.trust_domain = "fleet.example"}, x509::kTestNow, &verdict);
  ASSERT_FALSE(verdict.accepted());
  EXPECT_EQ(verdict.first_failed()->name, "identity");
}

TEST(TrustAnchorTest, TheReaderOfCertificatesStaysStrict) {
  const OpenSslCertificate root = Make("Old root", nullptr, {}, 1);
  const auto strict = x509::ParseCertificate(root.der);
  ASSERT_FALSE(strict.ok());
  EXPECT_THAT(std::string(strict.status().message()),
              HasSubstr("is of version 1, which has no extensions"));
  const auto anchor = x509::ParseTrustAnchor(root.der);
  ASSERT_TRUE(anchor.ok()) << anchor.status();
  EXPECT_EQ(anchor->version, 1);
  EXPECT_FALSE(anchor->is_ca);
  EXPECT_TRUE(x509::MayAnchor(*anchor));
  EXPECT_FALSE(x509::MayIssue(*anchor));
  // Version 1 with extensions is none.
  const OpenSslCertificate three = Make("Root", nullptr, kNoKeyUsage);
  EXPECT_EQ(x509::ParseTrustAnchor(three.der)->version, 3);
  EXPECT_FALSE(x509::ParseTrustAnchor(root.der.substr(0, root.der.size() - 1)).ok());
}

// What browsers trust has serial number zero, RSA exponents other than 65537, and more that no CA
// of ours would write.
TEST(TrustAnchorTest, EveryRootOfTheSystemIsBelieved) {
  const std::filesystem::path folder = "/usr/share/ca-certificates/mozilla";
  std::error_code none;
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    SCOPED_TRACE(entry.path().string());
    const auto pem = ReadFile(entry.path().string());
    ASSERT_TRUE(pem.ok()) << pem.status();
    const auto ders = x509::DecodePem(x509::kPemCertificate, *pem);
    ASSERT_TRUE(ders.ok()) << ders.status();
    CertificateIndex roots(CertificateIndex::Holds::kTrustAnchors);
    roots.AddAll(*ders, "root.crt");
    ASSERT_EQ(roots.size(), 1) << roots.unusable().front().why;
    const x509::Certificate& root = *roots.certificates().front();
    EXPECT_TRUE(x509::MayAnchor(root));
    const Verdict verdict =
        JudgeCertificate(ders->front(), {.roots = &roots, .at = root.not_before});
    EXPECT_TRUE(verdict.accepted()) << verdict.first_failed()->sentence;
    ++count;
  }
  if (count == 0) {
    GTEST_SKIP() << "this system has no folder " << folder;
  }
}

}  // namespace
}  // namespace fleetca::client
