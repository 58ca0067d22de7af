#include "client/cli/local/presented_chain.h"

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PresentedChainTest : public ::testing::Test {
 protected:
  PresentedChainTest() { EXPECT_TRUE(roots_.Add(root_.der, "root.pem").ok()); }

  OpenSslCertificate Make(const char* name, const OpenSslCertificate* issuer) const {
    return MakeByOpenSsl({.common_name = name,
                          .issuer = issuer,
                          .not_before = now_ - absl::Hours(1),
                          .not_after = now_ + absl::Hours(1)});
  }

  ChainFindings Find(const std::vector<std::string>& chain) const {
    return FindInChain(chain, roots_, now_);
  }

  const absl::Time now_ = absl::Now();
  const OpenSslCertificate root_ = Make("Root", nullptr);
  const OpenSslCertificate middle_ = Make("Middle", &root_);
  const OpenSslCertificate leaf_ = Make("Leaf", &middle_);
  CertificateIndex roots_;
};

TEST_F(PresentedChainTest, WithTheRootOrWithoutItAChainIsComplete) {
  for (const std::vector<std::string>& chain :
       {std::vector<std::string>{leaf_.der, middle_.der},
        std::vector<std::string>{leaf_.der, middle_.der, root_.der}}) {
    const ChainFindings found = Find(chain);
    EXPECT_TRUE(found.in_order);
    EXPECT_FALSE(found.has_gap);
    EXPECT_THAT(found.sentences, ElementsAre("Complete and in order."));
  }
}

TEST_F(PresentedChainTest, AMissingIntermediateIsAGap) {
  const ChainFindings found = Find({leaf_.der});
  EXPECT_TRUE(found.has_gap);
  EXPECT_THAT(
      found.sentences,
      ElementsAre("The chain has a gap: the issuer \"CN=Middle\" of the certificate \"CN=Leaf\" "
                  "is not there."));
}

TEST_F(PresentedChainTest, AWrongOrderIsNotAGap) {
  const ChainFindings found = Find({leaf_.der, root_.der, middle_.der});
  EXPECT_FALSE(found.in_order);
  EXPECT_FALSE(found.has_gap);
  EXPECT_THAT(found.sentences,
              ElementsAre(HasSubstr("Certificate 2, of \"CN=Root\", is not the issuer"),
                          HasSubstr("Certificate 3, of \"CN=Middle\", is not the issuer")));
}

TEST_F(PresentedChainTest, ACertificateThatWasSentTwiceIsNamed) {
  const ChainFindings found = Find({leaf_.der, middle_.der, middle_.der});
  EXPECT_FALSE(found.in_order);
  EXPECT_THAT(found.sentences, ElementsAre("Certificate 3 was sent before."));
}

TEST_F(PresentedChainTest, AStrangersRootIsNamed) {
  const OpenSslCertificate stranger = Make("Stranger", nullptr);
  EXPECT_THAT(Find({stranger.der}).sentences,
              ElementsAre("The server's certificate is self-signed."));
  const OpenSslCertificate below = Make("Below", &stranger);
  EXPECT_THAT(Find({below.der, stranger.der}).sentences,
              ElementsAre(HasSubstr("ends at \"CN=Stranger\", a root that is not among")));
}

TEST_F(PresentedChainTest, WhatCannotBeReadIsPassedOver) {
  EXPECT_FALSE(Find({"junk", middle_.der}).has_gap);
  EXPECT_TRUE(Find({"junk", middle_.der}).in_order);
}

}  // namespace
}  // namespace fleetca::client
