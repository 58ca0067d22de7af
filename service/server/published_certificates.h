// The certificates of CAs that the HTTP port hands out.
#ifndef FLEETCA_SERVICE_SERVER_PUBLISHED_CERTIFICATES_H_
#define FLEETCA_SERVICE_SERVER_PUBLISHED_CERTIFICATES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "service/authority/current_trust_bundle.h"
#include "service/http/http_sources.h"

namespace fleetca::service {

// Thread-safe.
class PublishedCertificates : public CertificateSource {
 public:
  // The issuing CAs by DER, the one in force first: of two for one key the first is handed out.
  // `bundles` and `clock` outlive this. The errors of x509::ParseCertificate.
  static absl::StatusOr<std::unique_ptr<PublishedCertificates>> Create(
      const std::vector<std::string>& issuing_cas, const CurrentTrustBundle& bundles,
      const Clock& clock);

  absl::StatusOr<HttpContent> FindIssuer(absl::string_view issuer) const override;
  HttpContent Roots() const override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  PublishedCertificates(const CurrentTrustBundle& bundles, const Clock& clock)
      : bundles_(bundles), clock_(clock) {}

  const CurrentTrustBundle& bundles_;
  const Clock& clock_;
  absl::flat_hash_map<std::string, HttpContent> issuers_;  // by subject key identifier in hex
  mutable absl::Mutex mutex_;
  // Of the bundle of this version, which is made when it is first asked for.
  mutable std::string roots_version_ ABSL_GUARDED_BY(mutex_);
  mutable HttpContent roots_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_PUBLISHED_CERTIFICATES_H_
