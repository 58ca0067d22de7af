// The agent's configuration. Whatever stands in it is options or a list of mistakes, a line each.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "client/agent/config/agent_config.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr absl::string_view kPath = "agent.textproto";

}  // namespace

std::vector<std::string> fleetca::fuzz::Seeds() {
  return {R"(ca {
  trust_domain: "fleet.example"
  addresses: "[::1]:8443"
  bootstrap_addresses: "ca.fleet.example:8444"
  root_sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  bundle_refresh { seconds: 60 }
}
state_folder: "s"
identities {
  name: "web"
  profile: "server"
  spiffe_id: "spiffe://fleet.example/svc/web"
  names: "IP:192.0.2.1"
  key_type: KEY_TYPE_ED25519
  enrollment { join_token_credential: "token" }
  outputs { folder: "tls" secret_mode: "0640" owner: "0:0" pkcs12: "a" passphrase_file: "b" }
  hooks { exec: ["/bin/true", "x"] timeout { seconds: 5 } }
  hooks { signal { pid_file: "p" signal: "USR1" } }
  maintenance_windows { days: ["SAT", "SUN"] begin: "22:00" end: "04:30" }
  sockets { path: "/s" mode: "0600" units: "a.service" cgroups: "/a" protocols: 1 }
}
run_as: "0:0"
)",
          R"(status { address: "[::1]:1" socket: "-" } logging { level: "debug" })",
          "identities {}"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto options = client::ParseAgentConfig(input, kPath, "/credentials");
  if (options.ok()) {
    FLEETCA_FUZZ_REQUIRE(!options->identities.empty());
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(options.status().code() == absl::StatusCode::kInvalidArgument);
  FLEETCA_FUZZ_REQUIRE(GetReason(options.status()) == Reason::kConfigInvalid);
  // A mistake may quote a text with a line's end in it, so the first line alone is sure.
  const std::vector<absl::string_view> parts =
      absl::StrSplit(options.status().message(), absl::MaxSplits(':', 2));
  int line = 0;
  FLEETCA_FUZZ_REQUIRE(parts.size() == 3 && parts[0] == kPath);
  FLEETCA_FUZZ_REQUIRE(absl::SimpleAtoi(parts[1], &line) && line >= 1);
  return 0;
}
