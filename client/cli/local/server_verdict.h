// Whether a client would go on with what a TLS server presents.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_SERVER_VERDICT_H_
#define FLEETCA_CLIENT_CLI_LOCAL_SERVER_VERDICT_H_

#include <string>

#include "absl/time/time.h"
#include "client/cli/local/stapled_ocsp.h"
#include "client/probe/server_probe.h"
#include "client/verdict/system_roots.h"

namespace fleetca::client {

struct ServerVerdict {
  bool believed = false;
  // Why, of either.
  std::string sentence;
};

// Of a client that asks for `host` and believes `roots`. Not believed is a server that has not
// proved the key of its certificate, a certificate for which a step of JudgeCertificate fails, one
// that `ocsp`, the response that came along, calls revoked, and one that wants such a response to
// say "good" where none does. Thread-safe.
ServerVerdict JudgeServer(const PresentedServer& server, const std::string& host,
                          const SystemRoots& roots, const StapledOcsp& ocsp, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_SERVER_VERDICT_H_
