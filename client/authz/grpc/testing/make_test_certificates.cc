// Certificates for trying enforcement on one machine: a root, a server, and callers with and
// without roles. The CA's key is gone when this ends.
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "base/status_macros.h"
#include "client/authz/grpc/testing/test_fleet.h"

namespace fleetca::client::testing {
namespace {

absl::Status WriteIdentity(const std::string& path, const TestIdentity& identity) {
  FLEETCA_RETURN_IF_ERROR(WriteFileAtomic(path + ".pem", identity.chain_pem, 0644));
  return WriteFileAtomic(path + ".key", identity.key_pem, 0600);
}

// `name` is the name of the files and of the service.
absl::Status WriteCaller(const TestFleet& fleet, const std::string& folder, const std::string& name,
                         std::vector<std::string> roles,
                         absl::Time not_after = absl::Now() + absl::Hours(24)) {
  TestLeaf leaf;
  leaf.uris = {absl::StrCat("spiffe://fleet.example/svc/", name)};
  leaf.not_before = absl::Now() - absl::Minutes(5);
  leaf.not_after = not_after;
  if (!roles.empty()) {
    leaf.authz = x509::FleetAuthz{
        .policy_revision = 1, .roles = std::move(roles), .audience = {{"svc/echo", "svc/orders"}}};
  }
  return WriteIdentity(absl::StrCat(folder, "/", name), fleet.IssueFromRoot(leaf));
}

// `prefix` and as many letters as a token may have more.
std::string LongToken(absl::string_view prefix, int number) {
  std::string token = absl::StrFormat("%s%02d", prefix, number);
  token.resize(64, 'x');
  return token;
}

// A caller with all that the extension can hold, and the longest identity: what buffers must take.
absl::Status WriteLargest(const TestFleet& fleet, const std::string& folder) {
  TestLeaf leaf;
  std::string identity = "spiffe://fleet.example/svc/largest/";
  identity.resize(2048, 'x');
  leaf.uris = {identity};
  leaf.not_before = absl::Now() - absl::Minutes(5);
  leaf.not_after = absl::Now() + absl::Hours(24);
  x509::FleetAuthz authz{.policy_revision = 1, .roles = {"reader"}, .audience = {{"svc/orders"}}};
  for (int i = 0; i < 31; ++i) {
    authz.roles.push_back(LongToken("s", i));
  }
  for (int i = 0; i < 10; ++i) {
    std::string value;
    for (int j = 0; j < 64; ++j) {
      value += "\xc3\xa4";  // which grows to three times its size in a header
    }
    authz.attributes.push_back({LongToken("a", i), value});
  }
  leaf.authz = std::move(authz);
  return WriteIdentity(folder + "/largest", fleet.IssueFromRoot(leaf));
}

absl::Status WriteAll(const std::string& folder) {
  const TestFleet fleet;
  TestLeaf server;
  server.uris = {"spiffe://fleet.example/svc/echo"};
  server.dns_names = {"localhost"};
  server.not_before = absl::Now() - absl::Minutes(5);
  server.not_after = absl::Now() + absl::Hours(24);
  FLEETCA_RETURN_IF_ERROR(WriteFileAtomic(folder + "/ca.pem", fleet.root_pem(), 0644));
  FLEETCA_RETURN_IF_ERROR(WriteIdentity(folder + "/server", fleet.IssueFromRoot(server)));
  FLEETCA_RETURN_IF_ERROR(WriteCaller(fleet, folder, "reader", {"reader"}));
  FLEETCA_RETURN_IF_ERROR(WriteCaller(fleet, folder, "writer", {"writer"}));
  FLEETCA_RETURN_IF_ERROR(WriteLargest(fleet, folder));
  FLEETCA_RETURN_IF_ERROR(
      WriteCaller(fleet, folder, "expired", {"writer"}, absl::Now() - absl::Minutes(1)));
  return WriteCaller(fleet, folder, "stranger", {});
}

}  // namespace
}  // namespace fleetca::client::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "Name the folder to write to, which must exist:\n"
                 "  make_test_certificates /tmp/echo\n"
                 "It gets ca.pem, and a .pem and a .key of server, reader, writer, stranger and "
                 "largest, "
                 "valid for a day, and of expired.\n";
    return 2;
  }
  const absl::Status status = fleetca::client::testing::WriteAll(argv[1]);
  if (!status.ok()) {
    std::cerr << status.message() << std::endl;
    return 1;
  }
  return 0;
}
