// sockets_server PATH: hands an identity out at the socket, for tests in other languages.
//
// Reads commands, a line each, from standard input, and says "ok" to each once it is done: "renew"
// (a new certificate), "trust" (a CRL besides), "lose" (no certificate). Ends with standard input.
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "base/grpc/library_log.h"
#include "client/agent/agent_options.h"
#include "client/agent/held_identities.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "client/agent/sockets/workload_sockets.h"

int main(int argc, char** argv) {
  using fleetca::client::HeldIdentity;
  if (argc != 2) {
    std::fputs("usage: sockets_server PATH\n", stderr);
    return 2;
  }
  fleetca::RouteLibraryLog();
  fleetca::client::IdentityOptions options;
  options.name = "web";
  options.sockets.push_back({.path = argv[1]});
  fleetca::client::HeldIdentities held;
  const fleetca::client::testing::IdentityMaker maker;
  std::shared_ptr<const HeldIdentity> now = maker.Make("web");
  held.Publish(now);
  auto sockets = fleetca::client::WorkloadSockets::Create({options}, held);
  if (!sockets.ok()) {
    std::cerr << sockets.status() << "\n";
    return 1;
  }
  (*sockets)->SetPushSpread(absl::ZeroDuration());
  if (const absl::Status started = (*sockets)->Start(); !started.ok()) {
    std::cerr << started << "\n";
    return 1;
  }
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    auto next = line == "renew" ? maker.Make("web") : std::make_shared<HeldIdentity>(*now);
    if (line == "trust") {
      next->crls.push_back(std::make_shared<const std::string>("crl"));
    } else if (line == "lose") {
      next->credential = nullptr;
    }
    now = next;
    held.Publish(now);
    std::cout << "ok" << std::endl;
  }
  (*sockets)->Stop();
  return 0;
}
