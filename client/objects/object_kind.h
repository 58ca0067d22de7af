// Which object some octets are: by their PEM label, or by how their DER begins.
#ifndef FLEETCA_CLIENT_OBJECTS_OBJECT_KIND_H_
#define FLEETCA_CLIENT_OBJECTS_OBJECT_KIND_H_

#include "absl/strings/string_view.h"

namespace fleetca::client {

enum class ObjectKind {
  kCertificate,
  kCsr,
  kCrl,
  kPrivateKey,
  kPublicKey,
  kPkcs7,
  kPkcs12,
  kOther,  // "DH PARAMETERS", "PGP MESSAGE" and the like
};

// "a certificate", "a certificate signing request (CSR)", "a PKCS#12 file"...
absl::string_view KindName(ObjectKind kind);

// What a PEM block with this label (RFC 7468 and openssl's own) is said to hold.
ObjectKind KindOfLabel(absl::string_view label);

// What an element, a SEQUENCE, looks like from its first parts; kOther where they are of nothing
// that is known here. The whole of it may be wrong all the same. Also of BER with indefinite
// lengths, where that is PKCS#7 or PKCS#12. Thread-safe, as all of these.
ObjectKind KindOfDer(absl::string_view element);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_OBJECT_KIND_H_
