#include "service/issuance/in_flight_requests.h"

namespace fleetca::service {

bool InFlightRequests::Claim(const Key& key, Issuance* issuance, size_t room) {
  absl::MutexLock lock(&mutex_);
  Claims& claims = claims_[key];
  if (claims.held >= room) {
    claims.waiting.push_back(issuance);
    return false;
  }
  ++claims.held;
  return true;
}

void InFlightRequests::Release(const Key& key, std::vector<Issuance*>* waiters) {
  absl::MutexLock lock(&mutex_);
  const auto entry = claims_.find(key);
  if (entry == claims_.end()) {
    return;
  }
  Claims& claims = entry->second;
  waiters->insert(waiters->end(), claims.waiting.begin(), claims.waiting.end());
  claims.waiting.clear();
  if (--claims.held == 0) {
    claims_.erase(entry);
  }
}

}  // namespace fleetca::service
