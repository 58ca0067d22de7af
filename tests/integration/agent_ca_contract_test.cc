// What an agent relies on, of the server and of the fake that the agent's own tests run against.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/agent/ca/grpc_ca_port.h"
#include "client/agent/ca/trust_keeper.h"
#include "client/fingerprint.h"
#include "client/key_and_csr.h"
#include "client/tls_identity.h"
#include "tests/integration/client_contract_fixture.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/certificate.h"

namespace fleetca {
namespace {

using ::fleetca::testing::ClientContractTest;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsOk;

// A host that knows its token and the root's fingerprint.
class AgentCaContractTest : public ClientContractTest {
 protected:
  void SetUp() override {
    ClientContractTest::SetUp();
    FLEETCA_ASSERT_OK_AND_ASSIGN(roots_der_, client::LoadRoots(ca_->admin().ca_file));
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        keeper_, client::TrustKeeper::Open({.trust_domain = ca_->trust_domain(),
                                            .root_sha256 = *client::ParseFingerprint(
                                                client::FingerprintOf(roots_der_.front())),
                                            .bootstrap_addresses = {ca_->bootstrap_port()},
                                            .state_folder = folder_.path()}));
    port_ = client::MakeCaPort({.trust_domain = ca_->trust_domain(),
                                .addresses = {"127.0.0.1:1", ca_->issuing_address()},
                                .bootstrap_addresses = {"127.0.0.1:1", ca_->bootstrap_port()},
                                .roots = [this] { return keeper_->Roots(); }});
  }

  absl::StatusOr<client::Credential> Enroll() {
    const std::vector<client::CreatedJoinToken> made = CreateTokens({"/host/a"});
    FLEETCA_ASSIGN_OR_RETURN(
        client::KeyAndCsr key,
        client::MakeKeyAndCsr(KeyType::kP256, {{x509::NameType::kUri, Identity("/host/a")}}));
    FLEETCA_ASSIGN_OR_RETURN(
        client::Issued issued,
        port_->Enroll(SecretBytes(made.front().token.view()), {.csr_der = key.csr_der}));
    return client::Credential{.private_key_pem = std::move(key.private_key_pem),
                              .certificate_der = issued.certificate_der,
                              .chain_der = issued.chain_der,
                              .roots_der = keeper_->Known()};
  }

  testing::TemporaryFolder folder_;
  std::vector<std::string> roots_der_;
  std::unique_ptr<client::TrustKeeper> keeper_;
  std::unique_ptr<client::CaPort> port_;
};

INSTANTIATE_TEST_SUITE_P(Both, AgentCaContractTest, ::testing::Bool(), testing::NameOfCa);

TEST_P(AgentCaContractTest, AHostLivesFromItsTokenOn) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Credential held, Enroll());
  EXPECT_THAT(port_->Try(held), IsOk());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::RenewalInfo info, port_->GetRenewalInfo(held));
  EXPECT_GT(info.window_start, absl::Now());
  EXPECT_FALSE(info.revoked);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued renewed, port_->Renew(held, {}));
  EXPECT_EQ(x509::ParseCertificate(renewed.certificate_der)->public_key.spki,
            x509::ParseCertificate(held.certificate_der)->public_key.spki);
  const client::Credential next = {.private_key_pem = SecretBytes(held.private_key_pem.view()),
                                   .certificate_der = renewed.certificate_der,
                                   .chain_der = renewed.chain_der,
                                   .roots_der = roots_der_};
  EXPECT_THAT(port_->Try(next), IsOk());
  // A host that crashed before it had used the new one asks by the old one again.
  EXPECT_THAT(port_->Renew(held, {}), IsOk());
}

TEST_P(AgentCaContractTest, TheBundleIsAskedForAndKept) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Credential held, Enroll());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool changed, keeper_->Refresh(*port_, {&held}));
  EXPECT_FALSE(changed);
  EXPECT_THAT(client::LoadRoots(folder_.path() + "/trust-bundle.pem"), IsOk());
  EXPECT_EQ(keeper_->Known(), roots_der_);
}

TEST_P(AgentCaContractTest, ATokenThatNobodyMadeIsRefused) {
  EXPECT_THAT(port_->Enroll(SecretBytes(absl::StrCat("fcj_", std::string(43, 'A'))),
                            {.csr_der = Csr("/host/a")}),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
}

// What the fake gives for a token names no identity, so that no proof can be made with it.
TEST_P(AgentCaContractTest, AProofAtTheBootstrapPortRenews) {
  if (!GetParam()) {
    GTEST_SKIP();
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Credential held, Enroll());
  EXPECT_THAT(port_->RenewByProof(held, {}), IsOk());
}

}  // namespace
}  // namespace fleetca
