// Where the HTTP port's answers come from.
#ifndef FLEETCA_SERVICE_HTTP_HTTP_SOURCES_H_
#define FLEETCA_SERVICE_HTTP_HTTP_SOURCES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/http/http_content.h"

namespace fleetca::service {

// In all of these an `issuer` is an issuing CA, by its subject key identifier in lower-case hex:
// certificates that it got for one key later on are found under the same name. All functions are
// called from several threads at once, and must not wait for anything long. An error's code decides
// the answer's status (NOT_FOUND 404, UNAVAILABLE and RESOURCE_EXHAUSTED 503, any other 500), and
// its message, which anyone may read, is the body.

// CRLs in DER, made ahead: last_modified is thisUpdate, expires is nextUpdate.
class CrlSource {
 public:
  virtual ~CrlSource() = default;
  // The CRL of one shard, or the complete one where `shard` is nullopt.
  virtual absl::StatusOr<HttpContent> Find(absl::string_view issuer,
                                           std::optional<uint32_t> shard) const = 0;
  // The one that the root signed.
  virtual absl::StatusOr<HttpContent> FindRoot() const = 0;
};

struct OcspContent {
  // An OCSPResponse in DER. One that may be cached was made by MakeHttpContent when it was signed,
  // with thisUpdate and nextUpdate; of another, only `bytes` is looked at.
  HttpContent content;
  // When a newer one is there at the latest, before nextUpdate; nullopt: nobody may keep this one,
  // because it has a nonce or is an error.
  std::optional<absl::Time> fresh_until;
};

class OcspSource {
 public:
  virtual ~OcspSource() = default;
  // `request` is what a stranger sent as an OCSPRequest in DER, not looked at. What is wrong with
  // it is said in the response. An answer that is not kept costs a look into the store and a
  // signature, for which the other connections of the thread wait.
  virtual OcspContent Answer(absl::string_view request) const = 0;
};

// Certificates that everyone may have.
class CertificateSource {
 public:
  virtual ~CertificateSource() = default;
  // The certificate of an issuing CA, DER.
  virtual absl::StatusOr<HttpContent> FindIssuer(absl::string_view issuer) const = 0;
  // The roots in force, PEM.
  virtual HttpContent Roots() const = 0;
};

// Each outlives the port. Where one is null, its paths answer 503.
struct HttpSources {
  const CrlSource* crls = nullptr;
  const OcspSource* ocsp = nullptr;
  const CertificateSource* certificates = nullptr;
  // Why the CA cannot do all of its work, a sentence each; none: it can.
  std::function<std::vector<std::string>()> why_not_ready;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_HTTP_HTTP_SOURCES_H_
