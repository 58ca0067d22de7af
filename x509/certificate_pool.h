// Certificates that were given as a list, of which each is used where it fits.
#ifndef FLEETCA_X509_CERTIFICATE_POOL_H_
#define FLEETCA_X509_CERTIFICATE_POOL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "x509/certificate.h"

namespace fleetca::x509 {

// Parsed once, and kept with their octets. Immutable; copies are cheap, share the octets and may
// outlive each other.
class CertificatePool {
 public:
  // What was left out: which one of the list, from 0, and why.
  struct Unused {
    size_t position;
    absl::Status why;
  };

  CertificatePool() = default;
  // Keeps of `ders` what can be read and may stand above another certificate (MayIssue). The rest
  // could only be passed over later, and is reported to `unused` where that is not null.
  static CertificatePool OfCas(std::vector<std::string> ders,
                               std::vector<Unused>* unused = nullptr);

  absl::Span<const Certificate> certificates() const { return certificates_; }
  bool empty() const { return certificates_.empty(); }
  size_t size() const { return certificates_.size(); }

 private:
  // What the certificates alias.
  std::shared_ptr<const std::vector<std::string>> ders_;
  std::vector<Certificate> certificates_;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_CERTIFICATE_POOL_H_
