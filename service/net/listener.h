// A port of ours for a gRPC server: accepts by itself, and bounds what connections may cost.
#ifndef FLEETCA_SERVICE_NET_LISTENER_H_
#define FLEETCA_SERVICE_NET_LISTENER_H_

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/log_limiter.h"
#include "base/memory_trim.h"
#include "base/net/spare_descriptor.h"
#include "base/net/wake_event.h"
#include "base/thread.h"
#include "service/net/call_meter.h"
#include "service/net/caller_calls.h"
#include "service/net/connection.h"
#include "service/net/connection_table.h"
#include "service/net/connection_watch.h"
#include "service/net/handover.h"
#include "service/net/listening_sockets.h"

namespace fleetca::service {

struct ListenerOptions {
  std::string name;     // of the port, for the log: "main", "bootstrap"
  std::string address;  // "HOST:PORT"; port 0 takes a free one
  std::string field;    // where the address was configured, for errors: "listener.address"
  ConnectionLimits limits;
  // Whether this listener's thread gives freed memory back to the system, which one thread of a
  // process should do.
  bool trims_memory = false;
  // Needed where limits.bytes_per_message is not 0. May be null.
  MessageSize message_size;
};

// gRPC 1.51's own listener never accepts again after the process once ran out of descriptors, and
// lets strangers spend the server's CPU time and memory. This one accepts on a thread of its own,
// hands connections to gRPC, and looks at each every 50 ms (connection_watch.h).
//
//   Listen, AddTo(builder, credentials), builder.BuildAndStart(), Serve(),
//   StopAccepting(), server->Shutdown(), then destroy the listener.
//
// It must be created before the server and destroyed after the server's Shutdown returned.
// Thread-safe from Serve on.
class Listener {
 public:
  // Binds the address and listens on it. From then on the kernel keeps connections waiting until
  // Serve accepts them. UNAVAILABLE kConfigInvalid when the address cannot be bound.
  static absl::StatusOr<std::unique_ptr<Listener>> Listen(ListenerOptions options);
  // Makes a listener of sockets that listen already, and ignores options.address.
  static absl::StatusOr<std::unique_ptr<Listener>> Adopt(ListenerOptions options,
                                                         ListeningSockets sockets);

  // Stops accepting and watching.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The port that was bound.
  int port() const { return port_; }

  // For the access check of the port, which tells it of every call that it lets through.
  const std::shared_ptr<CallerTable>& callers() const { return callers_; }

  // Makes the server take connections from here, with these credentials. Once, instead of
  // AddListeningPort. Takes the builder's interceptors for itself.
  void AddTo(const std::shared_ptr<grpc::ServerCredentials>& credentials,
             grpc::ServerBuilder& builder);

  // Begins to accept; call it when the server has started. UNAVAILABLE kInternal when no thread can
  // be started.
  absl::Status Serve();

  // Refuses new connections from now on, those in the kernel's queue too; when it returns the port
  // is free and nothing is handed to gRPC any more. Open connections are watched on. Idempotent.
  void StopAccepting() ABSL_LOCKS_EXCLUDED(mutex_);

  // False while connections cannot be accepted: before Serve, after StopAccepting, and when
  // accepting has failed for more than a second, whatever the reason. A connection that is
  // accepted and closed at once, because there are no descriptors, counts as a failure. The
  // listener keeps trying, so this becomes true again even when nobody connects. Health follows it.
  bool accepting() const { return accepting_; }

 private:
  Listener(ListenerOptions options, ListeningSockets sockets, WakeEvent wake);

  void Run();
  // Waits until there is something to accept or something to do.
  void Wait(absl::Time next_look);
  void AcceptSome(absl::Time now);
  // True when there may be more to accept on the socket.
  [[nodiscard]] bool AcceptOne(int socket, absl::Time now);
  // False when there is no descriptor for its duplicate; a connection that is refused for another
  // reason is none of the listener's failures.
  [[nodiscard]] bool Take(Descriptor accepted, absl::Time now);
  void NoteRefusal(absl::string_view why, absl::Time now);
  void NoteAccepting();
  void NoteFailing(absl::Time now);

  const ListenerOptions options_;
  const int port_;
  const WakeEvent wake_;
  const std::shared_ptr<ConnectionTable> table_ = std::make_shared<ConnectionTable>();
  const std::shared_ptr<CallerTable> callers_ = std::make_shared<CallerTable>();
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<Handover> handover_;  // from Serve on
  std::atomic<bool> accepting_{false};
  std::atomic<bool> look_now_{false};  // a caller floods

  // The thread's.
  std::vector<Descriptor> sockets_;
  SpareDescriptor spare_;
  ConnectionWatch watch_;
  absl::Time paused_until_ = absl::InfinitePast();
  absl::Time failing_since_ = absl::InfiniteFuture();
  log::Limiter limiter_;
  MemoryTrimmer trimmer_;

  absl::Mutex mutex_;
  bool stop_accepting_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;  // the sockets are
  std::optional<Thread> thread_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_LISTENER_H_
