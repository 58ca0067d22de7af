#include "client/reread_file.h"

#include <sys/stat.h>

#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;

class RereadFileTest : public ::testing::Test {
 protected:
  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/own.crt";
};

// Opening a pipe would take from its other reader, and wait for its writer.
TEST_F(RereadFileTest, WhatCanBeReadOnceIsLeftAlone) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  for (const std::string& once : {path_, std::string("-"), folder_.path()}) {
    EXPECT_THAT(RereadFile(once),
                IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid))
        << once;
  }
}

TEST_F(RereadFileTest, TheFirstCertificateIsTheHoldersOwn) {
  const std::string der = x509::MakeTestRoot(KeyType::kP256).certificate;
  const std::string pem = x509::EncodePem(x509::kPemCertificate, der) +
                          x509::EncodePem(x509::kPemCertificate, "the issuer's");
  FLEETCA_ASSERT_OK(WriteFileAtomic(path_, pem, 0644));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string text, RereadFile(path_));
  EXPECT_EQ(text, pem);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::HeldCertificate held, RereadFirstCertificate(path_));
  EXPECT_EQ(*held.der, der);
  FLEETCA_ASSERT_OK(WriteFileAtomic(path_, "junk", 0644));
  EXPECT_FALSE(RereadFirstCertificate(path_).ok());
}

}  // namespace
}  // namespace fleetca::client
