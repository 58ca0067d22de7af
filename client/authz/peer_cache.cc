#include "client/authz/peer_cache.h"

#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

// The grants of a peer, which they keep alive.
absl::StatusOr<std::shared_ptr<const Grants>> CurrentOf(std::shared_ptr<const VerifiedPeer> peer) {
  FLEETCA_ASSIGN_OR_RETURN(const Grants* const grants, peer->Current());
  return std::shared_ptr<const Grants>(std::move(peer), grants);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Grants>> PeerCache::Current(absl::string_view leaf,
                                                                 MakeChain chain) {
  if (std::shared_ptr<const VerifiedPeer> known = Find(leaf); known != nullptr) {
    auto grants = CurrentOf(std::move(known));
    // Whoever was revoked must not cost more than others do.
    if (grants.ok() || GetReason(grants.status()) != Reason::kCallerCertificateExpired) {
      return grants;
    }
    // Perhaps an intermediate alone has expired and this call has brought its successor. A leaf
    // that has expired is refused before any signature is looked at.
  }
  FLEETCA_ASSIGN_OR_RETURN(VerifiedPeer verified, Verify(chain));
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

absl::StatusOr<VerifiedPeer> PeerCache::Verify(MakeChain make_chain) const {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, make_chain());
  const std::vector<absl::string_view> chain(ders.begin(), ders.end());
  return verifier_->VerifyPeer(chain);
}

}  // namespace fleetca::client
