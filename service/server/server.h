// The running CA: configuration in, a listening gRPC server, and a drain that loses nothing.
#ifndef FLEETCA_SERVICE_SERVER_SERVER_H_
#define FLEETCA_SERVICE_SERVER_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/child_process.h"
#include "service/config/server_config.h"
#include "store/store.h"

namespace fleetca::service {

// What the program that runs the server decides, and not the operator.
struct ServerOptions {
  // Another store than that of the configuration, for measurements without a disk: its certificates
  // are not durable unless the store is, and the statistics say that they are not.
  std::unique_ptr<store::Store> store;
  // The program whose hidden command serves the bootstrap port: this one, unless that is a test.
  std::string bootstrap_program = kThisProgram;
  // Serve although the server's certificate has expired, which no client accepts.
  bool expired_certificate_is_taken = false;
};

// Owns every part, from the store to the port. Thread-compatible: one thread starts and drains it.
class Server {
 public:
  // Opens the store, loads the keys, binds the ports and begins to serve. Any part that is not
  // right is an error here, with a sentence that names the file or field.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerConfig& config,
                                                       ServerOptions options = {});

  virtual ~Server() = default;

  // The ports that were bound; bootstrap_port and http_port are 0 where there is none.
  virtual int port() const = 0;
  virtual int bootstrap_port() const = 0;
  virtual int http_port() const = 0;

  // Reads the policy file again, for every request that is judged from then on. A file that is not
  // right leaves the policy in force as it is, and is an error that names its lines. From any
  // thread.
  virtual absl::Status ReloadPolicy() = 0;

  // Says NOT_SERVING, takes no new calls on any port, answers every request that the issuing port
  // has read, waits up to the configured time for that, and closes the store. Callers of the
  // bootstrap port, who may be anyone, have two seconds. OK when only such callers had to be cut
  // off; DEADLINE_EXCEEDED kDraining otherwise. Call it once.
  virtual absl::Status Drain() = 0;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_SERVER_H_
