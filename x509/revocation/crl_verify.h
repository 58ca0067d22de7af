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

// The three parts of VerifyCrl, for who wants to say of each whether it is so.
absl::Status CheckCrlIssuer(const Crl& crl, const Certificate& issuer);
absl::Status CheckCrlSignature(const Crl& crl, const Certificate& issuer);
absl::Status CheckCrlTime(const Crl& crl, absl::Time at);

// Whether the CRL speaks of `certificate`, so that one that is not in it is not revoked (RFC 5280
// 6.3.3 (b)): the issuers' names are the same, the CRL's distribution point is one that the
// certificate names, octet by octet, and the CRL is not of CA certificates alone or of all others
// alone where the certificate is none of these. INVALID_ARGUMENT with field "crl":
// kCrlIssuerOther, kFileInvalid.
absl::Status CheckCrlScope(const Crl& crl, const Certificate& certificate);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_CRL_VERIFY_H_
