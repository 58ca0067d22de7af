#include "base/fetch/testing/http_test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fleetca::testing {
namespace {

constexpr absl::string_view kLength = "Content-Length: ";

void Check(bool done) {
  if (!done) {
    std::perror("HttpTestServer");
    std::abort();
  }
}

// Whether all of the request has come: its head, and as much of a body as that says.
bool IsWhole(absl::string_view request) {
  const size_t end = request.find("\r\n\r\n");
  if (end == absl::string_view::npos) {
    return false;
  }
  size_t length = 0;
  if (const size_t at = request.find(kLength); at < end) {
    const absl::string_view rest = request.substr(at + kLength.size());
    Check(absl::SimpleAtoi(rest.substr(0, rest.find('\r')), &length));
  }
  return request.size() >= end + 4 + length;
}

}  // namespace

HttpTestServer::HttpTestServer(Answer answer)
    : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  Check(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  Check(listen(listener_.get(), 8) == 0);
  Check(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

HttpTestServer::~HttpTestServer() {
  shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

std::string HttpTestServer::Message(absl::string_view status, absl::string_view type,
                                    absl::string_view body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Type: ", type, "\r\n", kLength, body.size(),
                      "\r\n\r\n", body);
}

std::string HttpTestServer::Url(absl::string_view path) const {
  return absl::StrCat("http://127.0.0.1:", port_, path);
}

std::vector<std::string> HttpTestServer::requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

void HttpTestServer::Run() {
  while (true) {
    const Descriptor connection(accept(listener_.get(), nullptr, nullptr));
    if (connection.get() < 0) {
      return;
    }
    Serve(connection.get());
  }
}

void HttpTestServer::Serve(int connection) {
  std::string request;
  char octets[4096];
  while (!IsWhole(request)) {
    const ssize_t size = recv(connection, octets, sizeof(octets), 0);
    if (size <= 0) {
      return;
    }
    request.append(octets, static_cast<size_t>(size));
  }
  {
    absl::MutexLock lock(&mutex_);
    requests_.push_back(request);
  }
  const std::string answer = answer_(request);
  if (answer.empty()) {
    recv(connection, octets, sizeof(octets), 0);
  }
  // A client that has enough goes in the middle.
  for (size_t sent = 0; sent < answer.size();) {
    const ssize_t size = send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) {
      return;
    }
    sent += static_cast<size_t>(size);
  }
}

}  // namespace fleetca::testing
