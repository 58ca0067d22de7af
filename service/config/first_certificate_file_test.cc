#include "service/config/first_certificate_file.h"

#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"
#include "x509/testing/test_ca.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::StartsWith;

TEST(FirstCertificateFileTest, TheErrorNamesTheFile) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/own.crt";
  EXPECT_THAT(ReadFirstCertificate(path),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  FLEETCA_ASSERT_OK(WriteFileAtomic(path, "junk", 0644));
  const absl::Status junk = ReadFirstCertificate(path).status();
  EXPECT_THAT(junk, IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid));
  EXPECT_THAT(std::string(junk.message()), StartsWith(path));
  const std::string der = x509::MakeTestRoot(KeyType::kP256).certificate;
  FLEETCA_ASSERT_OK(WriteFileAtomic(path, x509::EncodePem(x509::kPemCertificate, der), 0644));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::HeldCertificate held, ReadFirstCertificate(path));
  EXPECT_EQ(held->der, der);
}

}  // namespace
}  // namespace fleetca::service
