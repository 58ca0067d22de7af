// Why a certificate was revoked.
#ifndef FLEETCA_X509_REVOCATION_REVOCATION_REASON_H_
#define FLEETCA_X509_REVOCATION_REVOCATION_REASON_H_

#include <cstdint>

namespace fleetca::x509 {

// CRLReason ::= ENUMERATED (RFC 5280 5.3.1), by its numbers; 7 is not used.
enum class RevocationReason : uint8_t {
  kUnspecified = 0,
  kKeyCompromise = 1,
  kCaCompromise = 2,
  kAffiliationChanged = 3,
  kSuperseded = 4,
  kCessationOfOperation = 5,
  kCertificateHold = 6,
  kRemoveFromCrl = 8,
  kPrivilegeWithdrawn = 9,
  kAaCompromise = 10,
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_REVOCATION_REASON_H_
