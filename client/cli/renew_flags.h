// The flags of `cert renew` and `cert rekey`.
#ifndef FLEETCA_CLIENT_CLI_RENEW_FLAGS_H_
#define FLEETCA_CLIENT_CLI_RENEW_FLAGS_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "client/cli/connection_flags.h"
#include "client/cli/issue_flags.h"
#include "client/cli/local/key_lock.h"

namespace fleetca::client {

struct RenewFlags {
  // Which of the two commands it is.
  bool rekey = false;
  ConnectionFlags connection;
  bool proof = false;
  std::string bootstrap;
  std::string profile;
  std::string lifetime;
  // Of `cert rekey` alone.
  std::string csr;
  std::string new_key;
  std::vector<std::string> names;
  std::string key_out;
  KeyLock lock;

  std::string out;
  // "pem", or what is printed of the new certificate.
  std::string form = "pem";
  bool leaf_only = false;
  bool validate_only = false;
  bool force = false;

  // Whether the new certificate, and the new key, take the places of those that ask.
  bool InPlace() const { return out.empty() && key_out.empty(); }
};

// Adds the flags, and examples to the help. `flags->rekey` is set.
void AddRenewFlags(CLI::App& command, RenewFlags* flags);

// What CLI11's own rules cannot say; "" when the flags fit together.
std::string RenewFlagsMistake(const RenewFlags& flags);

// The same request in the flags of `cert issue`, with the places of the certificate and the key
// that ask where no others are given, and a new key of the type of the one that asks.
// INVALID_ARGUMENT kConfigInvalid where that certificate is no file that could be replaced, or its
// key of a type that this program does not make; the errors of reading it.
absl::StatusOr<IssueFlags> IssueFlagsOf(const RenewFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_RENEW_FLAGS_H_
