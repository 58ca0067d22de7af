#include "base/http/http_connections.h"

#include <sys/socket.h>

#include <vector>

namespace fleetca {
namespace {

// That were shut down, and whose end the library has not noticed yet: each has its descriptor.
constexpr size_t kMostEnding = 64;

// From when on a connection is slow, where others need its place.
absl::Duration PatienceWith(HttpPhase phase) {
  switch (phase) {
    case HttpPhase::kIdle:
      return absl::Milliseconds(200);
    case HttpPhase::kRequest:
      return absl::Seconds(2);
    case HttpPhase::kAnswer:
      return absl::Seconds(20);
  }
  return absl::InfiniteDuration();
}

}  // namespace

HttpConnections::Verdict HttpConnections::Add(int socket, absl::string_view address,
                                              absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Erase(socket);
  const auto of_address = of_address_.find(address);
  if (of_address != of_address_.end() &&
      of_address->second >= limits_.max_connections_per_address && !MakeRoom(address, now)) {
    return Verdict::kTooManyOfAddress;
  }
  if (connections_.size() >= limits_.max_connections + kMostEnding ||
      (places_taken_ >= limits_.max_connections && !MakeRoom("", now))) {
    return Verdict::kTooMany;
  }
  ++of_address_[std::string(address)];
  ++places_taken_;
  connections_[socket] = {.address = std::string(address), .since = now};
  return Verdict::kTaken;
}

bool HttpConnections::MakeRoom(absl::string_view address, absl::Time now) {
  absl::Duration longest = absl::ZeroDuration();
  auto slowest = connections_.end();
  for (auto one = connections_.begin(); one != connections_.end(); ++one) {
    const Connection& connection = one->second;
    if (!connection.taken || connection.shut_down ||
        (!address.empty() && connection.address != address)) {
      continue;
    }
    if (const absl::Duration slow = now - connection.since - PatienceWith(connection.phase);
        slow > longest) {
      longest = slow;
      slowest = one;
    }
  }
  if (slowest == connections_.end()) {
    return false;
  }
  ShutDown(slowest->first, slowest->second);
  ++replaced_;
  return true;
}

void HttpConnections::ShutDown(int socket, Connection& connection) {
  shutdown(socket, SHUT_RDWR);
  connection.shut_down = true;
  GiveBack(connection.address);
}

void HttpConnections::GiveBack(const std::string& address) {
  const auto of_address = of_address_.find(address);
  if (--of_address->second == 0) {
    of_address_.erase(of_address);
  }
  --places_taken_;
}

void HttpConnections::NoteTaken(int socket) {
  absl::MutexLock lock(&mutex_);
  if (const auto found = connections_.find(socket); found != connections_.end()) {
    found->second.taken = true;
  }
}

void HttpConnections::Enter(int socket, HttpPhase phase, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (const auto found = connections_.find(socket); found != connections_.end()) {
    found->second.phase = phase;
    found->second.since = now;
  }
}

void HttpConnections::Remove(int socket) {
  absl::MutexLock lock(&mutex_);
  Erase(socket);
}

void HttpConnections::Erase(int socket) {
  const auto found = connections_.find(socket);
  if (found == connections_.end()) {
    return;
  }
  if (!found->second.shut_down) {
    GiveBack(found->second.address);
  }
  connections_.erase(found);
}

absl::Duration HttpConnections::TimeoutOf(HttpPhase phase) const {
  switch (phase) {
    case HttpPhase::kIdle:
      return limits_.idle_timeout;
    case HttpPhase::kRequest:
      return limits_.request_timeout;
    case HttpPhase::kAnswer:
      return limits_.answer_timeout;
  }
  return absl::ZeroDuration();
}

size_t HttpConnections::ShutDownLate(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  size_t count = 0;
  std::vector<int> lost;
  for (auto& [socket, connection] : connections_) {
    if (connection.shut_down || now - connection.since <= TimeoutOf(connection.phase)) {
      continue;
    }
    if (!connection.taken) {
      // The library had no memory for it, closed it and said nothing.
      lost.push_back(socket);
      continue;
    }
    ShutDown(socket, connection);
    ++count;
  }
  for (const int socket : lost) {
    Erase(socket);
  }
  return count;
}

void HttpConnections::ShutDownIdle() {
  absl::MutexLock lock(&mutex_);
  for (auto& [socket, connection] : connections_) {
    if (connection.taken && !connection.shut_down && connection.phase == HttpPhase::kIdle) {
      ShutDown(socket, connection);
    }
  }
}

bool HttpConnections::AwaitNone(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithDeadline(absl::Condition(this, &HttpConnections::IsEmpty), deadline);
}

uint64_t HttpConnections::replaced() const {
  absl::MutexLock lock(&mutex_);
  return replaced_;
}

size_t HttpConnections::count() const {
  absl::MutexLock lock(&mutex_);
  return connections_.size();
}

}  // namespace fleetca
