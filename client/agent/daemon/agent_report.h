// How an agent is, for operators and for their programs.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_AGENT_REPORT_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_AGENT_REPORT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/agent/identity_status.h"
#include "client/authz/revocations.h"

namespace fleetca::client {

// A value: how all is at one moment.
struct AgentReport {
  absl::Time now;
  absl::Time started_at;
  std::vector<IdentityStatus> identities;
  // Whom the host trusts, and what became of the last question for it.
  size_t roots = 0;
  absl::Status bundle_error;
  absl::Time next_bundle;
  // nullopt: revocations are not followed.
  std::optional<Revocations::Knowledge> revocations;

  // Whether every identity has a certificate that is valid.
  bool ready() const;
  // Whether besides every certificate is one that the configuration asks for, and every hook has
  // worked.
  bool settled() const;
};

// One object, with a line break at the end: what `fleetca agent status -o json` shows.
std::string ReportToJson(const AgentReport& report);

// In Prometheus' text format.
std::string ReportToMetrics(const AgentReport& report);

// One line, for systemd's STATUS=: "3 identities, all ready; next renewal at 2026-11-29 12:46:45
// UTC", or what is wrong with the first that is not.
std::string ReportInWords(const AgentReport& report);

// A line for each identity that is not ready, whose certificate is renewed because the
// configuration asks for another, or whose hooks have not worked; "" where there is none.
std::string WhyNotReady(const AgentReport& report);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_AGENT_REPORT_H_
