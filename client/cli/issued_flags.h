// Flags that select certificates by how they were issued.
#ifndef FLEETCA_CLIENT_CLI_ISSUED_FLAGS_H_
#define FLEETCA_CLIENT_CLI_ISSUED_FLAGS_H_

#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fleetca/v1/revocation.pb.h"

namespace fleetca::client {

struct IssuedFlags {
  bool IsSet() const {
    return !profile.empty() || !issuer.empty() || !issued_from.empty() || !issued_to.empty();
  }

  std::string profile;
  std::string issuer;  // a file
  std::string issued_from;
  std::string issued_to;
};

void AddIssuedFlags(CLI::App& command, IssuedFlags* flags);

// What they select. Reads the issuing CA's file. INVALID_ARGUMENT kFileInvalid for another's; the
// errors of ReadFile.
absl::StatusOr<v1::IssuedSelection> ReadIssuedFlags(const IssuedFlags& flags, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUED_FLAGS_H_
