// The floor of a connection: what a full handshake of TLS 1.3 costs the server in OpenSSL alone.
//
// Both sides are objects of one thread that speak over a BIO pair, with the shape of the product's
// credentials: a P-256 root, which the server trusts, an issuing CA, a leaf for each side with the
// issuing CA's certificate behind it. The client's certificate is required and verified. Contexts
// are made once; no tickets. Made anew for each handshake: the two SSL objects and the BIO pair.
//
// Workloads:
//   BareHandshake/p256     the key exchange by P-256, the only group that gRPC 1.51 takes
//   BareHandshake/x25519   the same by X25519
// Counter: cpu_us of the server's steps alone, SSL_new and SSL_free included.
//
//   bazel run --config=opt //bench:handshake_bench
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "base/openssl.h"
#include "bench/check.h"
#include "bench/cpu_time.h"
#include "benchmark/benchmark.h"
#include "tests/testing/openssl_ca.h"

namespace fleetca::bench {
namespace {

using SslCtxPtr = std::unique_ptr<SSL_CTX, OpenSslDeleter<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpenSslDeleter<SSL_free>>;
using testing::OpenSslCertificate;
using testing::OpenSslRequest;

// A handshake has three flights; more rounds than this would mean that it does not end.
constexpr int kMaxRounds = 10;

OpenSslRequest RequestOf(const char* common_name, const OpenSslCertificate* issuer) {
  OpenSslRequest request;
  request.common_name = common_name;
  request.issuer = issuer;
  request.not_before = absl::Now() - absl::Hours(1);
  request.not_after = absl::Now() + absl::Hours(24);
  return request;
}

OpenSslCertificate MakeLeaf(const char* common_name, const OpenSslCertificate& issuer) {
  OpenSslRequest request = RequestOf(common_name, &issuer);
  request.extensions = {
      {"basicConstraints", "critical,CA:FALSE"},
      {"keyUsage", "critical,digitalSignature"},
      {"extendedKeyUsage", "serverAuth,clientAuth"},
      {"subjectAltName", "DNS:web-1.fleet.example,URI:spiffe://fleet.example/svc/web-1"},
  };
  return MakeByOpenSsl(request);
}

struct Pki {
  Pki()
      : root(MakeByOpenSsl(RequestOf("root", nullptr))),
        issuing_ca(MakeByOpenSsl(RequestOf("issuing CA", &root))),
        server(MakeLeaf("server", issuing_ca)),
        client(MakeLeaf("client", issuing_ca)) {}

  OpenSslCertificate root;
  OpenSslCertificate issuing_ca;
  OpenSslCertificate server;
  OpenSslCertificate client;
};

X509Ptr Parse(const OpenSslCertificate& certificate) {
  const unsigned char* next = AsUnsigned(certificate.der);
  X509Ptr parsed(d2i_X509(nullptr, &next, static_cast<long>(certificate.der.size())));
  Check(parsed != nullptr, "d2i_X509");
  return parsed;
}

SslCtxPtr MakeContext(const SSL_METHOD* method, const Pki& pki, const OpenSslCertificate& own,
                      const char* group) {
  SslCtxPtr context(SSL_CTX_new(method));
  SSL_CTX* const raw = context.get();
  Check(raw != nullptr && SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1 &&
            SSL_CTX_set1_groups_list(raw, group) == 1 && SSL_CTX_set_num_tickets(raw, 0) == 1,
        "SSL_CTX_new");
  Check(SSL_CTX_use_certificate(raw, Parse(own).get()) == 1 &&
            SSL_CTX_add1_chain_cert(raw, Parse(pki.issuing_ca).get()) == 1 &&
            SSL_CTX_use_PrivateKey(raw, own.key.get()) == 1,
        "SSL_CTX_use_certificate");
  Check(X509_STORE_add_cert(SSL_CTX_get_cert_store(raw), Parse(pki.root).get()) == 1,
        "X509_STORE_add_cert");
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

// Whether the side has finished; ends the process when it has failed.
bool Step(SSL* side) {
  const int done = SSL_do_handshake(side);
  Check(done == 1 || SSL_get_error(side, done) == SSL_ERROR_WANT_READ, "SSL_do_handshake");
  return done == 1;
}

class Handshakes {
 public:
  explicit Handshakes(const char* group)
      : server_(MakeContext(TLS_server_method(), pki_, pki_.server, group)),
        client_(MakeContext(TLS_client_method(), pki_, pki_.client, group)) {}

  // The server's CPU seconds of one.
  double Run() {
    double seconds = -ThreadCpuSeconds();
    BIO* servers_end = nullptr;
    BIO* clients_end = nullptr;
    Check(BIO_new_bio_pair(&servers_end, 0, &clients_end, 0) == 1, "BIO_new_bio_pair");
    SslPtr server(SSL_new(server_.get()));
    SSL_set_bio(server.get(), servers_end, servers_end);
    SSL_set_accept_state(server.get());
    seconds += ThreadCpuSeconds();

    const SslPtr client(SSL_new(client_.get()));
    SSL_set_bio(client.get(), clients_end, clients_end);
    SSL_set_connect_state(client.get());
    bool served = false;
    bool connected = false;
    for (int round = 0; round < kMaxRounds && !(served && connected); ++round) {
      connected = Step(client.get());
      seconds -= ThreadCpuSeconds();
      served = Step(server.get());
      seconds += ThreadCpuSeconds();
    }
    Check(served && connected && SSL_version(server.get()) == TLS1_3_VERSION &&
              SSL_get0_peer_certificate(server.get()) != nullptr &&
              SSL_get_verify_result(server.get()) == X509_V_OK,
          "a handshake of TLS 1.3 with both certificates");

    seconds -= ThreadCpuSeconds();
    server.reset();
    return seconds + ThreadCpuSeconds();
  }

 private:
  const Pki pki_;
  const SslCtxPtr server_;
  const SslCtxPtr client_;
};

void BareHandshake(benchmark::State& state, const char* group) {
  Handshakes handshakes(group);
  handshakes.Run();  // what OpenSSL fetches once
  double seconds = 0;
  for (auto _ : state) {
    const double one = handshakes.Run();
    state.SetIterationTime(one);
    seconds += one;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["cpu_us"] = seconds / static_cast<double>(state.iterations()) * 1e6;
}
BENCHMARK_CAPTURE(BareHandshake, p256, "P-256")->UseManualTime();
BENCHMARK_CAPTURE(BareHandshake, x25519, "X25519")->UseManualTime();

}  // namespace
}  // namespace fleetca::bench
