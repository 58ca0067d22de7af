// The first certificate of a PEM file: its holder's own.
#ifndef FLEETCA_SERVICE_NET_FIRST_CERTIFICATE_H_
#define FLEETCA_SERVICE_NET_FIRST_CERTIFICATE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/certificate.h"

namespace fleetca::service {

// A certificate together with the octets that it aliases. Move-only.
struct HeldCertificate {
  std::unique_ptr<const std::string> der;
  x509::Certificate parsed;

  const x509::Certificate& operator*() const { return parsed; }
  const x509::Certificate* operator->() const { return &parsed; }
};

// Those behind the first must be PEM, but are not parsed. INVALID_ARGUMENT kFileInvalid, as
// x509::DecodePem and x509::ParseCertificate say it, without the name of a file.
absl::StatusOr<HeldCertificate> ParseFirstCertificate(absl::string_view pem);

// The same of a file: the errors of ReadFile, and those above, with the path.
absl::StatusOr<HeldCertificate> ReadFirstCertificate(const std::string& path);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_FIRST_CERTIFICATE_H_
