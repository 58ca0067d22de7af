#include "service/net/server_chain.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::OpenSslRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class ServerChainTest : public ::testing::Test {
 protected:
  static OpenSslCertificate MakeCa(const std::string& name,
                                   const OpenSslCertificate* issuer = nullptr,
                                   const OpenSslCertificate* subject = nullptr,
                                   absl::Time not_after = kNow + absl::Hours(1)) {
    return MakeByOpenSsl({.common_name = name,
                          .issuer = issuer,
                          .subject = subject,
                          .not_before = kNow - absl::Hours(1),
                          .not_after = not_after});
  }
  static std::string MakeLeaf(
      const OpenSslCertificate* issuer,
      const std::string& names = "DNS:ca.fleet.test,URI:spiffe://fleet.test/svc/fleetca") {
    return MakeByOpenSsl({.common_name = "leaf",
                          .issuer = issuer,
                          .not_before = kNow - absl::Hours(1),
                          .not_after = kNow + absl::Hours(1),
                          .extensions = {{"subjectAltName", names}}})
        .der;
  }

  absl::StatusOr<ServerChain> Check(const std::vector<std::string>& file) const {
    return CheckServerChain(file, kNow, &trust_);
  }
  std::string Problem(const std::vector<std::string>& file) const {
    const auto chain = Check(file);
    EXPECT_THAT(chain, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    return std::string(chain.status().message());
  }

  const OpenSslCertificate root_ = MakeCa("root");
  const OpenSslCertificate issuing_ = MakeCa("issuing", &root_);
  const OpenSslCertificate other_root_ = MakeCa("other root");
  const std::string leaf_ = MakeLeaf(&issuing_);
  const ServerTrust trust_ = {{root_.der}, {issuing_.der}, "fleet.test"};
};

TEST_F(ServerChainTest, AChainOfTheCaIsTakenWithoutAWord) {
  const auto chain = Check({leaf_, issuing_.der});
  FLEETCA_ASSERT_OK(chain);
  EXPECT_TRUE(chain->rooted);
  EXPECT_THAT(chain->shown, ElementsAre(leaf_, issuing_.der));
  EXPECT_THAT(chain->warnings, IsEmpty());
  EXPECT_THAT(chain->left_out, IsEmpty());
  // Right below a root that issues by itself.
  FLEETCA_EXPECT_OK(Check({MakeLeaf(&root_)}));
}

TEST_F(ServerChainTest, WhatNoClientNeedsDoesNoHarm) {
  const OpenSslCertificate expired = MakeCa("", &other_root_, &root_, kNow - absl::Minutes(1));
  const OpenSslCertificate cross = MakeCa("", &other_root_, &root_);
  const auto chain =
      Check({leaf_, expired.der, root_.der, issuing_.der, issuing_.der, cross.der, "junk"});
  FLEETCA_ASSERT_OK(chain);
  EXPECT_THAT(chain->shown, ElementsAre(leaf_, issuing_.der, cross.der));
  EXPECT_THAT(chain->left_out,
              ElementsAre(HasSubstr("certificate 2 expired"), HasSubstr("certificate 3"),
                          HasSubstr("certificate 5"), HasSubstr("certificate 7")));
  EXPECT_THAT(chain->warnings, IsEmpty());
}

TEST_F(ServerChainTest, RefusesALeafWithoutItsIssuingCa) {
  EXPECT_THAT(Problem({leaf_}), HasSubstr("add the issuing CA's certificate after it"));
  EXPECT_THAT(Problem({leaf_, root_.der, other_root_.der}),
              HasSubstr("was issued by \"CN=issuing\", whose own certificate is missing"));
  const OpenSslCertificate expired = MakeCa("", &root_, &issuing_, kNow - absl::Minutes(1));
  EXPECT_THAT(Problem({leaf_, expired.der}), HasSubstr("certificate 2 expired at "));
  // The one above the issuing CA.
  const OpenSslCertificate below = MakeCa("below", &issuing_);
  ServerTrust trust = trust_;
  trust.own_cas.push_back(below.der);
  EXPECT_THAT(CheckServerChain(std::vector<std::string>{MakeLeaf(&below), below.der}, kNow, &trust),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

TEST_F(ServerChainTest, RefusesASelfSignedOneAndOneOfWhichNobodyKnows) {
  EXPECT_THAT(Problem({MakeLeaf(nullptr)}), HasSubstr("is self-signed"));
  EXPECT_THAT(Problem({MakeLeaf(&other_root_), "junk"}), HasSubstr("certificate 2 cannot be read"));
}

TEST_F(ServerChainTest, AnotherPkiIsTakenWithAWarning) {
  const auto chain = Check({MakeLeaf(&other_root_)});
  FLEETCA_ASSERT_OK(chain);
  EXPECT_FALSE(chain->rooted);
  EXPECT_THAT(chain->warnings, ElementsAre(HasSubstr("leads to no root of the trust bundle")));
}

TEST_F(ServerChainTest, AnotherIdentityIsTakenWithAWarning) {
  auto chain =
      Check({MakeLeaf(&issuing_, "DNS:a.test,URI:spiffe://fleet.test/svc/pki"), issuing_.der});
  FLEETCA_ASSERT_OK(chain);
  EXPECT_THAT(chain->warnings,
              ElementsAre(HasSubstr("--server-identity spiffe://fleet.test/svc/pki")));
  chain = Check({MakeLeaf(&issuing_, "DNS:a.test"), issuing_.der});
  FLEETCA_ASSERT_OK(chain);
  EXPECT_THAT(chain->warnings, ElementsAre(HasSubstr("has no SPIFFE ID")));
}

TEST_F(ServerChainTest, WithoutTrustOnlyTheOrderIsLookedAt) {
  const auto chain =
      CheckServerChain(std::vector<std::string>{leaf_, root_.der, issuing_.der}, kNow, nullptr);
  FLEETCA_ASSERT_OK(chain);
  EXPECT_THAT(chain->shown, ElementsAre(leaf_, issuing_.der));
  EXPECT_THAT(chain->warnings, IsEmpty());
}

}  // namespace
}  // namespace fleetca::service
