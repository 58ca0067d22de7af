// Whether an extension's contents are what its RFC says.
#ifndef FLEETCA_X509_EXTENSION_CONTENTS_H_
#define FLEETCA_X509_EXTENSION_CONTENTS_H_

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// For keyUsage, extKeyUsage, basicConstraints and subjectKeyIdentifier (RFC 5280 4.2.1): whether
// `value`, what the OCTET STRING holds, is that type in DER with nothing after it. True for any
// other extension, whose contents need not even be DER.
bool IsExtensionContents(absl::string_view oid, absl::string_view value);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_EXTENSION_CONTENTS_H_
