// Open connections of plain HTTP, each with one request at a time, on the event loop.
#ifndef FLEETCA_BENCH_LOADGEN_HTTP_CONNECTIONS_H_
#define FLEETCA_BENCH_LOADGEN_HTTP_CONNECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "bench/loadgen/event_loop.h"
#include "bench/loadgen/http_answer.h"

namespace fleetca::loadgen {

// A request costs a write, a read and a share of a look at them all, so that the client is not what
// is measured. Thread-compatible.
class HttpConnections final : public EventSource {
 public:
  // Of connection `connection`: the answer, good until on_answer returns; or why there is none, and
  // then the connection is made anew by the next Send.
  using OnAnswer =
      std::function<void(size_t connection, const absl::StatusOr<HttpAnswerView>& answer)>;

  // Connects all of them to HOST:PORT, an IPv4 address or "localhost". UNAVAILABLE
  // kServerUnreachable.
  static absl::StatusOr<std::unique_ptr<HttpConnections>> Connect(const std::string& address,
                                                                  size_t count, OnAnswer on_answer);
  HttpConnections(const HttpConnections&) = delete;
  HttpConnections& operator=(const HttpConnections&) = delete;

  // The connection waits for no answer. `request` is sent as it is; its answer, or that it cannot
  // be sent, comes by Poll.
  void Send(size_t connection, absl::string_view request);
  // Those that wait for an answer get CANCELLED from the next Poll.
  void Cancel();

  bool Poll(int64_t wait_ns) override;

 private:
  struct Connection {
    Descriptor socket;
    std::string received;
    bool waits = false;
    // Set where it ends without an answer.
    absl::Status fault;
  };

  HttpConnections(std::string address, OnAnswer on_answer)
      : address_(std::move(address)), on_answer_(std::move(on_answer)) {}

  absl::Status Open(size_t number);
  void Fail(size_t number, absl::Status fault);
  void Receive(size_t number);
  bool ReportFaults();

  const std::string address_;
  const OnAnswer on_answer_;
  Descriptor epoll_;
  std::vector<Connection> connections_;
  std::vector<size_t> failed_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_HTTP_CONNECTIONS_H_
