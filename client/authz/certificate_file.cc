#include "client/authz/certificate_file.h"

#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::client {

absl::StatusOr<std::vector<std::string>> LoadCertificates(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  auto ders = x509::DecodePem(x509::kPemCertificate, pem);
  if (!ders.ok()) {
    return Annotate(ders.status(), path);
  }
  return ders;
}

}  // namespace fleetca::client
