// A program of another workspace that keeps its own certificate.
#include <iostream>

#include "absl/time/time.h"
#include "client/agent/embed/fresh_identity.h"

int main() {
  const auto identity = fleetca::client::FreshIdentity::Start(
      {.trust_domain = "fleet.example", .root_sha256 = "no fingerprint", .state_folder = "/tmp"},
      absl::Seconds(1));
  std::cout << identity.status().message() << std::endl;
  return identity.ok() ? 0 : 1;
}
