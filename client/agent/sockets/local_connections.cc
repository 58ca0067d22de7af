#include "client/agent/sockets/local_connections.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

// How often it is looked while every peer reads what it is told, and while one does not.
constexpr absl::Duration kSeldom = absl::Seconds(1);
constexpr absl::Duration kOften = absl::Milliseconds(250);
// At so many looks a peer may have sent more, and read nothing since the first of them.
constexpr int kMostLooksSending = 4;
// As gRPC waits for the answer to a ping.
constexpr absl::Duration kLongestUnread = absl::Seconds(20);

// 0 where it cannot be said.
int OctetsOf(const Descriptor& socket, unsigned long which) {
  int octets = 0;
  return ioctl(socket.get(), which, &octets) == 0 ? octets : 0;
}

}  // namespace

LocalConnections::~LocalConnections() {
  const absl::MutexLock lock(&mutex_);
  for (const auto& [id, one] : open_) {
    GiveBack(one.user);
  }
}

void LocalConnections::GiveBack(uid_t user) {
  of_socket_.GiveBack(user);
  all_->GiveBack(user);
}

absl::Status LocalConnections::Add(const Descriptor& connection, uid_t user) {
  if (absl::Status taken = of_socket_.Take(user); !taken.ok()) {
    return taken;
  }
  if (absl::Status taken = all_->Take(user); !taken.ok()) {
    of_socket_.GiveBack(user);
    return taken;
  }
  const absl::MutexLock lock(&mutex_);
  Descriptor duplicate(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
  // No event is asked for; EPOLLHUP always is.
  epoll_event wanted = {.events = 0, .data = {.u64 = next_id_}};
  if (!duplicate.valid() || epoll_ctl(epoll_, EPOLL_CTL_ADD, duplicate.get(), &wanted) != 0) {
    const int error = errno;
    GiveBack(user);
    return ResourceExhausted(
        Reason::kInternal,
        absl::StrCat(std::strerror(error), "; give the process more descriptors (LimitNOFILE)"));
  }
  open_.emplace(next_id_++, Open{.duplicate = std::move(duplicate), .user = user});
  return absl::OkStatus();
}

void LocalConnections::OnEvent(uint64_t id) {
  const absl::MutexLock lock(&mutex_);
  const auto found = open_.find(id);
  if (found == open_.end()) {
    return;
  }
  // Closing would not take it out of the set, as gRPC may have the connection still.
  epoll_ctl(epoll_, EPOLL_CTL_DEL, found->second.duplicate.get(), nullptr);
  GiveBack(found->second.user);
  open_.erase(found);
}

bool LocalConnections::Judge(Open& one, absl::Time now) {
  const int unread = OctetsOf(one.duplicate, SIOCOUTQ);
  if (one.unread == 0 || unread < one.unread) {
    one.unread_since = now;
    one.looks_sending = 0;
  }
  one.unread = unread;
  if (unread == 0) {
    return true;
  }
  one.looks_sending += OctetsOf(one.duplicate, SIOCINQ) > 0 ? 1 : 0;
  return one.looks_sending < kMostLooksSending && now - one.unread_since <= kLongestUnread;
}

LocalConnections::Looked LocalConnections::Look(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  Looked looked{.next = kSeldom};
  for (auto& [id, one] : open_) {
    if (!Judge(one, now)) {
      // gRPC sees the end, and so does the epoll set.
      shutdown(one.duplicate.get(), SHUT_RDWR);
      looked.ended.push_back(one.user);
    } else if (one.unread > 0) {
      looked.next = kOften;
    }
  }
  return looked;
}

size_t LocalConnections::size() const {
  const absl::MutexLock lock(&mutex_);
  return open_.size();
}

}  // namespace fleetca::client
