// Which path of the HTTP port is answered with what.
#ifndef FLEETCA_SERVICE_HTTP_HTTP_ROUTES_H_
#define FLEETCA_SERVICE_HTTP_HTTP_ROUTES_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/http/http_message.h"
#include "service/http/http_sources.h"

namespace fleetca::service {

//   /crl/ISSUER/SHARD.crl   the CRL of a shard, DER
//   /crl/ISSUER.crl         the complete CRL, DER
//   /crl/ISSUER.pem         the complete CRL and the root's, PEM
//   /crl/root.crl           the root's CRL, DER
//   /ocsp                   OCSP by POST; /ocsp/BASE64 by GET (RFC 6960 A.1)
//   /aia/ISSUER.cer         the certificate of an issuing CA, DER
//   /roots.pem              the roots
//   /healthz                200 while the process lives
//   /readyz                 200, or 503 with the reasons
//
// A path has to be one of these, octet for octet: no file stands behind any. Requests are
// counted by the beginnings of these paths. Thread-safe.
class HttpRoutes {
 public:
  explicit HttpRoutes(HttpSources sources, const Clock& clock)
      : sources_(std::move(sources)), clock_(clock) {}
  HttpRoutes(const HttpRoutes&) = delete;
  HttpRoutes& operator=(const HttpRoutes&) = delete;

  HttpAnswer Answer(const HttpRequest& request) ABSL_LOCKS_EXCLUDED(mutex_);

  struct RouteCount {
    absl::string_view route;  // "/crl/", "/ocsp", ...; "other" for what is no route
    uint64_t answers = 0;     // since the start
  };
  // One for each route, also for those that nobody has asked.
  std::vector<RouteCount> counts() const;

 private:
  enum class Route { kCrl, kOcsp, kCertificate, kRoots, kAlive, kReady, kOther };
  static constexpr size_t kRoutes = static_cast<size_t>(Route::kOther) + 1;
  static Route RouteOf(absl::string_view path);

  HttpAnswer AnswerCrl(const HttpRequest& request, absl::string_view name)
      ABSL_LOCKS_EXCLUDED(mutex_);
  HttpAnswer AnswerCrlPem(const HttpRequest& request, absl::string_view issuer)
      ABSL_LOCKS_EXCLUDED(mutex_);
  HttpAnswer AnswerOcsp(const HttpRequest& request) const;
  HttpAnswer AnswerOcspRequest(const HttpRequest& request, absl::string_view der) const;
  HttpAnswer AnswerCertificate(const HttpRequest& request, absl::string_view name) const;
  HttpAnswer AnswerHealth(const HttpRequest& request) const;
  std::string CrlCacheControl(const HttpContent& crl) const;

  const HttpSources sources_;
  const Clock& clock_;
  std::array<std::atomic<uint64_t>, kRoutes> answers_ = {};  // by route
  absl::Mutex mutex_;
  // By issuer, with the tags of the two that the PEM was made of: as many as the source knows.
  absl::flat_hash_map<std::string, std::pair<std::string, HttpContent>> pems_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_HTTP_HTTP_ROUTES_H_
