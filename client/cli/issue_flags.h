// The flags of `cert issue`, and what `cert renew` and `cert rekey` make of theirs.
#ifndef FLEETCA_CLIENT_CLI_ISSUE_FLAGS_H_
#define FLEETCA_CLIENT_CLI_ISSUE_FLAGS_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "client/cli/bootstrap_flags.h"
#include "client/cli/connection_flags.h"
#include "client/cli/local/key_lock.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {

struct IssueFlags {
  ConnectionFlags connection;
  BootstrapFlags bootstrap;
  OutputFlags output;
  std::string profile;
  std::string identity;
  // One, or with --out-dir as many as are given or as are in the folder.
  std::vector<std::string> csrs;
  std::string csr_dir;
  std::string out_dir;
  std::string new_key;
  std::string key_out;
  // With the certificate and its issuers too, always by a passphrase.
  std::string p12_out;
  KeyLock lock;  // of the new key, and of --p12-out
  std::vector<std::string> names;
  std::string lifetime;
  std::string request_id;
  bool validate_only = false;
  // --chain is what happens without it, but for text.
  bool chain = false;
  bool leaf_only = false;
  bool force = false;
  // No flags of `cert issue`: the certificate of the connection is renewed, by a proof, or at the
  // bootstrap port, which is asked where a proof is wanted or the certificate has ended.
  bool renewal = false;
  bool renew_by_proof = false;
  std::string renew_bootstrap;

  bool LocksKey() const { return lock.IsWanted() || !p12_out.empty(); }
};

// Adds the flags, and examples to the help.
void AddIssueFlags(CLI::App& command, IssueFlags* flags);

// What CLI11's own rules cannot say; "" when the flags fit together.
std::string IssueFlagsMistake(const IssueFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUE_FLAGS_H_
