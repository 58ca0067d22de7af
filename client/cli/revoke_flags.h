// The flags of `cert revoke`: which certificates, and why.
#ifndef FLEETCA_CLIENT_CLI_REVOKE_FLAGS_H_
#define FLEETCA_CLIENT_CLI_REVOKE_FLAGS_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/connection_flags.h"
#include "client/cli/issued_flags.h"
#include "fleetca/v1/revocation.pb.h"

namespace fleetca::client {

struct RevokeFlags {
  ConnectionFlags connection;
  std::string form = "text";
  // Which: one of the groups that the empty lines part.
  std::vector<std::string> serials;  // or files

  std::string identity;

  std::string lineage;  // a serial number or a file

  std::string key_of;  // a file

  IssuedFlags issued;

  std::string reason = "unspecified";
  bool dry_run = false;
  bool yes = false;
};

void AddRevokeFlags(CLI::App& command, RevokeFlags* flags);

// Which flags are missing or do not go together, as a sentence; "" when none does.
std::string CheckRevokeFlags(const RevokeFlags& flags);

// What is to be asked, by flags that CheckRevokeFlags found right. Reads files, whose errors it
// returns.
absl::StatusOr<v1::RevokeCertificatesRequest> ReadRevokeFlags(const RevokeFlags& flags,
                                                              absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_REVOKE_FLAGS_H_
