#include "service/issuance/in_flight_requests.h"

namespace fleetca::service {

bool InFlightRequests::Claim(const Key& key, Issuance* issuance) {
  absl::MutexLock lock(&mutex_);
  const auto [entry, inserted] = waiting_.try_emplace(key);
  if (!inserted) {
    entry->second.push_back(issuance);
  }
  return inserted;
}

void InFlightRequests::Release(const Key& key, std::vector<Issuance*>* waiters) {
  absl::MutexLock lock(&mutex_);
  const auto entry = waiting_.find(key);
  if (entry == waiting_.end()) {
    return;
  }
  waiters->insert(waiters->end(), entry->second.begin(), entry->second.end());
  waiting_.erase(entry);
}

}  // namespace fleetca::service
