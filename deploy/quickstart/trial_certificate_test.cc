#include "deploy/quickstart/trial_certificate.h"

#include <sys/stat.h>

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::quickstart {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::OpenSslRequest;

// In force for an hour.
OpenSslCertificate Make(const char* name, const OpenSslCertificate* issuer) {
  OpenSslRequest request = {.common_name = name,
                            .issuer = issuer,
                            .not_before = absl::Now() - absl::Hours(1),
                            .not_after = absl::Now() + absl::Hours(1)};
  if (issuer != nullptr) {
    request.extensions = {{"basicConstraints", "critical,CA:FALSE"},
                          {"keyUsage", "critical,digitalSignature"}};
  }
  return MakeByOpenSsl(request);
}

class TrialCertificateTest : public ::testing::Test {
 protected:
  TrialCertificateTest() {
    EXPECT_EQ(mkdir(trial_.ca().c_str(), 0700), 0);
    Write(trial_.roots(), root_.pem, 0644);
    Write(trial_.certificate(), web_.pem, 0644);
    Write(trial_.key(), web_.key_pem, 0600);
  }

  static void Write(const std::string& file, const std::string& contents, mode_t mode) {
    EXPECT_TRUE(WriteFileAtomic(file, contents, mode).ok());
  }

  const fleetca::testing::TemporaryFolder folder_;
  const TrialFolder trial_ = {folder_.path()};
  const OpenSslCertificate root_ = Make("root", nullptr);
  const OpenSslCertificate web_ = Make("web", &root_);
};

TEST_F(TrialCertificateTest, IsUsableUntilItIsAboutToEnd) {
  EXPECT_TRUE(HasUsableCertificate(trial_, absl::Now()));
  EXPECT_FALSE(HasUsableCertificate(trial_, absl::Now() + absl::Minutes(56)));
}

TEST_F(TrialCertificateTest, OfAnotherCaIsNotUsable) {
  Write(trial_.roots(), Make("root", nullptr).pem, 0644);
  EXPECT_FALSE(HasUsableCertificate(trial_, absl::Now()));
}

TEST_F(TrialCertificateTest, WithAnotherKeyIsNotUsable) {
  Write(trial_.key(), Make("web", &root_).key_pem, 0600);
  EXPECT_FALSE(HasUsableCertificate(trial_, absl::Now()));
}

TEST_F(TrialCertificateTest, WhatIsNotThereIsNotUsable) {
  const TrialFolder none = {folder_.path() + "/none"};
  EXPECT_FALSE(HasUsableCertificate(none, absl::Now()));
}

}  // namespace
}  // namespace fleetca::quickstart
