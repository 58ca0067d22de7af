#include "x509/certificate_pool.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::TestKey;

TEST(CertificatePool, KeepsTheCasAndSaysWhatItLeftOut) {
  const TestCa root = MakeTestRoot(KeyType::kP256);
  const TestCa issuing = MakeTestIssuingCa(root, KeyType::kP256);
  const std::string leaf = IssueLeaf(issuing, TestKey::OfType(KeyType::kP256));
  std::vector<CertificatePool::Unused> unused;
  CertificatePool copy;
  {
    const CertificatePool pool =
        CertificatePool::OfCas({"hello", root.certificate, leaf, issuing.certificate}, &unused);
    ASSERT_EQ(pool.size(), 2u);
    copy = pool;
  }
  EXPECT_EQ(copy.certificates()[0].der, root.certificate);
  EXPECT_EQ(copy.certificates()[1].der, issuing.certificate);
  ASSERT_EQ(unused.size(), 2u);
  EXPECT_EQ(unused[0].position, 0u);
  EXPECT_EQ(unused[1].position, 2u);
  for (const CertificatePool::Unused& one : unused) {
    EXPECT_THAT(one.why, IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid));
  }
}

TEST(CertificatePool, MayBeEmpty) {
  EXPECT_TRUE(CertificatePool().empty());
  EXPECT_TRUE(CertificatePool::OfCas({"x"}).empty());
}

}  // namespace
}  // namespace fleetca::x509
