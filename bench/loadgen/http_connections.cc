#include "bench/loadgen/http_connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"

namespace fleetca::loadgen {
namespace {

constexpr int kEventsAtOnce = 64;
constexpr size_t kReadAtOnce = size_t{16} << 10;
constexpr int64_t kMillisecondNs = 1'000'000;

absl::Status Unreachable(absl::string_view address, int error) {
  return Unavailable(
      Reason::kServerUnreachable,
      absl::StrCat("no connection to the HTTP port ", address, ": ", std::strerror(error),
                   "; is it in http { ... } of the server's "
                   "configuration?"));
}

absl::StatusOr<sockaddr_in> ParseAddress(absl::string_view address) {
  const size_t colon = address.rfind(':');
  std::string host(address.substr(0, colon));
  host = host == "localhost" ? "127.0.0.1" : host;
  int port = 0;
  sockaddr_in parsed = {};
  parsed.sin_family = AF_INET;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
      port < 1 || port > UINT16_MAX || inet_pton(AF_INET, host.c_str(), &parsed.sin_addr) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--http: \"", address, "\" is not an IPv4 address with a port"));
  }
  parsed.sin_port = htons(static_cast<uint16_t>(port));
  return parsed;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpConnections>> HttpConnections::Connect(
    const std::string& address, size_t count, OnAnswer on_answer) {
  auto made = absl::WrapUnique(new HttpConnections(address, std::move(on_answer)));
  made->epoll_.Reset(epoll_create1(EPOLL_CLOEXEC));
  made->connections_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    FLEETCA_RETURN_IF_ERROR(made->Open(i));
  }
  return made;
}

// Waits for the connection; each is made once, unless the server ends it.
absl::Status HttpConnections::Open(size_t number) {
  FLEETCA_ASSIGN_OR_RETURN(const sockaddr_in server, ParseAddress(address_));
  Connection& connection = connections_[number];
  connection.received.clear();
  connection.socket.Reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int fd = connection.socket.get();
  const int on = 1;
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof(server)) != 0 ||
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) {
    const int error = errno;
    connection.socket.Reset();
    return Unreachable(address_, error);
  }
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = number;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    const int error = errno;
    connection.socket.Reset();
    return Unreachable(address_, error);
  }
  return absl::OkStatus();
}

void HttpConnections::Fail(size_t number, absl::Status fault) {
  Connection& connection = connections_[number];
  connection.socket.Reset();  // which takes it out of the epoll set too
  if (connection.waits && connection.fault.ok()) {
    connection.fault = std::move(fault);
    failed_.push_back(number);
  }
}

void HttpConnections::Send(size_t number, absl::string_view request) {
  Connection& connection = connections_[number];
  connection.waits = true;
  if (!connection.socket.valid()) {
    if (absl::Status opened = Open(number); !opened.ok()) {
      Fail(number, std::move(opened));
      return;
    }
  }
  // A request is shorter than any socket's buffer, which is empty, as the last one was answered.
  const ssize_t sent = send(connection.socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request.size())) {
    Fail(number, Unreachable(address_, sent < 0 ? errno : EPIPE));
  }
}

void HttpConnections::Cancel() {
  for (size_t i = 0; i < connections_.size(); ++i) {
    if (connections_[i].waits) {
      Fail(i, absl::CancelledError("not answered"));
    }
  }
}

void HttpConnections::Receive(size_t number) {
  Connection& connection = connections_[number];
  const size_t had = connection.received.size();
  connection.received.resize(had + kReadAtOnce);
  const ssize_t got =
      recv(connection.socket.get(), connection.received.data() + had, kReadAtOnce, MSG_DONTWAIT);
  connection.received.resize(had + (got > 0 ? static_cast<size_t>(got) : 0));
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (got <= 0) {
    Fail(number, Unreachable(address_, got < 0 ? errno : ECONNRESET));
    return;
  }
  const HttpAnswerView answer = ReadHttpAnswer(connection.received);
  if (answer.state == HttpAnswerView::State::kIncomplete) {
    return;
  }
  if (answer.state == HttpAnswerView::State::kMalformed || !connection.waits ||
      answer.size != connection.received.size()) {
    Fail(number, absl::DataLossError("the answer is no HTTP/1.1 that was asked for"));
    return;
  }
  connection.waits = false;
  // What is called may send again, and only a later Receive reads that answer.
  on_answer_(number, answer);
  connection.received.clear();
}

bool HttpConnections::ReportFaults() {
  const std::vector<size_t> failed = std::exchange(failed_, {});
  for (const size_t number : failed) {
    const absl::Status fault = std::exchange(connections_[number].fault, absl::OkStatus());
    connections_[number].waits = false;
    on_answer_(number, fault);
  }
  return !failed.empty();
}

bool HttpConnections::Poll(int64_t wait_ns) {
  if (ReportFaults()) {
    return true;
  }
  epoll_event events[kEventsAtOnce];
  // A wait of less than a millisecond is none.
  const int found =
      epoll_wait(epoll_.get(), events, kEventsAtOnce, static_cast<int>(wait_ns / kMillisecondNs));
  for (int i = 0; i < found; ++i) {
    if (connections_[events[i].data.u64].socket.valid()) {
      Receive(events[i].data.u64);
    }
  }
  return ReportFaults() || found > 0;
}

}  // namespace fleetca::loadgen
