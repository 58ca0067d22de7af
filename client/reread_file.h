// Files of the connection that are looked at a second time, beside whoever connects with them.
#ifndef FLEETCA_CLIENT_REREAD_FILE_H_
#define FLEETCA_CLIENT_REREAD_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "x509/first_certificate.h"

namespace fleetca::client {

// The whole of a file that another reader reads, too. FAILED_PRECONDITION: kFileInvalid for
// standard input and for what is no regular file, as a pipe gives what it holds once; the errors of
// ReadFile.
absl::StatusOr<std::string> RereadFile(const std::string& path);

// The first certificate in it. The errors of RereadFile and of x509::ParseFirstCertificate.
absl::StatusOr<x509::HeldCertificate> RereadFirstCertificate(const std::string& path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_REREAD_FILE_H_
