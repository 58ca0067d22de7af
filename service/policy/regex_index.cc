#include "service/policy/regex_index.h"

namespace fleetca::service {

void RegexIndex::Add(const RegexEnds& ends, Place place) {
  by_suffix_.sizes.insert(ends.suffix.size());
  auto& by_prefix = by_suffix_.values[ends.suffix];
  by_prefix.sizes.insert(ends.prefix.size());
  by_prefix.values[ends.prefix].push_back(place);
}

bool RegexIndex::ForEach(absl::string_view name, absl::FunctionRef<bool(const Place&)> take) const {
  for (const size_t suffix : by_suffix_.sizes) {
    if (suffix > name.size()) {
      break;
    }
    const auto ending = by_suffix_.values.find(name.substr(name.size() - suffix));
    if (ending == by_suffix_.values.end()) {
      continue;
    }
    for (const size_t prefix : ending->second.sizes) {
      if (prefix > name.size()) {
        break;
      }
      const auto beginning = ending->second.values.find(name.substr(0, prefix));
      if (beginning == ending->second.values.end()) {
        continue;
      }
      for (const Place& place : beginning->second) {
        if (!take(place)) {
          return false;
        }
      }
    }
  }
  return true;
}

}  // namespace fleetca::service
