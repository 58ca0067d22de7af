#include "service/net/certificate_path.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::OpenSslRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

OpenSslRequest Valid() {
  return {.not_before = kNow - absl::Hours(1), .not_after = kNow + absl::Hours(1)};
}

// A root, an issuing CA and a leaf; another root that certified the first and the issuing CA once
// more.
class CertificatePathTest : public ::testing::Test {
 protected:
  static OpenSslCertificate Make(const std::string& name, const OpenSslCertificate* issuer,
                                 const OpenSslCertificate* subject = nullptr,
                                 absl::Time not_after = kNow + absl::Hours(1)) {
    OpenSslRequest request = Valid();
    request.common_name = name;
    request.issuer = issuer;
    request.subject = subject;
    request.not_after = not_after;
    return MakeByOpenSsl(request);
  }

  CertificatePath Find(const std::vector<std::string>& file) const {
    return FindCertificatePath(file, {root_.der}, kNow);
  }

  const OpenSslCertificate root_ = Make("root", nullptr);
  const OpenSslCertificate old_root_ = Make("old root", nullptr);
  const OpenSslCertificate issuing_ = Make("issuing", &root_);
  const OpenSslCertificate leaf_ = Make("leaf", &issuing_);
  const OpenSslCertificate cross_ = Make("", &old_root_, &root_);
  const OpenSslCertificate expired_cross_ = Make("", &old_root_, &root_, kNow - absl::Minutes(1));
};

TEST_F(CertificatePathTest, TheOrderBehindTheFirstIsFree) {
  const OpenSslCertificate below = Make("below", &issuing_);
  const OpenSslCertificate leaf = Make("leaf", &below);
  const CertificatePath path = Find({leaf.der, issuing_.der, below.der});
  EXPECT_TRUE(path.rooted);
  EXPECT_THAT(path.path, ElementsAre(0, 2, 1));
  EXPECT_THAT(path.left_out, IsEmpty());
}

TEST_F(CertificatePathTest, WhatIsNotNeededIsLeftOutAndNamed) {
  const CertificatePath path =
      Find({leaf_.der, leaf_.der, issuing_.der, root_.der, issuing_.der, "junk", old_root_.der,
            expired_cross_.der, Make("other", &old_root_).der});
  EXPECT_TRUE(path.rooted);
  EXPECT_THAT(path.path, ElementsAre(0, 2));
  EXPECT_THAT(path.beside, IsEmpty());
  EXPECT_EQ(path.gap, "");
  EXPECT_TRUE(path.has_unreadable);
  EXPECT_THAT(
      path.left_out,
      ElementsAre("certificate 2 is there twice", HasSubstr("certificate 4 is a root"),
                  "certificate 5 is there twice", HasSubstr("certificate 6 cannot be read"),
                  HasSubstr("certificate 7 is a root"), HasSubstr("certificate 8 expired at "),
                  "certificate 9 issued none of the others"));
}

// Parties that trust the old root alone need the cross-signed one.
TEST_F(CertificatePathTest, ACrossSignedCaStaysInTheWayOrBesideIt) {
  const std::vector<std::string> file = {leaf_.der, cross_.der, issuing_.der};
  EXPECT_THAT(Find(file).path, ElementsAre(0, 2));
  EXPECT_THAT(Find(file).beside, ElementsAre(1));
  const CertificatePath longer = FindCertificatePath(file, {root_.der, old_root_.der}, kNow);
  EXPECT_THAT(longer.path, ElementsAre(0, 2, 1));
  EXPECT_TRUE(longer.rooted);
}

TEST_F(CertificatePathTest, WithoutARootItGoesAsFarAsTheFileAndSaysWhatIsInTheWay) {
  const CertificatePath path =
      FindCertificatePath(std::vector<std::string>{leaf_.der, issuing_.der}, {}, kNow);
  EXPECT_FALSE(path.rooted);
  EXPECT_THAT(path.path, ElementsAre(0, 1));
  EXPECT_FALSE(Find({leaf_.der}).rooted);
  const OpenSslCertificate expired = Make("", &root_, &issuing_, kNow - absl::Minutes(1));
  EXPECT_THAT(Find({leaf_.der, expired.der}).gap, HasSubstr("certificate 2 expired at "));
  EXPECT_FALSE(Find({leaf_.der, expired.der}).rooted);
  EXPECT_TRUE(FindCertificatePath(std::vector<std::string>{leaf_.der, expired.der}, {root_.der},
                                  std::nullopt)
                  .rooted);
  EXPECT_THAT(FindCertificatePath(std::vector<std::string>{"junk"}, {root_.der}, kNow).path,
              ElementsAre(0));
}

// As `openssl req -x509` makes them, and nothing below one that forbids it.
TEST_F(CertificatePathTest, ACaNeedsNoKeyUsageUnlessItHasOne) {
  OpenSslRequest request = Valid();
  request.extensions = {{"basicConstraints", "critical,CA:TRUE"}};
  const OpenSslCertificate root = MakeByOpenSsl(request);
  EXPECT_TRUE(
      FindCertificatePath(std::vector<std::string>{Make("leaf", &root).der}, {root.der}, kNow)
          .rooted);
  request.extensions.push_back({"keyUsage", "critical,cRLSign"});
  const OpenSslCertificate wrong = MakeByOpenSsl(request);
  EXPECT_FALSE(
      FindCertificatePath(std::vector<std::string>{Make("leaf", &wrong).der}, {wrong.der}, kNow)
          .rooted);
}

// Two keys that certified each other many times: very many ways up, none to a root.
TEST_F(CertificatePathTest, AKnotCostsABoundedTime) {
  const OpenSslCertificate a = Make("a", nullptr);
  const OpenSslCertificate b = Make("b", nullptr);
  std::vector<std::string> file = {Make("leaf", &a).der};
  for (int i = 0; i < 12; ++i) {
    file.push_back(Make("", &b, &a).der);
    file.push_back(Make("", &a, &b).der);
  }
  const absl::Time start = absl::Now();
  EXPECT_FALSE(Find(file).rooted);
  EXPECT_LT(absl::Now() - start, absl::Seconds(10));
}

}  // namespace
}  // namespace fleetca::service
