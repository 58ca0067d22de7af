#include "client/agent/generation_outputs.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/private_key.h"
#include "client/testing/fake_ca.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

class GenerationOutputsTest : public ::testing::Test {
 protected:
  GenerationOutputsTest() { options_.folder = folder_.path() + "/tls"; }

  Credential Make() const {
    const auto pair = ca_.IssueTls({});
    const auto ders = x509::DecodePem(x509::kPemCertificate, pair.chain_pem);
    FLEETCA_EXPECT_OK(ders);
    Credential credential;
    credential.private_key_pem = SecretBytes(pair.key_pem);
    credential.certificate_der = ders->front();
    credential.chain_der = {ders->begin() + 1, ders->end()};
    credential.roots_der = {ca_.root_der()};
    return credential;
  }

  bool Exists(absl::string_view name) const {
    return std::filesystem::exists(absl::StrCat(options_.folder, "/", name));
  }

  const testing::FakeCa ca_;
  const fleetca::testing::TemporaryFolder folder_;
  OutputOptions options_;
};

TEST_F(GenerationOutputsTest, TheUsualFilesChangeAsOneGeneration) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto outputs, OpenOutputs(options_));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const uint64_t none, outputs->Generation());
  EXPECT_EQ(none, 0u);
  const Credential credential = Make();
  FLEETCA_ASSERT_OK(outputs->Put(credential));
  FLEETCA_ASSERT_OK(outputs->Put(credential));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const uint64_t first, outputs->Generation());
  EXPECT_EQ(first, 1u);
  EXPECT_TRUE(Exists("credential-bundle.pem"));
  EXPECT_TRUE(Exists("trust-bundle.pem"));
  FLEETCA_ASSERT_OK(outputs->Put(Make()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const uint64_t second, outputs->Generation());
  EXPECT_EQ(second, 2u);
}

TEST_F(GenerationOutputsTest, WhatIsInPlaceIsReadFromWhicheverFilesThereAre) {
  const Credential credential = Make();
  for (const bool in_one : {true, false}) {
    options_.folder = folder_.path() + (in_one ? "/one" : "/two");
    if (!in_one) {
      options_.files.credential_bundle.clear();
      options_.files.private_key = "tls.key";
      options_.files.certificate = "tls.crt";
    }
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto outputs, OpenOutputs(options_));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const Credential none, outputs->Placed());
    EXPECT_EQ(none.certificate_der, "");
    FLEETCA_ASSERT_OK(outputs->Put(credential));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const Credential placed, outputs->Placed());
    EXPECT_EQ(placed.certificate_der, credential.certificate_der);
    EXPECT_EQ(placed.chain_der, credential.chain_der);
    EXPECT_FALSE(placed.private_key_pem.empty());
  }
}

TEST_F(GenerationOutputsTest, TheKeyIsTheOwnersAndTheRootsAreEverybodys) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto outputs, OpenOutputs(options_));
  FLEETCA_ASSERT_OK(outputs->Put(Make()));
  struct stat info;
  ASSERT_EQ(stat((options_.folder + "/..data").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0755);
  ASSERT_EQ(stat((options_.folder + "/credential-bundle.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600);
  ASSERT_EQ(stat((options_.folder + "/trust-bundle.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644);
}

TEST_F(GenerationOutputsTest, StoresForJavaStayTheSameWhileTheySayTheSame) {
  options_.files.credential_bundle.clear();
  options_.files.trust_bundle.clear();
  options_.pkcs12 = "keystore.p12";
  options_.truststore = "truststore.p12";
  options_.passphrase_file = folder_.path() + "/passphrase";
  std::ofstream(options_.passphrase_file) << "changeit\n";
  std::filesystem::permissions(options_.passphrase_file, std::filesystem::perms::owner_read);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto outputs, OpenOutputs(options_));
  const Credential credential = Make();
  FLEETCA_ASSERT_OK(outputs->Put(credential));
  FLEETCA_ASSERT_OK(outputs->Put(credential));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const uint64_t generation, outputs->Generation());
  EXPECT_EQ(generation, 1u);
  EXPECT_TRUE(Exists("keystore.p12"));
  EXPECT_FALSE(Exists("credential-bundle.pem"));
}

}  // namespace
}  // namespace fleetca::client
