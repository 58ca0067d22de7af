// `ocsp query`: asks an OCSP responder about a certificate.
#ifndef FLEETCA_CLIENT_CLI_OCSP_QUERY_COMMAND_H_
#define FLEETCA_CLIENT_CLI_OCSP_QUERY_COMMAND_H_

#include "CLI/App.hpp"

namespace fleetca::client {

void AddOcspQueryCommand(CLI::App& parent, int* exit_code);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_OCSP_QUERY_COMMAND_H_
