// How an identity of the agent is, for operators.
#ifndef FLEETCA_CLIENT_AGENT_IDENTITY_STATUS_H_
#define FLEETCA_CLIENT_AGENT_IDENTITY_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace fleetca::client {

struct HookStatus {
  std::string what;  // HookInWords
  // Of the last run; nullopt: it never ran.
  std::optional<absl::Time> ran_at;
  absl::Status result;
  int attempts = 0;      // in a row, the last one included
  bool pending = false;  // to be run (again)
};

struct IdentityStatus {
  std::string name;
  std::string spiffe_id;
  // Of the certificate in force; empty and past where there is none.
  std::string serial;  // hex
  absl::Time not_before;
  absl::Time not_after;
  absl::Time renew_at;
  // Why it is renewed before its time, in words; "": it is not.
  std::string renew_reason;
  absl::Time window_start;
  absl::Time window_end;
  std::string explanation_url;
  // Whether there is a certificate that is valid now, and its files are in place. While it is
  // renewed before its time, it is the one in use, and ready.
  bool ready = false;
  // What is under way, in words: "waiting", "enrolling by a join token", "renewing", "trying the
  // new certificate", "running hooks".
  std::string doing;
  // Of the last attempt that failed, OK where the last one succeeded.
  absl::Status last_error;
  absl::Time last_error_at;
  int failures = 0;  // in a row
  // Why the CA's newest trust bundle is not used, in words; "": it is.
  std::string bundle_kept_aside;
  std::optional<absl::Time> renewed_at;
  uint64_t renewals = 0;  // since the agent started
  // How often files that were in place were found removed or replaced since then.
  uint64_t losses = 0;
  std::vector<HookStatus> hooks;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_IDENTITY_STATUS_H_
