#include "client/authz/certificate_file.h"

#include <string>
#include <vector>

#include "base/durable_file.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_key.h"
#include "x509/pem.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::TestKey;

class CertificateFileTest : public ::testing::Test {
 protected:
  std::string Write(const std::vector<std::string>& ders) {
    const std::string path = folder_.path() + "/certificates.pem";
    std::string pem;
    for (const std::string& der : ders) {
      pem += x509::EncodePem(x509::kPemCertificate, der);
    }
    FLEETCA_EXPECT_OK(WriteFileAtomic(path, pem, 0644));
    return path;
  }

  testing::TemporaryFolder folder_;
  const x509::TestCa root_ = x509::MakeTestRoot(KeyType::kP256);
  const x509::TestCa issuing_ = x509::MakeTestIssuingCa(root_, KeyType::kP256);
};

// One certificate that cannot be read must not make everyone nobody.
TEST_F(CertificateFileTest, IntermediatesThatCannotStandInAPathAreLeftOut) {
  const std::string leaf = x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256));
  const auto pool = LoadIntermediates(Write({"hello", issuing_.certificate, leaf}));
  FLEETCA_ASSERT_OK(pool);
  ASSERT_EQ(pool->size(), 1u);
  EXPECT_EQ(pool->certificates()[0].der, issuing_.certificate);
}

TEST_F(CertificateFileTest, AFileWithNoIntermediateAtAllIsAMistake) {
  const std::string path = Write({"hello"});
  const auto pool = LoadIntermediates(path);
  EXPECT_THAT(pool.status(), IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid));
  EXPECT_NE(pool.status().message().find(path), absl::string_view::npos);
  EXPECT_THAT(LoadIntermediates(folder_.path() + "/none").status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

}  // namespace
}  // namespace fleetca::client
