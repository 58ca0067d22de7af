// Which certificate a command is about, as a person says it.
#ifndef FLEETCA_CLIENT_CLI_SERIAL_OR_FILE_H_
#define FLEETCA_CLIENT_CLI_SERIAL_OR_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "x509/first_certificate.h"
#include "x509/serial.h"

namespace fleetca::client {

// A serial number in hex, as fleetca or openssl print it, or else a file whose first certificate
// has it. INVALID_ARGUMENT: kFileInvalid, kSerialInvalid for the certificate of another CA; the
// errors of ReadFile, which say that it is neither.
absl::StatusOr<x509::SerialNumber> ReadSerialOrFile(const std::string& text);

// The DER of the first certificate in a file. INVALID_ARGUMENT kFileInvalid; the errors of
// ReadFile.
absl::StatusOr<std::string> ReadCertificateOfFile(const std::string& file);

// All certificates in a file, PEM or DER; at least one. The errors as above.
absl::StatusOr<std::vector<x509::HeldCertificate>> ReadCertificatesOfFile(const std::string& file);

// SHA-256 of the SubjectPublicKeyInfo in a file: of its first certificate or CSR, or of a PEM block
// "PUBLIC KEY". The errors as above.
absl::StatusOr<std::string> ReadKeyHashOfFile(const std::string& file);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_SERIAL_OR_FILE_H_
