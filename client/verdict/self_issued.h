// Whether a certificate has its issuer's name (RFC 5280 section 3.2).
#ifndef FLEETCA_CLIENT_VERDICT_SELF_ISSUED_H_
#define FLEETCA_CLIENT_VERDICT_SELF_ISSUED_H_

#include "x509/canonical_name.h"
#include "x509/certificate.h"

namespace fleetca::client {

// As x509::SameName compares names. Thread-safe.
[[nodiscard]] inline bool IsSelfIssued(const x509::Certificate& certificate) {
  return x509::SameName(certificate.subject, certificate.issuer);
}

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_SELF_ISSUED_H_
