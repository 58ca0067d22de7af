#include "client/authz/serve/http_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "client/authz/serve/request_head.h"

namespace fleetca::client {
namespace {

constexpr uint64_t kListener = 0;
constexpr uint64_t kWake = 1;
constexpr uint64_t kFirstConnection = 2;

constexpr int kMostEvents = 64;
constexpr int kMostAcceptsAtOnce = 64;
constexpr size_t kMostSwallowed = size_t{256} << 10;
constexpr absl::string_view kHeadEnd = "\r\n\r\n";

constexpr absl::Duration kTimeout = absl::Seconds(5);
constexpr absl::Duration kFinishTimeout = absl::Seconds(1);
constexpr absl::Duration kStopTimeout = absl::Seconds(1);
constexpr absl::Duration kPause = absl::Milliseconds(50);
constexpr absl::Duration kSweep = absl::Milliseconds(250);

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

absl::Status NoEpoll() {
  return Unavailable(Reason::kInternal,
                     absl::StrCat("The kernel gives no epoll: ", std::strerror(errno),
                                  "; give the process more descriptors (ulimit -n)"));
}

}  // namespace

struct HttpLoop::Connection {
  enum class State { kReading, kWriting, kFinishing };

  Descriptor socket;
  State state = State::kReading;
  absl::Time deadline;
  std::string bytes;  // read, then to be written
  size_t done = 0;    // octets written, or swallowed after that
};

absl::StatusOr<std::unique_ptr<HttpLoop>> HttpLoop::Start(int listener, size_t max_connections,
                                                          Answerer answer) {
  Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  Descriptor wake(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  epoll_event on_wake = {.events = EPOLLIN, .data = {.u64 = kWake}};
  // Exclusive, so that one connection wakes one of several loops.
  epoll_event on_listener = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data = {.u64 = kListener}};
  if (!epoll.valid() || !wake.valid() ||
      epoll_ctl(epoll.get(), EPOLL_CTL_ADD, wake.get(), &on_wake) != 0 ||
      epoll_ctl(epoll.get(), EPOLL_CTL_ADD, listener, &on_listener) != 0) {
    return NoEpoll();
  }
  auto loop = absl::WrapUnique(new HttpLoop(listener, max_connections, std::move(answer),
                                            std::move(epoll), std::move(wake)));
  FLEETCA_ASSIGN_OR_RETURN(loop->thread_,
                           Thread::Start("authz_http", [self = loop.get()] { self->Run(); }));
  return loop;
}

HttpLoop::HttpLoop(int listener, size_t max_connections, Answerer answer, Descriptor epoll,
                   Descriptor wake)
    : listener_(listener),
      max_connections_(std::max<size_t>(1, max_connections)),
      answer_(std::move(answer)),
      epoll_(std::move(epoll)),
      wake_(std::move(wake)),
      next_id_(kFirstConnection) {}

HttpLoop::~HttpLoop() {
  const uint64_t one = 1;
  // It fails only when the counter is full, and then the thread is awake.
  [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof(one));
  thread_.Join();
}

void HttpLoop::Run() {
  epoll_event events[kMostEvents];
  while (true) {
    const bool idle = connections_.empty() && paused_until_ == absl::InfinitePast();
    const int wait = idle ? -1
                          : static_cast<int>(absl::ToInt64Milliseconds(
                                paused_until_ == absl::InfinitePast() ? kSweep : kPause));
    const int count = epoll_wait(epoll_.get(), events, kMostEvents, wait);
    const absl::Time now = SteadyTime();
    for (int i = 0; i < count; ++i) {
      const uint64_t id = events[i].data.u64;
      if (id == kWake) {
        BeginStop(now);
      } else if (id == kListener) {
        AcceptSome(now);
      } else if (const auto found = connections_.find(id);
                 found != connections_.end() && !Serve(id, found->second, now)) {
        connections_.erase(found);
      }
    }
    CloseExpired(now);
    ListenAgain(now);
    if (stop_by_ != absl::InfiniteFuture() && (connections_.empty() || now >= stop_by_)) {
      return;
    }
  }
}

void HttpLoop::AcceptSome(absl::Time now) {
  for (int i = 0; i < kMostAcceptsAtOnce && AcceptOne(now); ++i) {
  }
}

bool HttpLoop::AcceptOne(absl::Time now) {
  Descriptor socket(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket.valid()) {
    const bool no_room = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (no_room && !EvictOldest()) {
      PauseAccepting(now);
      return false;
    }
    // A connection that was gone before it was accepted says nothing of the next.
    return no_room || errno == ECONNABORTED;
  }
  if (connections_.size() >= max_connections_) {
    static_cast<void>(EvictOldest());  // cannot fail, as there is at least one connection
  }
  const uint64_t id = next_id_++;
  Connection& connection = connections_[id];
  connection.socket = std::move(socket);
  connection.deadline = now + kTimeout;
  Watch(id, connection, EPOLLIN, EPOLL_CTL_ADD);
  return true;
}

void HttpLoop::PauseAccepting(absl::Time now) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_, nullptr);
  paused_until_ = now + kPause;
}

void HttpLoop::ListenAgain(absl::Time now) {
  if (paused_until_ == absl::InfinitePast() || now < paused_until_ ||
      stop_by_ != absl::InfiniteFuture()) {
    return;
  }
  paused_until_ = absl::InfinitePast();
  epoll_event on_listener = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data = {.u64 = kListener}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_, &on_listener);
}

bool HttpLoop::EvictOldest() {
  const auto waiting =
      std::find_if(connections_.begin(), connections_.end(), [](const auto& connection) {
        return connection.second.state == Connection::State::kReading;
      });
  const auto victim = waiting != connections_.end() ? waiting : connections_.begin();
  if (victim == connections_.end()) {
    return false;
  }
  connections_.erase(victim);
  return true;
}

bool HttpLoop::Serve(uint64_t id, Connection& connection, absl::Time now) {
  return connection.state == Connection::State::kWriting ? Write(id, connection, now)
                                                         : Read(id, connection, now);
}

bool HttpLoop::Read(uint64_t id, Connection& connection, absl::Time now) {
  char buffer[8192];
  const ssize_t got = recv(connection.socket.get(), buffer, sizeof(buffer), 0);
  if (got < 0) {
    return WouldBlock();
  }
  if (connection.state == Connection::State::kFinishing) {
    connection.done += static_cast<size_t>(got);
    return got > 0 && connection.done < kMostSwallowed;
  }
  std::string& bytes = connection.bytes;
  // The end may have begun in what came before.
  const size_t from = bytes.size() < kHeadEnd.size() ? 0 : bytes.size() - kHeadEnd.size();
  bytes.append(buffer, static_cast<size_t>(got));
  const bool complete = got == 0 || bytes.size() >= kMaxRequestHead ||
                        bytes.find(kHeadEnd.data(), from, kHeadEnd.size()) != std::string::npos;
  if (!complete) {
    return true;
  }
  if (bytes.empty()) {
    return false;  // it asked nothing
  }
  bytes = answer_(bytes);
  connection.state = Connection::State::kWriting;
  connection.deadline = now + kTimeout;
  return Write(id, connection, now);
}

bool HttpLoop::Write(uint64_t id, Connection& connection, absl::Time now) {
  while (connection.done < connection.bytes.size()) {
    const ssize_t sent = send(connection.socket.get(), connection.bytes.data() + connection.done,
                              connection.bytes.size() - connection.done, MSG_NOSIGNAL);
    if (sent <= 0) {
      if (!WouldBlock()) {
        return false;
      }
      Watch(id, connection, EPOLLOUT, EPOLL_CTL_MOD);
      return true;
    }
    connection.done += static_cast<size_t>(sent);
  }
  // Closing at once would take the answer away from a sender that is not done: what still comes is
  // swallowed for a while.
  shutdown(connection.socket.get(), SHUT_WR);
  connection.state = Connection::State::kFinishing;
  connection.deadline = now + kFinishTimeout;
  connection.done = 0;
  Watch(id, connection, EPOLLIN, EPOLL_CTL_MOD);
  return true;
}

void HttpLoop::Watch(uint64_t id, const Connection& connection, uint32_t events, int operation) {
  epoll_event event = {.events = events, .data = {.u64 = id}};
  epoll_ctl(epoll_.get(), operation, connection.socket.get(), &event);
}

void HttpLoop::CloseExpired(absl::Time now) {
  for (auto at = connections_.begin(); at != connections_.end();) {
    at = now >= at->second.deadline ? connections_.erase(at) : std::next(at);
  }
}

void HttpLoop::BeginStop(absl::Time now) {
  AcceptSome(now);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_, nullptr);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, wake_.get(), nullptr);
  stop_by_ = now + kStopTimeout;
  // What was accepted a moment ago may have its request in the kernel already.
  for (auto at = connections_.begin(); at != connections_.end();) {
    Connection& connection = at->second;
    const bool goes_on =
        Serve(at->first, connection, now) &&
        (connection.state != Connection::State::kReading || !connection.bytes.empty());
    at = goes_on ? std::next(at) : connections_.erase(at);
  }
}

}  // namespace fleetca::client
