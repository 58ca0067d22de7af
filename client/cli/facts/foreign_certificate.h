// What there is to say about a certificate of anybody, one that is not accepted here too.
#ifndef FLEETCA_CLIENT_CLI_FACTS_FOREIGN_CERTIFICATE_H_
#define FLEETCA_CLIENT_CLI_FACTS_FOREIGN_CERTIFICATE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/facts/facts.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::client {

// FactsOfCertificate where the certificate is one that is accepted here, and else what OpenSSL
// reads of it: the name, the issuer, the serial number, the dates, the key, the names of
// subjectAltName and `not_accepted`; the rest stays empty. The error of FactsOfCertificate where
// OpenSSL cannot read it either. Whoever shows a certificate asks this; whoever relies on it does
// not. Thread-safe.
absl::StatusOr<CertificateFacts> FactsOfAnyCertificate(
    absl::string_view der, const x509::AuthzOids& oids = x509::AuthzOids());

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FACTS_FOREIGN_CERTIFICATE_H_
