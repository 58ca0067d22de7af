// Whether an operator is about to revoke what he asks by.
#ifndef FLEETCA_CLIENT_CLI_OWN_REVOCATION_H_
#define FLEETCA_CLIENT_CLI_OWN_REVOCATION_H_

#include <string>

#include "fleetca/v1/revocation.pb.h"

namespace fleetca::client {

// Whether `request` names the certificate in the file by its serial number, its identity or its
// key. False for what only the CA can tell (a lineage, how certificates were issued), and where
// the file cannot be read.
bool NamesCertificateOf(const v1::RevokeCertificatesRequest& request, const std::string& file);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_OWN_REVOCATION_H_
