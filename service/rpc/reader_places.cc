#include "service/rpc/reader_places.h"

#include <algorithm>

namespace fleetca::service {

size_t ReaderPlaces::Of(absl::string_view identity) const {
  const auto found = of_identity_.find(identity);
  return found == of_identity_.end() ? 0 : found->second;
}

bool ReaderPlaces::Take(absl::string_view identity, std::string* loser) {
  loser->clear();
  if (taken_ >= places_) {
    const auto most = std::max_element(
        of_identity_.begin(), of_identity_.end(),
        [](const auto& one, const auto& other) { return one.second < other.second; });
    // With one more only, the two would take turns at losing.
    if (most == of_identity_.end() || most->second < Of(identity) + 2) {
      return false;
    }
    *loser = most->first;
    GiveBack(*loser);
  }
  ++of_identity_[std::string(identity)];
  ++taken_;
  return true;
}

void ReaderPlaces::GiveBack(absl::string_view identity) {
  const auto found = of_identity_.find(identity);
  if (found == of_identity_.end()) {
    return;
  }
  --taken_;
  if (--found->second == 0) {
    of_identity_.erase(found);
  }
}

}  // namespace fleetca::service
