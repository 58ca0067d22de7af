// Decoding where a certificate's issuer, CRL and OCSP responder are (certificate.h).
#ifndef FLEETCA_X509_CERTIFICATE_POINTERS_H_
#define FLEETCA_X509_CERTIFICATE_POINTERS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/certificate.h"

namespace fleetca::x509 {

// The values of cRLDistributionPoints, authorityInfoAccess and noRevAvail, read into `certificate`.
// INVALID_ARGUMENT kFileInvalid when they are not what RFC 5280 and RFC 9608 say.
absl::Status ParseCrlDistributionPoints(absl::string_view value, Certificate* certificate);
absl::Status ParseAuthorityInfoAccess(absl::string_view value, Certificate* certificate);
absl::Status ParseNoRevAvail(absl::string_view value, Certificate* certificate);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CERTIFICATE_POINTERS_H_
