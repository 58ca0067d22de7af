// Accepts connections for a gRPC server.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_GRPC_ACCEPTOR_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_GRPC_ACCEPTOR_H_

#include <grpcpp/server_builder.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/log_limiter.h"
#include "base/thread.h"
#include "client/authz/serve/listen_address.h"
#include "client/authz/serve/listening_socket.h"

namespace fleetca::client {

// gRPC 1.51's own listener never accepts again after the process once ran out of descriptors. This
// one keeps a descriptor to spare: what comes while there is no other is accepted and closed, and
// the next after it is served.
//
//   Listen, AddTo(builder), builder.BuildAndStart(), Serve(), Stop(), server->Shutdown().
//
// Outlives the server. Thread-compatible.
class GrpcAcceptor {
 public:
  // Binds the address, which nobody else can bind beside this: from now on connections wait. The
  // errors of ListeningSocket::Open; UNAVAILABLE kInternal when the kernel gives no eventfd.
  static absl::StatusOr<std::unique_ptr<GrpcAcceptor>> Listen(const ListenAddress& address);
  GrpcAcceptor(const GrpcAcceptor&) = delete;
  GrpcAcceptor& operator=(const GrpcAcceptor&) = delete;
  ~GrpcAcceptor() { Stop(); }

  // With the port that was chosen.
  const ListenAddress& address() const { return socket_->address(); }

  // Has the server take connections from here, without TLS: the address is for a proxy alone.
  void AddTo(grpc::ServerBuilder& builder);
  // Begins to accept; call it when the server has started. The errors of Thread::Start.
  absl::Status Serve();
  // Nothing is handed to gRPC once it returns.
  void Stop();

 private:
  GrpcAcceptor(std::unique_ptr<ListeningSocket> socket, Descriptor wake);

  void Run();
  // True when there may be more to accept; errno says why not.
  [[nodiscard]] bool AcceptOne(absl::Time now);
  // Accepts by the spare descriptor and closes it. False when that cannot be done.
  [[nodiscard]] bool DropOne();
  void NoteRefusal(int error, absl::Time now);

  const std::unique_ptr<ListeningSocket> socket_;
  const Descriptor wake_;  // an eventfd
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  // The thread's.
  Descriptor spare_;
  log::Limiter refusals_;
  Thread thread_;  // the last member: it uses the others
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_GRPC_ACCEPTOR_H_
