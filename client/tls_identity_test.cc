#include "client/tls_identity.h"

#include <memory>
#include <string>
#include <utility>

#include "base/errors.h"
#include "client/testing/ca_client_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class TlsIdentityTest : public testing::CaClientTest {
 protected:
  TlsParts Parts() {
    absl::StatusOr<TlsParts> parts = ReadTlsParts(server_.files());
    EXPECT_TRUE(parts.ok()) << parts.status();
    return *std::move(parts);
  }

  // What stands for the parts in words.
  const TlsFiles names_ = {"roots of web", "certificate of web", "key of web"};
};

TEST_F(TlsIdentityTest, PartsInMemoryAreShownAsFilesAre) {
  CaClientOptions options = Options();
  options.parts = std::make_shared<const TlsParts>(Parts());
  options.files = names_;
  const auto client = CaClient::Create(std::move(options));
  ASSERT_TRUE(client.ok()) << client.status();
  const auto issued = (*client)->Renew({});
  ASSERT_TRUE(issued.ok()) << issued.status();
  const auto identity = LoadTlsIdentity(server_.files(), clock_.Now());
  ASSERT_TRUE(identity.ok());
  EXPECT_EQ(x509::ParseCertificate(issued->certificate_der)->public_key.spki, identity->public_key);
}

TEST_F(TlsIdentityTest, WhatIsMissingIsNotReplacedByWhatTheMachineHas) {
  TlsParts without_roots = Parts();
  without_roots.roots_der.clear();
  TlsParts without_certificate = Parts();
  without_certificate.chain_der.clear();
  for (const auto& [parts, name] : {std::pair(&without_roots, "roots of web"),
                                    std::pair(&without_certificate, "certificate of web")}) {
    const absl::Status status = MakeTlsIdentity(*parts, names_, clock_.Now()).status();
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(name));
  }
}

TEST_F(TlsIdentityTest, AnotherKeyIsFoundAndNamed) {
  TlsParts parts = Parts();
  parts.private_key_pem = std::move(MakeKeyAndCsr(KeyType::kP256, {})->private_key_pem);
  const absl::Status status = MakeTlsIdentity(parts, names_, clock_.Now()).status();
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("key of web is not the key"));
}

TEST_F(TlsIdentityTest, ACertificateThatHasEndedNamesTheClock) {
  const absl::Status status =
      MakeTlsIdentity(Parts(), names_, clock_.Now() + absl::Hours(100)).status();
  EXPECT_EQ(GetReason(status), Reason::kCallerCertificateExpired) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("this machine's clock says"));
  EXPECT_TRUE(
      MakeTlsIdentity(Parts(), names_, clock_.Now() + absl::Hours(100), EndedCertificate::kNotShown)
          .ok());
  EXPECT_TRUE(
      MakeTlsIdentity(Parts(), names_, clock_.Now() + absl::Hours(100), EndedCertificate::kShown)
          .ok());
}

}  // namespace
}  // namespace fleetca::client
