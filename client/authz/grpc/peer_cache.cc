#include "client/authz/grpc/peer_cache.h"

#include <grpc/grpc_security_constants.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

absl::Status Unauthenticated(Reason reason, absl::string_view sentence) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, "", sentence);
}

// The grants of a peer, which they keep alive.
absl::StatusOr<std::shared_ptr<const Grants>> CurrentOf(std::shared_ptr<const VerifiedPeer> peer) {
  FLEETCA_ASSIGN_OR_RETURN(const Grants* const grants, peer->Current());
  return std::shared_ptr<const Grants>(std::move(peer), grants);
}

// Appends the DER of one property's certificates.
absl::Status Append(const grpc::string_ref& pem, std::vector<std::string>* ders) {
  const auto found =
      x509::DecodePem(x509::kPemCertificate, absl::string_view(pem.data(), pem.size()));
  if (!found.ok()) {
    return Unauthenticated(
        Reason::kCallerUnknown,
        absl::StrCat("The caller's certificate cannot be read: ", found.status().message()));
  }
  ders->insert(ders->end(), found->begin(), found->end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Grants>> PeerCache::Current(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> pem =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.size() != 1) {
    return Unauthenticated(Reason::kCallerUnknown,
                           "The connection has no client certificate; connect with one of the "
                           "fleet's CA");
  }
  const absl::string_view leaf(pem[0].data(), pem[0].size());
  if (std::shared_ptr<const VerifiedPeer> known = Find(leaf); known != nullptr) {
    auto grants = CurrentOf(std::move(known));
    if (grants.ok()) {
      return grants;
    }
    // Perhaps an intermediate alone has expired and this connection has brought its successor. A
    // leaf that has expired is refused before any signature is looked at.
  }
  FLEETCA_ASSIGN_OR_RETURN(VerifiedPeer verified, Verify(leaf, context));
  auto peer = std::make_shared<const VerifiedPeer>(std::move(verified));
  {
    absl::MutexLock lock(&mutex_);
    if (peers_.size() >= capacity_) {
      // A bound on memory, not on the hit rate: those who still call are back at once.
      peers_.clear();
    }
    peers_.insert_or_assign(std::string(leaf), peer);
  }
  return CurrentOf(std::move(peer));
}

std::shared_ptr<const VerifiedPeer> PeerCache::Find(absl::string_view leaf) {
  absl::MutexLock lock(&mutex_);
  const auto found = peers_.find(leaf);
  return found == peers_.end() ? nullptr : found->second;
}

absl::StatusOr<VerifiedPeer> PeerCache::Verify(absl::string_view leaf,
                                               const grpc::AuthContext& context) const {
  std::vector<std::string> ders;
  FLEETCA_RETURN_IF_ERROR(Append(grpc::string_ref(leaf.data(), leaf.size()), &ders));
  if (ders.size() != 1) {
    return Unauthenticated(Reason::kCallerUnknown, "The caller's certificate is not one but many");
  }
  for (const grpc::string_ref& chain :
       context.FindPropertyValues(GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME)) {
    FLEETCA_RETURN_IF_ERROR(Append(chain, &ders));
  }
  std::vector<absl::string_view> chain(ders.begin(), ders.end());
  chain.insert(chain.end(), intermediates_.begin(), intermediates_.end());
  return verifier_->VerifyPeer(chain);
}

}  // namespace fleetca::client
