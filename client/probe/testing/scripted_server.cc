#include "client/probe/testing/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fleetca::client::testing {
namespace {

Descriptor Listen() {
  Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener.get(), 1) != 0) {
    std::perror("127.0.0.1");
    std::abort();
  }
  return listener;
}

std::string PortOf(const Descriptor& listener) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return absl::StrCat(ntohs(address.sin_port));
}

}  // namespace

ScriptedServer::ScriptedServer(Script script)
    : listener_(Listen()), address_({"127.0.0.1", PortOf(listener_)}) {
  // A client that goes in the middle of an answer is what tests are about.
  std::signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this, script = std::move(script)] {
    const Descriptor connection(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.valid()) {
      script(connection.get());
    }
  });
}

ScriptedServer::~ScriptedServer() {
  // Ends accept4 where nobody has come.
  shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void Say(int socket, absl::string_view octets) {
  while (!octets.empty()) {
    const ssize_t count = send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      return;
    }
    octets.remove_prefix(static_cast<size_t>(count));
  }
}

std::string Hear(int socket, size_t size) {
  std::string octets(size, '\0');
  const ssize_t count = recv(socket, octets.data(), size, MSG_WAITALL);
  octets.resize(count > 0 ? static_cast<size_t>(count) : 0);
  return octets;
}

std::string HearLine(int socket) {
  std::string line;
  while (!absl::EndsWith(line, "\n")) {
    const std::string octet = Hear(socket, 1);
    if (octet.empty()) {
      break;
    }
    line += octet;
  }
  return line;
}

}  // namespace fleetca::client::testing
