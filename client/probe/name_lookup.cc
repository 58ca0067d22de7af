#include "client/probe/name_lookup.h"

#include <netdb.h>

#include <array>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

// More than any name that is meant for a server has.
constexpr size_t kMaxAddresses = 16;

// A question to the resolver with all that it points to, which has to live until it is answered.
struct Question {
  explicit Question(const ServerAddress& address) : host(address.host), port(address.port) {
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    request.ar_name = host.c_str();
    request.ar_service = port.c_str();
    request.ar_request = &hints;
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  ~Question() {
    if (request.ar_result != nullptr) {
      freeaddrinfo(request.ar_result);
    }
  }

  const std::string host;
  const std::string port;
  addrinfo hints = {};
  gaicb request = {};
};

absl::Status Unresolved(const ServerAddress& address, absl::string_view why) {
  return Unavailable(Reason::kServerUnreachable,
                     absl::StrCat("The name ", address.host, " does not resolve: ", why));
}

absl::Status Failed(const ServerAddress& address, int error) {
  return Unresolved(address, absl::StrCat(gai_strerror(error), "; check its spelling"));
}

// Waits for the answer. EAI_INPROGRESS when there was none in time.
int Await(const gaicb& request, absl::Duration limit) {
  const timespec timeout = absl::ToTimespec(limit);
  const gaicb* const list[] = {&request};
  int error = EAI_INTR;
  while (error == EAI_INTR) {
    error = gai_suspend(list, 1, &timeout);
  }
  return gai_error(const_cast<gaicb*>(&request));
}

std::vector<SocketAddress> AddressesOf(const addrinfo* list) {
  std::vector<SocketAddress> addresses;
  for (; list != nullptr && addresses.size() < kMaxAddresses; list = list->ai_next) {
    SocketAddress address;
    if (list->ai_addrlen <= sizeof(address.storage)) {
      std::memcpy(&address.storage, list->ai_addr, list->ai_addrlen);
      address.size = list->ai_addrlen;
      addresses.push_back(address);
    }
  }
  return addresses;
}

}  // namespace

std::string SocketAddress::Text() const {
  std::array<char, NI_MAXHOST> host;
  std::array<char, NI_MAXSERV> port;
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&storage), size, host.data(), host.size(),
                  port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "(unknown)";
  }
  return ServerAddress{host.data(), port.data()}.Text();
}

absl::StatusOr<std::vector<SocketAddress>> LookUp(const ServerAddress& address,
                                                  absl::Duration limit) {
  auto question = std::make_unique<Question>(address);
  gaicb* list[] = {&question->request};
  if (const int error = getaddrinfo_a(GAI_NOWAIT, list, 1, nullptr); error != 0) {
    return Failed(address, error);
  }
  if (const int error = Await(question->request, limit); error == EAI_INPROGRESS) {
    // A question that is being asked cannot be taken back, and is then left to its thread for good.
    if (gai_cancel(&question->request) == EAI_NOTCANCELED) {
      static_cast<void>(question.release());
    }
    return Unresolved(address, "no name server answered in time; is there a network?");
  } else if (error != 0) {
    return Failed(address, error);
  }
  std::vector<SocketAddress> addresses = AddressesOf(question->request.ar_result);
  if (addresses.empty()) {
    return Unresolved(address, "it has no address; check its spelling, and its A and AAAA records");
  }
  return addresses;
}

}  // namespace fleetca::client
