// Whether the certificates that a server sends make a chain.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_PRESENTED_CHAIN_H_
#define FLEETCA_CLIENT_CLI_LOCAL_PRESENTED_CHAIN_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/verdict/certificate_index.h"

namespace fleetca::client {

struct ChainFindings {
  // Each certificate is the issuer of the one before.
  bool in_order = true;
  // A certificate between the server's own and a root was not sent: clients that have not met it
  // elsewhere refuse the server, and others do not.
  bool has_gap = false;
  // A sentence for each thing that is wrong, and for a chain that is right one that says so.
  std::vector<std::string> sentences;
};

// `chain_der` is as the server sent it, its own certificate first; `roots` are those that are
// trusted. Thread-safe.
ChainFindings FindInChain(const std::vector<std::string>& chain_der, const CertificateIndex& roots,
                          absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_PRESENTED_CHAIN_H_
