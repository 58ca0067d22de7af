#include "client/verdict/chain_fix.h"

#include <string>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ChainFixTest : public ::testing::Test {
 protected:
  ChainFixTest()
      : root_(x509::MakeTestRoot(KeyType::kP256)),
        issuing_(x509::MakeTestIssuingCa(root_, KeyType::kP256)),
        leaf_der_(x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256))),
        leaf_(*x509::ParseCertificate(leaf_der_)) {}

  // What FetchMissing adds where the URL of the leaf gives `answer`.
  size_t Added(absl::StatusOr<std::vector<std::string>> answer) {
    CertificateIndex index;
    FetchMissing(
        leaf_, x509::kTestNow,
        [this, &answer](const std::string& url) {
          EXPECT_EQ(url, "http://pki.fleet.example/issuing.der");
          ++asked_;
          return answer;
        },
        &index, &problems_);
    return index.size();
  }

  const x509::TestCa root_;
  const x509::TestCa issuing_;
  const std::string leaf_der_;
  const x509::Certificate leaf_;
  int asked_ = 0;
  std::vector<absl::Status> problems_;
};

TEST_F(ChainFixTest, TheLeafIsFoundInAnyOrder) {
  CertificateIndex index;
  index.AddAll({root_.certificate, issuing_.certificate, leaf_der_}, "mixed.pem");
  EXPECT_EQ(LeafOf(index.certificates())->der, leaf_der_);
  CertificateIndex cas;
  cas.AddAll({root_.certificate, issuing_.certificate}, "cas.pem");
  EXPECT_EQ(LeafOf(cas.certificates())->der, issuing_.certificate);
  EXPECT_EQ(LeafOf({}), nullptr);
}

TEST_F(ChainFixTest, FetchesTheIssuer) {
  EXPECT_EQ(Added(std::vector<std::string>{issuing_.certificate}), 1);
  EXPECT_EQ(asked_, 1);
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ChainFixTest, TakesNothingButTheIssuer) {
  EXPECT_EQ(Added(std::vector<std::string>{root_.certificate, "junk"}), 0);
  ASSERT_EQ(problems_.size(), 1);
  EXPECT_THAT(problems_[0].message(), HasSubstr("did not sign"));
  EXPECT_EQ(asked_, 1);
}

TEST_F(ChainFixTest, AnAddressThatIsAway) {
  EXPECT_EQ(Added(Unavailable(Reason::kServerUnreachable, "nothing answers")), 0);
  ASSERT_EQ(problems_.size(), 1);
  EXPECT_THAT(problems_[0].message(), HasSubstr("issuing.der: nothing answers"));
}

}  // namespace
}  // namespace fleetca::client
