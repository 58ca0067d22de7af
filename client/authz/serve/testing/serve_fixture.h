// An AuthzServer with files of its own, and callers' certificates as proxies pass them on.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_TESTING_SERVE_FIXTURE_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_TESTING_SERVE_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "client/authz/grpc/testing/test_fleet.h"
#include "client/authz/serve/authz_server.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client::testing {

// Goes by the machine's clock. Audience svc/orders; reader and writer GET /orders/*, writer alone
// POSTs it, any identity GETs /healthz.
class ServeFixture : public ::testing::Test {
 protected:
  static void SetUpTestSuite();

  ServeFixture();
  // At free ports.
  AuthzServerOptions Options() const;
  void Start(AuthzServerOptions options);
  void Start() { Start(Options()); }

  std::string Path(absl::string_view name) const;
  void Write(absl::string_view name, absl::string_view contents) const;

  // spiffe://fleet.example/svc/web with these roles and region "eu-1", valid for an hour.
  static TestLeaf Leaf(std::vector<std::string> roles);
  // PEM, percent-encoded as Envoy does it.
  static std::string Escaped(absl::string_view pem);
  static std::string Certificate(const TestLeaf& leaf) {
    return Escaped(fleet_->IssueFromRoot(leaf).certificate_pem);
  }

  inline static const TestFleet* fleet_;
  // Short, as the path of a socket must be.
  const fleetca::testing::TemporaryFolder folder_{"/tmp"};
  std::unique_ptr<AuthzServer> server_;
};

// A new connection; none when nothing listens there.
Descriptor ConnectTo(const ListenAddress& address);

// Sends the bytes on a connection of its own and returns what comes until the other end closes it;
// "" when nothing listens there.
std::string Exchange(const ListenAddress& address, absl::string_view bytes);

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_TESTING_SERVE_FIXTURE_H_
