// Who may sign OCSP responses in the place of an issuing CA.
#ifndef FLEETCA_X509_REVOCATION_OCSP_DELEGATE_H_
#define FLEETCA_X509_REVOCATION_OCSP_DELEGATE_H_

#include "x509/certificate.h"

namespace fleetca::x509 {

// Whether the certificate may sign OCSP responses for the issuer that signed it (RFC 6960 4.2.2.2):
// it names the issuer, is no CA, has the purpose OCSPSigning, digitalSignature where it says
// anything of key usage, and nothing critical that is not understood. Null, or what is wrong: a
// sentence's end after "the certificate". Says nothing of signature and time.
const char* OcspDelegateFault(const Certificate& delegate, const Certificate& issuer);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_OCSP_DELEGATE_H_
