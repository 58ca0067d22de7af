// A small configuration of the agent that is valid.
#ifndef FLEETCA_CLIENT_AGENT_CONFIG_TESTING_GOOD_AGENT_CONFIG_H_
#define FLEETCA_CLIENT_AGENT_CONFIG_TESTING_GOOD_AGENT_CONFIG_H_

namespace fleetca::client::testing {

inline constexpr char kAgentPath[] = "conf/agent.textproto";

// Everything has its default. The identity begins on line 7, and ends on line 12.
inline constexpr char kGoodAgent[] = R"(ca {
  trust_domain: "fleet.example"
  addresses: "ca.fleet.example:8443"
  root_file: "root-ca.crt"
}
state_folder: "/var/lib/agent"
identities {
  name: "web"
  profile: "server"
  outputs { folder: "tls/" }
  hooks { exec: ["bin/reload", "now"] }
}
)";

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AGENT_CONFIG_TESTING_GOOD_AGENT_CONFIG_H_
