#include "client/cli/local/p12_selection.h"

#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "client/objects/pkcs12_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class P12SelectionTest : public ::testing::Test {
 protected:
  static OpenSslCertificate Make(const char* name, const OpenSslCertificate* issuer) {
    return MakeByOpenSsl({.common_name = name,
                          .issuer = issuer,
                          .not_before = absl::Now() - absl::Hours(1),
                          .not_after = absl::Now() + absl::Hours(1)});
  }

  static Pkcs12Key KeyOf(const OpenSslCertificate& certificate, const char* alias,
                         const char* key_id) {
    EVP_PKEY_up_ref(certificate.key.get());
    return {.key = EvpPkeyPtr(certificate.key.get()),
            .alias = alias,
            .key_id = key_id,
            .encryption = ""};
  }

  // The certificates of web_ and its issuers, and no key.
  Pkcs12 File() const {
    Pkcs12 file;
    for (const OpenSslCertificate* one : {&root_, &web_, &issuing_}) {
      file.certificates.push_back({.der = one->der, .alias = "", .key_id = "", .encryption = ""});
    }
    return file;
  }

  const OpenSslCertificate root_ = Make("root", nullptr);
  const OpenSslCertificate issuing_ = Make("issuing", &root_);
  const OpenSslCertificate web_ = Make("web", &issuing_);
};

TEST_F(P12SelectionTest, TheCertificateAndTheChainAreTheKeys) {
  Pkcs12 file = File();
  file.keys.push_back(KeyOf(web_, "web", "\x01"));
  const auto selected = SelectFrom(file, {});
  ASSERT_TRUE(selected.ok()) << selected.status();
  EXPECT_EQ(selected->key, &file.keys.front());
  EXPECT_EQ(selected->certificate, web_.der);
  EXPECT_THAT(selected->chain, ElementsAre(issuing_.der));
  EXPECT_THAT(selected->roots, ElementsAre(root_.der));
}

TEST_F(P12SelectionTest, OfTwoKeysOneIsToBeChosen) {
  Pkcs12 file = File();
  file.keys.push_back(KeyOf(web_, "web", "\x01"));
  file.keys.push_back(KeyOf(issuing_, "Issuing", "\x02"));
  const auto refused = SelectFrom(file, {});
  EXPECT_THAT(refused.status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("--alias \"web\" or --key-id 01; --alias \"Issuing\" or --key-id 02"));
  EXPECT_EQ(SelectFrom(file, {.alias = "issuing", .key_id = ""})->key, &file.keys[1]);
  EXPECT_EQ(SelectFrom(file, {.alias = "", .key_id = "01"})->key, &file.keys[0]);
  EXPECT_THAT(std::string(SelectFrom(file, {.alias = "web", .key_id = "02"}).status().message()),
              HasSubstr("It holds no such key"));
}

TEST_F(P12SelectionTest, WithoutAKeyThereIsNothingToChooseFrom) {
  const Pkcs12 file = File();
  const auto selected = SelectFrom(file, {});
  ASSERT_TRUE(selected.ok()) << selected.status();
  EXPECT_EQ(selected->key, nullptr);
  EXPECT_EQ(selected->certificate, "");
  EXPECT_THAT(std::string(SelectFrom(file, {.alias = "web", .key_id = ""}).status().message()),
              HasSubstr("no private key to choose from"));
}

}  // namespace
}  // namespace fleetca::client
