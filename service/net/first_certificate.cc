#include "service/net/first_certificate.h"

#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::service {

absl::StatusOr<HeldCertificate> ParseFirstCertificate(absl::string_view pem) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders,
                           x509::DecodePem(x509::kPemCertificate, pem));
  auto der = std::make_unique<const std::string>(std::move(ders.front()));
  FLEETCA_ASSIGN_OR_RETURN(x509::Certificate parsed, x509::ParseCertificate(*der));
  return HeldCertificate{std::move(der), std::move(parsed)};
}

absl::StatusOr<HeldCertificate> ReadFirstCertificate(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  absl::StatusOr<HeldCertificate> first = ParseFirstCertificate(pem);
  if (!first.ok()) {
    return Annotate(first.status(), path);
  }
  return first;
}

}  // namespace fleetca::service
