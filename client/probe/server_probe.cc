#include "client/probe/server_probe.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/status_macros.h"
#include "client/probe/handshake_failure.h"
#include "client/probe/spoken_protocol.h"
#include "client/probe/tcp_connection.h"

namespace fleetca::client {
namespace {

using SslCtxPtr = std::unique_ptr<SSL_CTX, OpenSslDeleter<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpenSslDeleter<SSL_free>>;

constexpr size_t kChunk = size_t{16} << 10;
constexpr long kMaxCertificateList = long{256} << 10;

absl::Status Refused(absl::string_view message) {
  return Unavailable(Reason::kAnswerInvalid, message);
}

// Keeps what the server sent, and accepts it.
int KeepChain(X509_STORE_CTX* context, void* presented) {
  std::vector<std::string>& ders = static_cast<PresentedServer*>(presented)->chain_der;
  ders.clear();
  const STACK_OF(X509)* const sent = X509_STORE_CTX_get0_untrusted(context);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    unsigned char* octets = nullptr;
    const int size = i2d_X509(sk_X509_value(sent, i), &octets);
    if (size > 0) {
      ders.emplace_back(reinterpret_cast<const char*>(octets), static_cast<size_t>(size));
      OPENSSL_free(octets);
    }
  }
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

// Notes that a certificate is wanted, and gives none.
int NoteRequest(SSL* ssl, X509** certificate, EVP_PKEY** key) {
  static_cast<PresentedServer*>(SSL_get_app_data(ssl))->asks_for_certificate = true;
  *certificate = nullptr;
  *key = nullptr;
  return 0;
}

// Called before the next message is looked at: the one that the state names was accepted. With
// CertificateVerify (TLS 1.3) and ServerKeyExchange (before) comes the signature by the
// certificate's key, which OpenSSL checks whatever the callback of KeepChain says; ciphers without
// one (aNULL, PSK) are not offered.
void NoteProof(const SSL* ssl, int where, int /*result*/) {
  if ((where & SSL_CB_LOOP) == 0) {
    return;
  }
  const OSSL_HANDSHAKE_STATE accepted = SSL_get_state(ssl);
  if (accepted == TLS_ST_CR_CERT_VRFY || accepted == TLS_ST_CR_KEY_EXCH) {
    static_cast<PresentedServer*>(SSL_get_app_data(ssl))->proved_key = true;
  }
}

// A context that takes servers of any age.
absl::StatusOr<SslCtxPtr> MakeContext(PresentedServer* presented) {
  SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) {
    return OpenSslError(Reason::kInternal, "cannot make a TLS context");
  }
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_LEGACY_SERVER_CONNECT);
  SSL_CTX_set_max_cert_list(context.get(), kMaxCertificateList);
  // With SSL_VERIFY_PEER a failing callback ends the handshake; this one never fails.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), &KeepChain, presented);
  SSL_CTX_set_client_cert_cb(context.get(), &NoteRequest);
  SSL_CTX_set_info_callback(context.get(), &NoteProof);
  if (SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), "ALL:!aNULL:@SECLEVEL=0") != 1) {
    return OpenSslError(Reason::kInternal, "cannot set up TLS");
  }
  return context;
}

// A handshake through memory: what goes to the server and comes from it passes by here, with its
// limits.
class Handshake {
 public:
  Handshake(const ProbeOptions& options, TcpConnection connection)
      : options_(options), connection_(std::move(connection)) {}

  absl::StatusOr<PresentedServer> Run();

 private:
  absl::Status Prepare();
  absl::Status Shake();
  // Of a server that has said nothing so far.
  absl::StatusOr<std::string> ReceiveFirst();
  absl::Status Receive();
  absl::Status Flush();
  // What went wrong, in words.
  absl::Status Failure();
  const std::string& Name() const { return connection_.name(); }

  const ProbeOptions& options_;
  TcpConnection connection_;
  PresentedServer presented_;
  SslCtxPtr context_;
  SslPtr ssl_;
  BIO* from_server_ = nullptr;  // ssl_ owns both
  BIO* to_server_ = nullptr;
  size_t received_ = 0;
};

absl::Status Handshake::Prepare() {
  FLEETCA_ASSIGN_OR_RETURN(context_, MakeContext(&presented_));
  ssl_.reset(SSL_new(context_.get()));
  BioPtr from(BIO_new(BIO_s_mem())), to(BIO_new(BIO_s_mem()));
  if (ssl_ == nullptr || from == nullptr || to == nullptr) {
    return OpenSslError(Reason::kInternal, "cannot begin TLS");
  }
  BIO_set_mem_eof_return(from.get(), -1);
  from_server_ = from.get();
  to_server_ = to.get();
  SSL_set_bio(ssl_.get(), from.release(), to.release());
  SSL_set_app_data(ssl_.get(), &presented_);
  if (!options_.server_name.empty() &&
      SSL_set_tlsext_host_name(ssl_.get(), options_.server_name.c_str()) != 1) {
    return OpenSslError(Reason::kInternal, "cannot tell the server its name");
  }
  SSL_set_tlsext_status_type(ssl_.get(), TLSEXT_STATUSTYPE_ocsp);
  return absl::OkStatus();
}

absl::Status Handshake::Flush() {
  char* octets = nullptr;
  const long size = BIO_get_mem_data(to_server_, &octets);
  if (size > 0) {
    FLEETCA_RETURN_IF_ERROR(connection_.Send(absl::string_view(octets, static_cast<size_t>(size))));
    static_cast<void>(BIO_reset(to_server_));
  }
  return absl::OkStatus();
}

// A server of a protocol that has lines waits for the end of one: it is given that, once a server
// of TLS would have answered.
absl::StatusOr<std::string> Handshake::ReceiveFirst() {
  absl::StatusOr<std::string> first = connection_.Receive(kChunk, connection_.left() / 2);
  if (!absl::IsDeadlineExceeded(first.status())) {
    return first;
  }
  FLEETCA_RETURN_IF_ERROR(connection_.Send("\r\n\r\n"));
  return connection_.Receive(kChunk);
}

absl::Status Handshake::Receive() {
  const bool is_first = received_ == 0;
  const absl::StatusOr<std::string> octets =
      is_first ? ReceiveFirst() : connection_.Receive(kChunk);
  FLEETCA_RETURN_IF_ERROR(octets.status());
  if (octets->empty()) {
    return Refused(is_first ? absl::StrCat(Name(),
                                           " closed the connection without a word of TLS; "
                                           "does this port speak TLS?")
                            : absl::StrCat(Name(), " broke the handshake off"));
  }
  if (is_first && !LooksLikeTls(*octets)) {
    return Refused(absl::StrCat(Name(), " does not speak TLS: ", SpokenInstead(*octets)));
  }
  received_ += octets->size();
  if (received_ > kMaxPresentedOctets) {
    return Refused(absl::StrCat(Name(), " sends more than any handshake needs"));
  }
  BIO_write(from_server_, octets->data(), static_cast<int>(octets->size()));
  return absl::OkStatus();
}

absl::Status Handshake::Failure() {
  const HandshakeSoFar so_far = {.server_name = options_.server_name,
                                 .asks_for_certificate = presented_.asks_for_certificate};
  return Refused(absl::StrCat(Name(), " and this program do not agree on TLS: ",
                              WhyHandshakeFailed(ERR_peek_error(), so_far)));
}

absl::Status Handshake::Shake() {
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), result);
    const absl::Status failure =
        error == SSL_ERROR_NONE || error == SSL_ERROR_WANT_READ ? absl::OkStatus() : Failure();
    // Also an alert, so that the server knows why.
    const absl::Status flushed = Flush();
    FLEETCA_RETURN_IF_ERROR(failure);
    if (result == 1) {
      return absl::OkStatus();
    }
    FLEETCA_RETURN_IF_ERROR(flushed);
    FLEETCA_RETURN_IF_ERROR(Receive());
  }
}

absl::StatusOr<PresentedServer> Handshake::Run() {
  const ScopedOpenSslErrorQueue queue;
  FLEETCA_RETURN_IF_ERROR(Begin(options_.start_tls, connection_));
  FLEETCA_RETURN_IF_ERROR(Prepare());
  presented_.peer = connection_.peer();
  presented_.handshake = Shake();
  presented_.proved_key |= presented_.handshake.ok();
  if (presented_.chain_der.empty()) {
    return presented_.handshake.ok()
               ? Refused(absl::StrCat(Name(), " speaks TLS, but presents no certificate"))
               : presented_.handshake;
  }
  presented_.protocol = SSL_get_version(ssl_.get());
  if (const SSL_CIPHER* const cipher = SSL_get_current_cipher(ssl_.get()); cipher != nullptr) {
    presented_.cipher = SSL_CIPHER_get_name(cipher);
  }
  const unsigned char* response = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl_.get(), &response);
  if (response != nullptr && size > 0) {
    presented_.ocsp_response.assign(reinterpret_cast<const char*>(response),
                                    static_cast<size_t>(size));
  }
  return std::move(presented_);
}

}  // namespace

absl::StatusOr<PresentedServer> ProbeServer(const ProbeOptions& options) {
  FLEETCA_ASSIGN_OR_RETURN(TcpConnection connection,
                           TcpConnection::Connect(options.address, options.limit));
  return Handshake(options, std::move(connection)).Run();
}

}  // namespace fleetca::client
