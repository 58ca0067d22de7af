#include "client/verdict/certificate_index.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/status_macros.h"
#include "x509/canonical_name.h"

namespace fleetca::client {
namespace {

// The CanonicalName of the subject as OpenSSL reads it, which reads more than is accepted here; ""
// where it does not either.
std::string SubjectOfUnusable(absl::string_view der) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* at = AsUnsigned(der);
  const X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  unsigned char* octets = nullptr;
  const int size =
      certificate == nullptr ? 0 : i2d_X509_NAME(X509_get_subject_name(certificate.get()), &octets);
  if (size <= 0) {
    return "";
  }
  std::string canonical = x509::CanonicalName(
      absl::string_view(reinterpret_cast<const char*>(octets), static_cast<size_t>(size)));
  OPENSSL_free(octets);
  return canonical;
}

}  // namespace

absl::Status CertificateIndex::Add(std::string der, absl::string_view origin) {
  if (Contains(der)) {
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(x509::HeldCertificate held, holds_ == Holds::kTrustAnchors
                                                           ? x509::HoldTrustAnchor(std::move(der))
                                                           : x509::HoldCertificate(std::move(der)));
  held_.push_back(std::make_unique<const x509::HeldCertificate>(std::move(held)));
  const x509::Certificate& certificate = held_.back()->parsed;
  certificates_.push_back(&certificate);
  by_subject_[x509::CanonicalName(certificate.subject)].push_back(&certificate);
  origins_[certificate.der] = std::string(origin);
  ders_.insert(certificate.der);
  return absl::OkStatus();
}

void CertificateIndex::AddAll(std::vector<std::string> ders, absl::string_view origin) {
  const size_t count = ders.size();
  for (size_t i = 0; i < count; ++i) {
    const absl::Status added = Add(ders[i], origin);
    if (!added.ok()) {
      const std::string which =
          count == 1 ? std::string(origin) : absl::StrCat("certificate ", i + 1, " of ", origin);
      std::string subject = SubjectOfUnusable(ders[i]);
      unusable_.push_back({.der = std::move(ders[i]),
                           .why = Annotate(added, which),
                           .subject = std::move(subject)});
    }
  }
}

const absl::Status* CertificateIndex::WhyUnusable(absl::string_view subject) const {
  const std::string canonical = unusable_.empty() ? "" : x509::CanonicalName(subject);
  for (const Unusable& unusable : unusable_) {
    if (!unusable.subject.empty() && unusable.subject == canonical) {
      return &unusable.why;
    }
  }
  return nullptr;
}

absl::Span<const x509::Certificate* const> CertificateIndex::WithSubject(
    absl::string_view subject) const {
  const auto found = by_subject_.find(x509::CanonicalName(subject));
  return found == by_subject_.end() ? absl::Span<const x509::Certificate* const>()
                                    : absl::MakeConstSpan(found->second);
}

absl::string_view CertificateIndex::OriginOf(const x509::Certificate& certificate) const {
  const auto found = origins_.find(certificate.der);
  return found == origins_.end() ? absl::string_view() : absl::string_view(found->second);
}

}  // namespace fleetca::client
