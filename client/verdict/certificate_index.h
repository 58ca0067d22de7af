// Certificates from anywhere, each found by its subject.
#ifndef FLEETCA_CLIENT_VERDICT_CERTIFICATE_INDEX_H_
#define FLEETCA_CLIENT_VERDICT_CERTIFICATE_INDEX_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"

namespace fleetca::client {

// Holds what it is given and never moves it, so that pointers to its certificates hold as long as
// the index does, also when the index itself is moved. Move-only. Thread-compatible.
class CertificateIndex {
 public:
  // Of what: certificates alone, or also roots of version 1, as a user trusts them.
  enum class Holds { kCertificates, kTrustAnchors };

  explicit CertificateIndex(Holds holds = Holds::kCertificates) : holds_(holds) {}

  // Keeps the certificate, DER; one that is there already is kept once. `origin` is where it comes
  // from, for sentences: "roots.pem". The errors of x509::ParseCertificate, or of ParseTrustAnchor,
  // for one that cannot be read here.
  absl::Status Add(std::string der, absl::string_view origin);

  // As Add of each; what cannot be read is left out, and is in unusable().
  void AddAll(std::vector<std::string> ders, absl::string_view origin);
  // Keeps word of something that is there and is no certificate that can be read at all.
  void AddUnusable(absl::Status why) { unusable_.push_back({.why = std::move(why)}); }

  // In the order in which they came.
  absl::Span<const x509::Certificate* const> certificates() const { return certificates_; }
  size_t size() const { return certificates_.size(); }
  bool empty() const { return certificates_.empty(); }

  // A certificate that is there and is not accepted here.
  struct Unusable {
    std::string der;  // "" where that is not known
    // With where it comes from: "weak.pem: ...".
    absl::Status why;
    // CanonicalName; "" where not even OpenSSL can read it.
    std::string subject;
  };
  const std::vector<Unusable>& unusable() const { return unusable_; }
  // Why the first of them with this subject is not accepted; null where there is none.
  const absl::Status* WhyUnusable(absl::string_view subject) const;

  // Those with this subject, a Name element, which is compared as CanonicalName has it.
  absl::Span<const x509::Certificate* const> WithSubject(absl::string_view subject) const;
  // Whether this very certificate is here.
  [[nodiscard]] bool Contains(absl::string_view der) const { return ders_.contains(der); }
  // Where it came from; "" for one that is not here.
  absl::string_view OriginOf(const x509::Certificate& certificate) const;

 private:
  Holds holds_;
  std::vector<std::unique_ptr<const x509::HeldCertificate>> held_;
  std::vector<const x509::Certificate*> certificates_;
  std::vector<Unusable> unusable_;
  // By CanonicalName.
  absl::flat_hash_map<std::string, std::vector<const x509::Certificate*>> by_subject_;
  // Keys alias the held octets.
  absl::flat_hash_map<absl::string_view, std::string> origins_;
  absl::flat_hash_set<absl::string_view> ders_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_CERTIFICATE_INDEX_H_
