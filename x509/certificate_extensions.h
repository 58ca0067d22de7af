// Decoding the extensions of a certificate (certificate.h), and what CRLs have in common with it.
#ifndef FLEETCA_X509_CERTIFICATE_EXTENSIONS_H_
#define FLEETCA_X509_CERTIFICATE_EXTENSIONS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/certificate.h"
#include "x509/der/der.h"

namespace fleetca::x509 {

// INVALID_ARGUMENT kFileInvalid: the certificate has `problem`.
absl::Status CertificateError(absl::string_view problem);

// Reads one Extension of a certificate or a CRL, its criticality as DER has it. False otherwise.
[[nodiscard]] bool ReadExtension(der::Reader* extensions, Extension* extension);

// The value of an authorityKeyIdentifier; *key_id is left as it is where there is none in it. False
// when it is malformed.
[[nodiscard]] bool ReadAuthorityKeyId(absl::string_view value, absl::string_view* key_id);

// What is read: any certificate, or one that is trusted for its name and its key.
enum class CertificateRole { kCertificate, kTrustAnchor };

// Reads the contents of Extensions into `certificate`: each kept as it stands, each OID once, the
// ones RFC 5280 defines and fleetca uses decoded. Of a trust anchor, a malformed one that is not
// critical decodes to nothing.
absl::Status ParseExtensions(CertificateRole role, der::Reader extensions,
                             Certificate* certificate);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CERTIFICATE_EXTENSIONS_H_
