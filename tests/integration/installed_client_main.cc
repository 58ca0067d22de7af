// A program outside of this workspace that uses the installed client library.
#include <iostream>

#include "absl/time/time.h"
#include "base/errors.h"
#include "client/agent/embed/fresh_identity.h"
#include "client/key_and_csr.h"

int main(int argc, char** argv) {
  const auto made = fleetca::client::MakeKeyAndCsr(fleetca::KeyType::kP256, {});
  const auto identity = fleetca::client::FreshIdentity::Start({.trust_domain = "fleet.example",
                                                               .root_sha256 = "no fingerprint",
                                                               .state_folder = argv[argc - 1]},
                                                              absl::Seconds(1));
  std::cout << made.ok() << " " << identity.status().message() << std::endl;
  return made.ok() && fleetca::GetReason(identity.status()) == fleetca::Reason::kFileInvalid ? 0
                                                                                             : 1;
}
