// A root, an issuing CA and certificates for TLS of any shape, sound or not.
#ifndef FLEETCA_CLIENT_AUTHZ_GRPC_TESTING_TEST_FLEET_H_
#define FLEETCA_CLIENT_AUTHZ_GRPC_TESTING_TEST_FLEET_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/authz/fleet_authz.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client::testing {

struct TestLeaf {
  std::vector<std::string> uris;
  std::vector<std::string> dns_names;
  absl::Time not_before = x509::kTestNow - absl::Minutes(5);
  absl::Time not_after = x509::kTestNow + absl::Hours(1);
  std::optional<x509::FleetAuthz> authz;
};

// As files would have them.
struct TestIdentity {
  std::string certificate_pem;  // the leaf alone
  std::string chain_pem;        // with its issuer's, where that is not the root
  std::string key_pem;
};

// The CAs are valid from x509::kTestNow on: the issuing CA for a year, the root for ten. A failure
// of its own is fatal.
struct TestFleet {
  TestFleet();

  // A leaf for a new key. There is no lint: a test says what it likes.
  TestIdentity Issue(const TestLeaf& leaf) const;
  // The same from the root itself: valid to peers that go by the machine's clock.
  TestIdentity IssueFromRoot(const TestLeaf& leaf) const;
  std::string root_pem() const;

  const x509::TestCa root;
  const x509::TestCa issuing;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AUTHZ_GRPC_TESTING_TEST_FLEET_H_
