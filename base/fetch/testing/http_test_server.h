// A small server of plain HTTP on 127.0.0.1 for tests of a client.
#ifndef FLEETCA_BASE_FETCH_TESTING_HTTP_TEST_SERVER_H_
#define FLEETCA_BASE_FETCH_TESTING_HTTP_TEST_SERVER_H_

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/descriptor.h"

namespace fleetca::testing {

// One connection at a time, one request on each. What the system cannot do aborts the process.
class HttpTestServer {
 public:
  // The octets of the answer to a request's octets, its body included; "" hangs until the client
  // goes.
  using Answer = std::function<std::string(absl::string_view request)>;

  explicit HttpTestServer(Answer answer);
  HttpTestServer(const HttpTestServer&) = delete;
  HttpTestServer& operator=(const HttpTestServer&) = delete;
  ~HttpTestServer();

  // An answer with this status line's end, such as "200 OK", media type and body.
  static std::string Message(absl::string_view status, absl::string_view type,
                             absl::string_view body);

  // "http://127.0.0.1:PORT" and `path`.
  std::string Url(absl::string_view path) const;
  // All that came, in order.
  std::vector<std::string> requests() const;

 private:
  void Run();
  void Serve(int connection);

  const Answer answer_;
  Descriptor listener_;
  int port_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_BASE_FETCH_TESTING_HTTP_TEST_SERVER_H_
