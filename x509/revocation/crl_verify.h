// Whether a CRL is to be believed.
#ifndef FLEETCA_X509_REVOCATION_CRL_VERIFY_H_
#define FLEETCA_X509_REVOCATION_CRL_VERIFY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "x509/certificate.h"
#include "x509/revocation/crl.h"

namespace fleetca::x509 {

// Whether `issuer` signed the CRL and it is valid at `at`. INVALID_ARGUMENT with field "crl" and
// the first of these that is so: kCrlIssuerOther, when the names differ in an octet, the key
// identifiers differ, or the issuer's keyUsage has no cRLSign; kSignatureInvalid, when the issuer's
// key did not make the signature, or its algorithm is weak or unknown; kCrlNotYetValid before
// thisUpdate; kCrlExpired after nextUpdate. Says nothing of whether `issuer` is to be believed, nor
// of which certificates the CRL speaks. Thread-safe.
absl::Status VerifyCrl(const Crl& crl, const Certificate& issuer, absl::Time at);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_CRL_VERIFY_H_
