// The first certificate of a PEM file that the configuration names: its holder's own.
#ifndef FLEETCA_SERVICE_CONFIG_FIRST_CERTIFICATE_FILE_H_
#define FLEETCA_SERVICE_CONFIG_FIRST_CERTIFICATE_FILE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/first_certificate.h"

namespace fleetca::service {

// The errors of ReadFile, and those of x509::ParseFirstCertificate with the path.
absl::StatusOr<x509::HeldCertificate> ReadFirstCertificate(absl::string_view path);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_FIRST_CERTIFICATE_FILE_H_
