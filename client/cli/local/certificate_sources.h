// Certificates for a command, out of files and folders.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_CERTIFICATE_SOURCES_H_
#define FLEETCA_CLIENT_CLI_LOCAL_CERTIFICATE_SOURCES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/verdict/certificate_index.h"

namespace fleetca::client {

// The certificates of a file, DER, in their order; "-" is standard input. The errors of ReadFile
// (base/file.h) and ReadCertificates (client/objects/object_reader.h); each names the file.
absl::StatusOr<std::vector<std::string>> ReadCertificateFile(const std::string& file);

// How much of a folder is looked at.
inline constexpr size_t kMaxFolderFiles = 100'000;

// Adds what is in a file, which must hold a certificate, or in the files of a folder, in the order
// of their names and not of the folders below it, where files without one are passed over. A file
// of a folder is read up to 1 MiB. What says that it is a certificate and is not accepted is in the
// index's unusable(). FAILED_PRECONDITION kFileInvalid for a folder without a certificate, and for
// more than kMaxFolderFiles files; the errors of ReadCertificateFile.
absl::Status AddFromFileOrFolder(const std::string& path, CertificateIndex* index);

// Says on standard error what was left aside and why, a few of many. Nothing of the certificate
// with these octets, of which the caller says more.
void SayUnusable(const CertificateIndex& index, absl::string_view but_for_der = "");

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_CERTIFICATE_SOURCES_H_
