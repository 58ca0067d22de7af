#include "client/authz/certificate_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::client {

absl::StatusOr<std::vector<std::string>> LoadCertificates(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  return ParseCertificateFile(pem, path);
}

absl::StatusOr<std::vector<std::string>> ParseCertificateFile(absl::string_view pem,
                                                              absl::string_view path) {
  auto ders = x509::DecodePem(x509::kPemCertificate, pem);
  if (!ders.ok()) {
    return Annotate(ders.status(), path);
  }
  return ders;
}

absl::StatusOr<x509::CertificatePool> LoadIntermediates(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  return ParseIntermediates(pem, path);
}

absl::StatusOr<x509::CertificatePool> ParseIntermediates(absl::string_view pem,
                                                         absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, ParseCertificateFile(pem, path));
  std::vector<x509::CertificatePool::Unused> unused;
  x509::CertificatePool pool = x509::CertificatePool::OfCas(std::move(ders), &unused);
  if (pool.empty()) {
    return InvalidArgument(
        Reason::kFileInvalid, "",
        absl::StrCat(path, ": no certificate of it can stand between a caller and a root: ",
                     unused.front().why.message()));
  }
  for (const auto& [position, why] : unused) {
    log::Warning("An intermediate certificate is not used",
                 {{"file", path}, {"certificate", position + 1}, {"why", why.message()}});
  }
  return pool;
}

}  // namespace fleetca::client
