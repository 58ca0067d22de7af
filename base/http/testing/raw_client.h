// A client that sends octets as they are told, for tests of HTTP servers.
#ifndef FLEETCA_BASE_HTTP_TESTING_RAW_CLIENT_H_
#define FLEETCA_BASE_HTTP_TESTING_RAW_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/descriptor.h"

namespace fleetca::testing {

// Listening on a free port of the loopback address; empty when that fails.
inline Descriptor ListenOnLoopback() {
  Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(made.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(made.get(), 4096) != 0) {
    made.Reset();
  }
  return made;
}

// One connection. Thread-compatible.
class RawClient {
 public:
  // From 127.0.0.1, or another address of the loopback network.
  explicit RawClient(int port, const char* from = "127.0.0.1")
      : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, from, &address.sin_addr);
    bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    connected_ =
        connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }

  bool connected() const { return connected_; }

  // False when the other end has closed.
  bool Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // One answer, head and body; less when the connection ends or nothing comes for ten seconds.
  std::string Receive(bool has_body = true) {
    while (true) {
      const size_t head = buffered_.find("\r\n\r\n");
      if (head != std::string::npos) {
        const size_t size = head + 4 + (has_body ? BodySize(buffered_.substr(0, head)) : 0);
        if (buffered_.size() >= size) {
          const std::string answer = buffered_.substr(0, size);
          buffered_.erase(0, size);
          return answer;
        }
      }
      if (!Fill(absl::Seconds(10))) {
        return std::exchange(buffered_, "");
      }
    }
  }

  // Whether the other end closes within the time, whatever it sends before.
  bool IsClosedWithin(absl::Duration time) {
    const absl::Time deadline = absl::Now() + time;
    while (absl::Now() < deadline) {
      if (!Fill(deadline - absl::Now())) {
        return closed_;
      }
    }
    return closed_;
  }

  // "GET /x", or what stands before " HTTP/1.1", and its answer.
  std::string Ask(absl::string_view request, absl::string_view more = "") {
    Send(absl::StrCat(request, " HTTP/1.1\r\nHost: x\r\n", more, "\r\n"));
    return Receive(request.substr(0, 5) != "HEAD ");
  }

 private:
  static size_t BodySize(absl::string_view head) {
    constexpr absl::string_view kName = "\r\nContent-Length: ";
    const size_t at = head.find(kName);
    size_t size = 0;
    if (at != absl::string_view::npos) {
      const absl::string_view rest = head.substr(at + kName.size());
      static_cast<void>(absl::SimpleAtoi(rest.substr(0, rest.find('\r')), &size));
    }
    return size;
  }

  bool Fill(absl::Duration time) {
    pollfd waited = {.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (poll(&waited, 1, static_cast<int>(absl::ToInt64Milliseconds(time)) + 1) <= 0) {
      return false;
    }
    char bytes[65536];
    const ssize_t count = recv(socket_.get(), bytes, sizeof(bytes), 0);
    if (count <= 0) {
      closed_ = true;
      return false;
    }
    buffered_.append(bytes, static_cast<size_t>(count));
    return true;
  }

  Descriptor socket_;
  bool connected_ = false;
  bool closed_ = false;
  std::string buffered_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_BASE_HTTP_TESTING_RAW_CLIENT_H_
