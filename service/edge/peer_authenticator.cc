#include "service/edge/peer_authenticator.h"

#include <grpc/grpc_security_constants.h>

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/provenance.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

// Beyond it the cache starts afresh: a bound on memory, not a hit rate.
constexpr size_t kMaxCachedCallers = 4096;

absl::Status Unauthenticated(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, "", message);
}

}  // namespace

absl::StatusOr<Caller> PeerAuthenticator::Authenticate(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> pem =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.size() != 1) {
    return Unauthenticated(Reason::kCallerUnknown,
                           "The connection has no client certificate; use one of this CA");
  }
  const absl::string_view key(pem[0].data(), pem[0].size());
  std::optional<Caller> caller;
  {
    absl::MutexLock lock(&mutex_);
    if (const auto found = cache_.find(key); found != cache_.end()) {
      caller = found->second;
    }
  }
  if (!caller.has_value()) {
    FLEETCA_ASSIGN_OR_RETURN(caller, Parse(key));
    absl::MutexLock lock(&mutex_);
    if (cache_.size() >= kMaxCachedCallers) {
      cache_.clear();
    }
    cache_.try_emplace(std::string(key), *caller);
  }
  if (clock_.Now() >= caller->not_after) {
    return Unauthenticated(Reason::kCallerCertificateExpired,
                           absl::StrCat("The certificate of ", caller->spiffe_id,
                                        " has expired; renew it and reconnect"));
  }
  return *std::move(caller);
}

absl::StatusOr<Caller> PeerAuthenticator::Parse(absl::string_view pem) const {
  const absl::StatusOr<std::string> der = x509::DecodeOnePem(x509::kPemCertificate, pem);
  if (!der.ok()) {
    return Unauthenticated(Reason::kCallerUnknown, der.status().message());
  }
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(*der);
  if (!certificate.ok()) {
    return Unauthenticated(Reason::kCallerUnknown,
                           absl::StrCat("The client certificate is not well formed: ",
                                        certificate.status().message()));
  }
  const absl::string_view spiffe_id = certificate->SpiffeId();
  if (certificate->is_ca || spiffe_id.empty() ||
      !x509::CheckSpiffeId(spiffe_id, "certificate").ok() ||
      x509::SpiffeTrustDomain(spiffe_id) != trust_domain_) {
    return Unauthenticated(
        Reason::kCallerUnknown,
        absl::StrCat("The client certificate must be an end entity's with exactly one URI name, "
                     "spiffe://",
                     trust_domain_, "/..."));
  }
  Caller caller{.spiffe_id = std::string(spiffe_id), .not_after = certificate->not_after};
  // Written by this CA, as the chain was verified; one of another CA of the bundle, or of before an
  // arc was set, starts a lineage.
  if (const x509::Extension* extension = certificate->Find(oids_.provenance);
      extension != nullptr) {
    const absl::StatusOr<x509::Provenance> provenance = x509::ParseProvenance(extension->value);
    if (provenance.ok()) {
      caller.generation = provenance->generation;
    }
  }
  return caller;
}

}  // namespace fleetca::service
