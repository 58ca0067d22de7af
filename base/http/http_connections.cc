#include "base/http/http_connections.h"

#include <sys/socket.h>

#include <vector>

namespace fleetca {

HttpConnections::Verdict HttpConnections::Add(int socket, absl::string_view address,
                                              absl::Time now) {
  absl::MutexLock lock(&mutex_);
  Erase(socket);
  if (connections_.size() >= limits_.max_connections) {
    return Verdict::kTooMany;
  }
  size_t& of_address = of_address_[std::string(address)];
  if (of_address >= limits_.max_connections_per_address) {
    return Verdict::kTooManyOfAddress;
  }
  ++of_address;
  connections_[socket] = {.address = std::string(address), .since = now};
  return Verdict::kTaken;
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
  const auto of_address = of_address_.find(found->second.address);
  if (--of_address->second == 0) {
    of_address_.erase(of_address);
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
    shutdown(socket, SHUT_RDWR);
    connection.shut_down = true;
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
      shutdown(socket, SHUT_RDWR);
      connection.shut_down = true;
    }
  }
}

bool HttpConnections::AwaitNone(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithDeadline(absl::Condition(this, &HttpConnections::IsEmpty), deadline);
}

size_t HttpConnections::count() const {
  absl::MutexLock lock(&mutex_);
  return connections_.size();
}

}  // namespace fleetca
