#include "client/objects/certificate_chain.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "base/private_key.h"
#include "base/sha256.h"

namespace fleetca::client {
namespace {

// No chain in use has more.
constexpr size_t kMaxIssuers = 16;

X509Ptr Decode(absl::string_view der) {
  const unsigned char* at = AsUnsigned(der);
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

bool Issued(X509* issuer, X509* subject) {
  if (X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(subject)) != 0) {
    return false;
  }
  EVP_PKEY* const key = X509_get0_pubkey(issuer);
  return key != nullptr && X509_verify(subject, key) == 1;
}

}  // namespace

std::string PublicKeyFingerprint(const EVP_PKEY* key) {
  const ScopedOpenSslErrorQueue queue;
  const absl::StatusOr<std::string> spki = EncodePublicKey(key);
  return spki.ok() ? HexSha256(*spki) : "";
}

std::string PublicKeyFingerprint(absl::string_view certificate_der) {
  const ScopedOpenSslErrorQueue queue;
  const X509Ptr certificate = Decode(certificate_der);
  const EVP_PKEY* const key =
      certificate == nullptr ? nullptr : X509_get0_pubkey(certificate.get());
  return key == nullptr ? "" : PublicKeyFingerprint(key);
}

bool IsItsOwnIssuer(absl::string_view certificate_der) {
  const ScopedOpenSslErrorQueue queue;
  const X509Ptr certificate = Decode(certificate_der);
  return certificate != nullptr && Issued(certificate.get(), certificate.get());
}

std::vector<std::string> IssuersOf(absl::string_view certificate_der,
                                   absl::Span<const std::string> candidates) {
  const ScopedOpenSslErrorQueue queue;
  std::vector<std::string> issuers;
  X509Ptr subject = Decode(certificate_der);
  while (subject != nullptr && issuers.size() < kMaxIssuers &&
         !Issued(subject.get(), subject.get())) {
    X509Ptr found;
    for (const std::string& candidate : candidates) {
      if (candidate == certificate_der ||
          std::find(issuers.begin(), issuers.end(), candidate) != issuers.end()) {
        continue;
      }
      X509Ptr issuer = Decode(candidate);
      if (issuer != nullptr && Issued(issuer.get(), subject.get())) {
        issuers.push_back(candidate);
        found = std::move(issuer);
        break;
      }
    }
    subject = std::move(found);
  }
  return issuers;
}

}  // namespace fleetca::client
