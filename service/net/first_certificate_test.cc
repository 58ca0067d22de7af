#include "service/net/first_certificate.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/authority/new_ca.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::StartsWith;

class FirstCertificateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    NewCaOptions options;
    options.organization = "fleet.test";
    options.title = "root";
    options.lifetime = absl::Hours(1);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto root, NewCa::CreateRoot(options, absl::Now()));
    der_ = std::string(root->certificate());
    pem_ = x509::EncodePem(x509::kPemCertificate, der_);
  }

  std::string der_;
  std::string pem_;
};

TEST_F(FirstCertificateTest, ItOutlivesTheTextAndAMove) {
  auto text = std::make_unique<std::string>(pem_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(HeldCertificate held, ParseFirstCertificate(*text));
  text.reset();
  const HeldCertificate moved = std::move(held);
  EXPECT_EQ(moved->der, der_);
  EXPECT_TRUE((*moved).is_ca);
}

TEST_F(FirstCertificateTest, OnlyTheFirstIsParsed) {
  const std::string junk = x509::EncodePem(x509::kPemCertificate, "junk");
  FLEETCA_EXPECT_OK(ParseFirstCertificate(pem_ + junk));
  for (const std::string& wrong : {junk + pem_, std::string(), std::string("junk")}) {
    EXPECT_THAT(ParseFirstCertificate(wrong),
                IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid))
        << wrong;
  }
}

TEST_F(FirstCertificateTest, OfAFileTheErrorNamesIt) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/own.crt";
  EXPECT_THAT(ReadFirstCertificate(path),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  FLEETCA_ASSERT_OK(WriteFileAtomic(path, "junk", 0644));
  EXPECT_THAT(std::string(ReadFirstCertificate(path).status().message()), StartsWith(path));
  FLEETCA_ASSERT_OK(WriteFileAtomic(path, pem_, 0644));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const HeldCertificate held, ReadFirstCertificate(path));
  EXPECT_EQ(held->der, der_);
}

}  // namespace
}  // namespace fleetca::service
