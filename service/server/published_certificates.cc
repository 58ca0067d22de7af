#include "service/server/published_certificates.h"

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<PublishedCertificates>> PublishedCertificates::Create(
    const std::vector<std::string>& issuing_cas, const CurrentTrustBundle& bundles,
    const Clock& clock) {
  auto published = absl::WrapUnique(new PublishedCertificates(bundles, clock));
  for (const std::string& der : issuing_cas) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(der));
    const std::string name = absl::BytesToHexString(certificate.subject_key_id);
    published->issuers_.try_emplace(name, MakeHttpContent(der, certificate.not_before));
  }
  return published;
}

absl::StatusOr<HttpContent> PublishedCertificates::FindIssuer(absl::string_view issuer) const {
  const auto found = issuers_.find(issuer);
  if (found == issuers_.end()) {
    return NotFound(Reason::kNotFound, "",
                    "This CA has no issuing certificate with this subject key identifier");
  }
  return found->second;
}

HttpContent PublishedCertificates::Roots() const {
  const std::shared_ptr<const TrustBundle> bundle = bundles_.Current();
  absl::MutexLock lock(&mutex_);
  if (roots_.bytes == nullptr || roots_version_ != bundle->version) {
    std::string pem;
    for (const std::string& root : bundle->roots) {
      absl::StrAppend(&pem, x509::EncodePem(x509::kPemCertificate, root));
    }
    roots_ = MakeHttpContent(std::move(pem), clock_.Now());
    roots_version_ = bundle->version;
  }
  return roots_;
}

}  // namespace fleetca::service
