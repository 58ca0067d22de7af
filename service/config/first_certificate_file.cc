#include "service/config/first_certificate_file.h"

#include <string>

#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace fleetca::service {

absl::StatusOr<x509::HeldCertificate> ReadFirstCertificate(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  absl::StatusOr<x509::HeldCertificate> first = x509::ParseFirstCertificate(pem);
  if (!first.ok()) {
    return Annotate(first.status(), path);
  }
  return first;
}

}  // namespace fleetca::service
