// A fake CA, and what an agent holds of it.
#ifndef FLEETCA_CLIENT_AGENT_CA_TESTING_AGENT_CA_FIXTURE_H_
#define FLEETCA_CLIENT_AGENT_CA_TESTING_AGENT_CA_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/agent/ca/grpc_ca_port.h"
#include "client/files/credential_files.h"
#include "client/key_and_csr.h"
#include "client/testing/bootstrap_fixture.h"
#include "client/tls_identity.h"

namespace fleetca::client::testing {

class AgentCaTest : public BootstrapTest {
 protected:
  CaPortOptions PortOptions() {
    CaPortOptions options;
    options.trust_domain = "fleet.example";
    options.addresses = {server_.address()};
    options.bootstrap_addresses = {server_.bootstrap_address()};
    options.roots = [this] { return Roots(); };
    options.clock = &clock_;
    return options;
  }

  std::vector<std::string> Roots() const { return {server_.ca().root_der()}; }

  // The administrator, whose certificate names an identity: what the fake gives for a token does
  // not.
  Credential Admin() {
    absl::StatusOr<TlsParts> parts = ReadTlsParts(server_.files());
    EXPECT_TRUE(parts.ok()) << parts.status();
    return {.private_key_pem = std::move(parts->private_key_pem),
            .certificate_der = parts->chain_der.front(),
            .chain_der = {parts->chain_der.begin() + 1, parts->chain_der.end()},
            .roots_der = parts->roots_der};
  }

  // What `port` gives for the token.
  Credential Enroll(CaPort& port) {
    absl::StatusOr<KeyAndCsr> made =
        MakeKeyAndCsr(KeyType::kP256, {{{x509::NameType::kDns, "web.fleet.example"}}});
    EXPECT_TRUE(made.ok()) << made.status();
    const absl::StatusOr<Issued> issued =
        port.Enroll(SecretBytes(kToken), {.csr_der = made->csr_der});
    EXPECT_TRUE(issued.ok()) << issued.status();
    return {.private_key_pem = std::move(made->private_key_pem),
            .certificate_der = issued.ok() ? issued->certificate_der : "",
            .chain_der = issued.ok() ? issued->chain_der : std::vector<std::string>(),
            .roots_der = Roots()};
  }
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AGENT_CA_TESTING_AGENT_CA_FIXTURE_H_
