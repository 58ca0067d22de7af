// A small HTTPS server on 127.0.0.1 for tests of a client.
#ifndef FLEETCA_SERVICE_JWT_TESTING_TLS_TEST_SERVER_H_
#define FLEETCA_SERVICE_JWT_TESTING_TLS_TEST_SERVER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::testing {

// One connection at a time, one request on each. What the system cannot do aborts the process.
class TlsTestServer {
 public:
  // The octets of the answer to a request's octets; "" hangs until the client goes.
  using Answer = std::function<std::string(absl::string_view request)>;

  // With a self-signed certificate for the address `host`.
  TlsTestServer(const std::string& host, Answer answer);
  TlsTestServer(const TlsTestServer&) = delete;
  TlsTestServer& operator=(const TlsTestServer&) = delete;
  ~TlsTestServer();

  // "https://127.0.0.1:PORT" and `path`.
  std::string Url(absl::string_view path) const;
  const std::string& certificate_pem() const { return certificate_pem_; }
  // Requests that came through TLS.
  int requests() const { return requests_; }

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  void Run();
  void Serve(int connection);

  const Answer answer_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::string certificate_pem_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> requests_{0};
  std::thread thread_;
};

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_JWT_TESTING_TLS_TEST_SERVER_H_
