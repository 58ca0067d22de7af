// The first certificate of a PEM text: its holder's own.
#ifndef FLEETCA_X509_FIRST_CERTIFICATE_H_
#define FLEETCA_X509_FIRST_CERTIFICATE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/certificate.h"

namespace fleetca::x509 {

// A certificate together with the octets that it aliases. Move-only.
struct HeldCertificate {
  std::unique_ptr<const std::string> der;
  Certificate parsed;

  const Certificate& operator*() const { return parsed; }
  const Certificate* operator->() const { return &parsed; }
};

// The errors of ParseCertificate.
absl::StatusOr<HeldCertificate> HoldCertificate(std::string der);
// Those of ParseTrustAnchor.
absl::StatusOr<HeldCertificate> HoldTrustAnchor(std::string der);

// Those behind the first must be PEM, but are not parsed. INVALID_ARGUMENT kFileInvalid, as
// DecodePem and ParseCertificate say it, without the name of a file.
absl::StatusOr<HeldCertificate> ParseFirstCertificate(absl::string_view pem);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_FIRST_CERTIFICATE_H_
