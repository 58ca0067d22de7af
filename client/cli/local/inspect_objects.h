// What `cert inspect` says of the contents of a file.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_INSPECT_OBJECTS_H_
#define FLEETCA_CLIENT_CLI_LOCAL_INSPECT_OBJECTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cli/local/inspected.h"
#include "client/objects/private_key_reader.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::client {

struct InspectContext {
  // How the file was given, for commands that a text points to.
  std::string file;
  x509::AuthzOids oids;
  absl::Time now;
  // The passphrase of a PKCS#12 file.
  AskPassphrase ask;
};

// Each object, in order, at least one; what follows from a PKCS#7 or PKCS#12 file is its
// certificates. Other PEM blocks are passed over. The errors of FindObjects, CertificatesOf and
// ReadPkcs12, and INVALID_ARGUMENT kFileInvalid for an object that cannot be read.
absl::StatusOr<std::vector<Inspected>> InspectContents(absl::string_view contents,
                                                       const InspectContext& context);

// A certificate; where it is one that is not accepted here, what can be said of it all the same,
// and why it is not.
absl::StatusOr<Inspected> InspectCertificate(absl::string_view der, const InspectContext& context);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_INSPECT_OBJECTS_H_
