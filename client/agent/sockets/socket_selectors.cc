#include "client/agent/sockets/socket_selectors.h"

#include <algorithm>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace fleetca::client {
namespace {

template <typename T>
bool IsNoneOf(const std::vector<T>& wanted, const T& found) {
  return !wanted.empty() && std::find(wanted.begin(), wanted.end(), found) == wanted.end();
}

template <typename T, typename Meet>
bool Exclude(const std::vector<T>& these, const std::vector<T>& those, Meet meet) {
  if (these.empty() || those.empty()) {
    return false;
  }
  return std::none_of(these.begin(), these.end(), [&](const T& one) {
    return std::any_of(those.begin(), those.end(),
                       [&](const T& other) { return meet(one, other); });
  });
}

// Whether it is the control group or one below it: "/a/b" is not below "/a/bc".
bool IsWithin(absl::string_view cgroup, absl::string_view top) {
  return absl::ConsumePrefix(&cgroup, top) && (cgroup.empty() || cgroup[0] == '/');
}

}  // namespace

SocketSelectors::SocketSelectors(const SocketOptions& options)
    : users_(options.uids), groups_(options.gids), units_(options.units) {
  for (absl::string_view cgroup : options.cgroups) {
    while (absl::ConsumeSuffix(&cgroup, "/")) {
    }
    cgroups_.emplace_back(cgroup);
  }
}

bool SocketSelectors::Admit(const SocketPeer& peer,
                            const absl::StatusOr<ProcessPlace>& place) const {
  if (IsNoneOf(users_, peer.user) || IsNoneOf(groups_, peer.group)) {
    return false;
  }
  if (!NeedPlace()) {
    return true;
  }
  if (!place.ok() || IsNoneOf(units_, place->unit)) {
    return false;
  }
  return cgroups_.empty() || std::any_of(cgroups_.begin(), cgroups_.end(), [&](const auto& top) {
           return IsWithin(place->cgroup, top);
         });
}

bool SocketSelectors::Overlap(const SocketSelectors& other) const {
  const auto same = [](const auto& one, const auto& two) { return one == two; };
  const auto either_within = [](const std::string& one, const std::string& two) {
    return IsWithin(one, two) || IsWithin(two, one);
  };
  return !Exclude(users_, other.users_, same) && !Exclude(groups_, other.groups_, same) &&
         !Exclude(units_, other.units_, same) && !Exclude(cgroups_, other.cgroups_, either_within);
}

}  // namespace fleetca::client
