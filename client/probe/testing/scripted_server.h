// A server that says and hears what a test tells it to.
#ifndef FLEETCA_CLIENT_PROBE_TESTING_SCRIPTED_SERVER_H_
#define FLEETCA_CLIENT_PROBE_TESTING_SCRIPTED_SERVER_H_

#include <functional>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "client/probe/server_address.h"

namespace fleetca::client::testing {

// Listens at a free port of 127.0.0.1, and runs the script with the socket of the one connection
// that it accepts, which it closes then. A failure to listen is fatal.
class ScriptedServer {
 public:
  using Script = std::function<void(int socket)>;

  explicit ScriptedServer(Script script);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  // Waits for the end of the script.
  ~ScriptedServer();

  const ServerAddress& address() const { return address_; }

 private:
  Descriptor listener_;
  ServerAddress address_;
  std::thread thread_;
};

// Sends all of it.
void Say(int socket, absl::string_view octets);
// What comes up to a line end, or up to the end of the connection.
std::string HearLine(int socket);
// As many octets, or fewer where the connection ends.
std::string Hear(int socket, size_t size);

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_PROBE_TESTING_SCRIPTED_SERVER_H_
