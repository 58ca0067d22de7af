// A fake CA with a bootstrap port, and a man in the middle of it.
#ifndef FLEETCA_CLIENT_TESTING_BOOTSTRAP_FIXTURE_H_
#define FLEETCA_CLIENT_TESTING_BOOTSTRAP_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>

#include "client/bootstrap_client.h"
#include "client/testing/ca_client_fixture.h"

namespace fleetca::client::testing {

inline constexpr char kToken[] = "fcj_0123456789012345678901234567890123456789abc";

class BootstrapTest : public CaClientTest {
 protected:
  BootstrapTest() {
    server_.service().AcceptToken(kToken);
    // Takes what it can get.
    stranger_.service().AcceptToken(kToken);
    relay_.service().AcceptToken(kToken);
  }

  BootstrapOptions OptionsFor(const std::string& address) {
    BootstrapOptions options;
    static_cast<CallOptions&>(options) = Options();
    options.address = address;
    options.roots_der = {server_.ca().root_der()};
    options.server_identity = kServerIdentity;
    return options;
  }

  std::unique_ptr<BootstrapClient> MakeBootstrapClient(const std::string& address,
                                                       absl::string_view token = kToken) {
    absl::StatusOr<std::unique_ptr<BootstrapClient>> client =
        BootstrapClient::Create(OptionsFor(address), SecretBytes(token));
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  // Has the keys of another CA.
  FakeServer stranger_;
  // Has a certificate of the same CA for the same names, and is another host of the fleet.
  FakeServer relay_{kOtherIdentity, server_.shared_ca()};
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_BOOTSTRAP_FIXTURE_H_
