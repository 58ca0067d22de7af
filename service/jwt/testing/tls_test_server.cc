#include "service/jwt/testing/tls_test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "tests/testing/test_key.h"

namespace fleetca::testing {
namespace {

void Check(bool ok) {
  if (!ok) {
    std::abort();
  }
}

struct FreeSsl {
  void operator()(SSL* connection) const { SSL_free(connection); }
};

X509Ptr SelfSigned(const TestKey& key, const std::string& host) {
  X509Ptr certificate(X509_new());
  Check(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  Check(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  Check(X509_set_pubkey(certificate.get(), key.get()) == 1);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  Check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   AsUnsigned(absl::string_view("test server")), -1, -1, 0) == 1);
  Check(X509_set_issuer_name(certificate.get(), name) == 1);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("IP:" + host).c_str());
  Check(names != nullptr && X509_add_ext(certificate.get(), names, -1) == 1);
  X509_EXTENSION_free(names);
  Check(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return certificate;
}

std::string Pem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_X509(bio.get(), certificate) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace

TlsTestServer::TlsTestServer(const std::string& host, Answer answer)
    : answer_(std::move(answer)), context_(SSL_CTX_new(TLS_server_method())) {
  // A client that goes in the middle of an answer is what tests are about.
  std::signal(SIGPIPE, SIG_IGN);
  const TestKey& key = TestKey::OfType(KeyType::kP256);
  const X509Ptr certificate = SelfSigned(key, host);
  certificate_pem_ = Pem(certificate.get());
  Check(SSL_CTX_use_certificate(context_.get(), certificate.get()) == 1);
  Check(SSL_CTX_use_PrivateKey(context_.get(), key.get()) == 1);

  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  Check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  Check(listen(listener_, 8) == 0);
  Check(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

TlsTestServer::~TlsTestServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string TlsTestServer::Url(absl::string_view path) const {
  return absl::StrCat("https://127.0.0.1:", port_, path);
}

void TlsTestServer::Run() {
  while (true) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) {
      return;
    }
    Serve(connection);
    close(connection);
  }
}

void TlsTestServer::Serve(int connection) {
  const ScopedOpenSslErrorQueue errors;
  const std::unique_ptr<SSL, FreeSsl> tls(SSL_new(context_.get()));
  Check(tls != nullptr && SSL_set_fd(tls.get(), connection) == 1);
  char request[4096];
  if (SSL_accept(tls.get()) != 1) {
    return;
  }
  const int size = SSL_read(tls.get(), request, sizeof(request));
  if (size <= 0) {
    return;
  }
  ++requests_;
  const std::string answer = answer_(absl::string_view(request, static_cast<size_t>(size)));
  if (answer.empty()) {
    SSL_read(tls.get(), request, sizeof(request));
    return;
  }
  SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
  SSL_shutdown(tls.get());
}

}  // namespace fleetca::testing
