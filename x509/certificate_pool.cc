#include "x509/certificate_pool.h"

#include <utility>

#include "base/errors.h"
#include "x509/chain.h"

namespace fleetca::x509 {

CertificatePool CertificatePool::OfCas(std::vector<std::string> ders, std::vector<Unused>* unused) {
  CertificatePool pool;
  pool.ders_ = std::make_shared<const std::vector<std::string>>(std::move(ders));
  for (size_t i = 0; i < pool.ders_->size(); ++i) {
    absl::StatusOr<Certificate> certificate = ParseCertificate((*pool.ders_)[i]);
    if (certificate.ok() && !MayIssue(*certificate)) {
      certificate = InvalidArgument(
          Reason::kFileInvalid, "certificate",
          "The certificate is not that of a CA whose keyUsage has keyCertSign, or has a critical "
          "extension or name constraints that are not known here");
    }
    if (certificate.ok()) {
      pool.certificates_.push_back(*std::move(certificate));
    } else if (unused != nullptr) {
      unused->push_back({i, certificate.status()});
    }
  }
  return pool;
}

}  // namespace fleetca::x509
