#include "x509/first_certificate.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::x509 {

absl::StatusOr<HeldCertificate> HoldCertificate(std::string der) {
  auto held = std::make_unique<const std::string>(std::move(der));
  FLEETCA_ASSIGN_OR_RETURN(Certificate parsed, ParseCertificate(*held));
  return HeldCertificate{std::move(held), std::move(parsed)};
}

absl::StatusOr<HeldCertificate> HoldTrustAnchor(std::string der) {
  auto held = std::make_unique<const std::string>(std::move(der));
  FLEETCA_ASSIGN_OR_RETURN(Certificate parsed, ParseTrustAnchor(*held));
  return HeldCertificate{std::move(held), std::move(parsed)};
}

absl::StatusOr<HeldCertificate> ParseFirstCertificate(absl::string_view pem) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, DecodePem(kPemCertificate, pem));
  return HoldCertificate(std::move(ders.front()));
}

}  // namespace fleetca::x509
