#include "client/probe/server_probe.h"

#include <sys/socket.h>

#include <cstring>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/steady_time.h"
#include "client/probe/testing/scripted_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::client::testing::Hear;
using ::fleetca::client::testing::HearLine;
using ::fleetca::client::testing::Say;
using ::fleetca::client::testing::ScriptedServer;
using ::fleetca::testing::IsError;
using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using SslCtxPtr = std::unique_ptr<SSL_CTX, OpenSslDeleter<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpenSslDeleter<SSL_free>>;

X509Ptr Decode(const std::string& der) {
  const unsigned char* at = AsUnsigned(der);
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

// The connection frees what it sends.
int Staple(SSL* ssl, void*) {
  auto* const response = static_cast<unsigned char*>(OPENSSL_malloc(4));
  std::memcpy(response, "OCSP", 4);
  SSL_set_tlsext_status_ocsp_resp(ssl, response, 4);
  return SSL_TLSEXT_ERR_OK;
}

class ServerProbeTest : public ::testing::Test {
 protected:
  ServerProbeTest() : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate(context_.get(), Decode(leaf_.der).get());
    SSL_CTX_use_PrivateKey(context_.get(), leaf_.key.get());
    SSL_CTX_add1_chain_cert(context_.get(), Decode(root_.der).get());
  }

  static OpenSslCertificate Make(const char* name, const OpenSslCertificate* issuer) {
    // It has ended, and is shown all the same.
    return MakeByOpenSsl({.common_name = name,
                          .issuer = issuer,
                          .not_before = absl::Now() - absl::Hours(2),
                          .not_after = absl::Now() - absl::Hours(1),
                          .extensions = {{"basicConstraints", "critical,CA:TRUE"},
                                         {"keyUsage", "critical,digitalSignature,keyCertSign"}}});
  }

  // Shakes hands as a server, and waits for the client to go.
  void Serve(int socket) {
    const SslPtr ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), socket);
    if (SSL_accept(ssl.get()) == 1) {
      const char* const name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
      server_name_ = name == nullptr ? "" : name;
      char octet;
      SSL_read(ssl.get(), &octet, 1);
    }
    ERR_clear_error();
  }

  absl::StatusOr<PresentedServer> Probe(const ScriptedServer& server,
                                        StartTls start_tls = StartTls::kNone) const {
    return ProbeServer({.address = server.address(),
                        .server_name = "web.fleet.example",
                        .start_tls = start_tls,
                        .limit = absl::Seconds(10)});
  }

  static void ExpectRefused(const absl::Status& status, const std::string& sentence) {
    EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kAnswerInvalid));
    EXPECT_THAT(std::string(status.message()), HasSubstr(sentence));
  }

  const OpenSslCertificate root_ = Make("Root", nullptr);
  const OpenSslCertificate leaf_ = Make("Leaf", &root_);
  const SslCtxPtr context_;
  std::string server_name_;
};

TEST_F(ServerProbeTest, ShowsWhatTheServerSent) {
  absl::StatusOr<PresentedServer> presented;
  {
    const ScriptedServer server([this](int socket) { Serve(socket); });
    presented = Probe(server);
    ASSERT_TRUE(presented.ok()) << presented.status();
    EXPECT_EQ(presented->peer, server.address().Text());
  }
  EXPECT_THAT(presented->chain_der, ElementsAre(leaf_.der, root_.der));
  EXPECT_EQ(presented->protocol, "TLSv1.3");
  EXPECT_THAT(presented->cipher, HasSubstr("TLS_"));
  EXPECT_EQ(presented->ocsp_response, "");
  EXPECT_FALSE(presented->asks_for_certificate);
  EXPECT_TRUE(presented->handshake.ok());
  EXPECT_TRUE(presented->proved_key);
  EXPECT_EQ(server_name_, "web.fleet.example");
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(ServerProbeTest, AnOldProtocolIsShown) {
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), TLS1_1_VERSION);
  const ScriptedServer server([this](int socket) { Serve(socket); });
  const auto presented = Probe(server);
  ASSERT_TRUE(presented.ok()) << presented.status();
  EXPECT_EQ(presented->protocol, "TLSv1.1");
}

TEST_F(ServerProbeTest, AStapledResponseIsKept) {
  SSL_CTX_set_tlsext_status_cb(context_.get(), &Staple);
  const ScriptedServer server([this](int socket) { Serve(socket); });
  const auto presented = Probe(server);
  ASSERT_TRUE(presented.ok()) << presented.status();
  EXPECT_EQ(presented->ocsp_response, "OCSP");
}

// With TLS 1.2 the server ends the handshake of a client without a certificate.
TEST_F(ServerProbeTest, AServerThatWantsACertificateIsShownAllTheSame) {
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
  const ScriptedServer server([this](int socket) { Serve(socket); });
  const auto presented = Probe(server);
  ASSERT_TRUE(presented.ok()) << presented.status();
  EXPECT_TRUE(presented->asks_for_certificate);
  EXPECT_THAT(presented->chain_der, ElementsAre(leaf_.der, root_.der));
  EXPECT_THAT(std::string(presented->handshake.message()), HasSubstr("alert"));
  EXPECT_TRUE(presented->proved_key);
}

// A key with the public half of `of`, which everybody has, and a private half of its own.
EvpPkeyPtr Forge(EVP_PKEY* of) {
  unsigned char point[133];
  size_t size = 0;
  EVP_PKEY_get_octet_string_param(of, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &size);
  char group[] = "prime256v1";
  unsigned char secret[] = {7};  // a number of one octet reads alike in either order
  OSSL_PARAM parts[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, size),
                        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, secret, sizeof(secret)),
                        OSSL_PARAM_construct_end()};
  EVP_PKEY* forged = nullptr;
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
  EXPECT_EQ(EVP_PKEY_fromdata_init(context), 1);
  EXPECT_EQ(EVP_PKEY_fromdata(context, &forged, EVP_PKEY_KEYPAIR, parts), 1);
  EVP_PKEY_CTX_free(context);
  return EvpPkeyPtr(forged);
}

TEST_F(ServerProbeTest, AServerWithoutTheKeyProvesNothing) {
  ASSERT_EQ(SSL_CTX_use_PrivateKey(context_.get(), Forge(leaf_.key.get()).get()), 1);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_max_proto_version(context_.get(), version);
    const ScriptedServer server([this](int socket) { Serve(socket); });
    const auto presented = Probe(server);
    ASSERT_TRUE(presented.ok()) << presented.status();
    EXPECT_THAT(presented->chain_der, ElementsAre(leaf_.der, root_.der));
    EXPECT_THAT(std::string(presented->handshake.message()), HasSubstr("bad signature"));
    EXPECT_FALSE(presented->proved_key) << version;
  }
}

TEST_F(ServerProbeTest, TlsMayBeginLater) {
  const ScriptedServer server([this](int socket) {
    Hear(socket, 8);
    Say(socket, "S");
    Serve(socket);
  });
  const auto presented = Probe(server, StartTls::kPostgres);
  ASSERT_TRUE(presented.ok()) << presented.status();
  EXPECT_THAT(presented->chain_der, ElementsAre(leaf_.der, root_.der));
}

TEST_F(ServerProbeTest, WhatSpeaksAnotherProtocolIsNamed) {
  const ScriptedServer server([](int socket) {
    Hear(socket, 10);
    Say(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  ExpectRefused(Probe(server).status(), "does not speak TLS: it answered with HTTP");
}

// It takes a line end for the end of what it waits for.
TEST_F(ServerProbeTest, WhatWaitsForALineIsGivenOne) {
  const ScriptedServer server([](int socket) {
    while (HearLine(socket) != "\r\n") {
    }
    Say(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const auto presented =
      ProbeServer({.address = server.address(), .server_name = "", .limit = absl::Seconds(3)});
  ExpectRefused(presented.status(), "it answered with HTTP");
}

TEST_F(ServerProbeTest, ASilentServerEndsInTime) {
  const ScriptedServer server([](int socket) {
    while (!Hear(socket, 1).empty()) {
    }
  });
  const absl::Time begin = SteadyTime();
  const auto presented = ProbeServer(
      {.address = server.address(), .server_name = "", .limit = absl::Milliseconds(400)});
  EXPECT_THAT(presented.status(),
              IsError(absl::StatusCode::kDeadlineExceeded, Reason::kServerUnreachable));
  EXPECT_THAT(std::string(presented.status().message()), HasSubstr("connects, but says nothing"));
  EXPECT_LT(SteadyTime() - begin, absl::Seconds(10));
}

TEST_F(ServerProbeTest, AServerThatGoesIsASentence) {
  {
    const ScriptedServer server([](int socket) {
      shutdown(socket, SHUT_WR);
      while (!Hear(socket, 1).empty()) {
      }
    });
    const auto presented = Probe(server);
    EXPECT_THAT(presented.status(),
                IsError(absl::StatusCode::kUnavailable, Reason::kAnswerInvalid));
    EXPECT_THAT(std::string(presented.status().message()), HasSubstr("closed the connection"));
  }
  const ScriptedServer server([](int socket) {
    Hear(socket, 10);
    const linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  });
  EXPECT_THAT(std::string(Probe(server).status().message()), HasSubstr("closed the connection"));
}

// Records of a handshake that never ends.
TEST_F(ServerProbeTest, AFloodIsRefused) {
  const ScriptedServer server([](int socket) {
    Hear(socket, 10);
    const std::string record = std::string("\x16\x03\x03\x10\x00", 5) + std::string(4096, 'x');
    for (int i = 0; i < 1000; ++i) {
      Say(socket, record);
    }
  });
  ExpectRefused(Probe(server).status(), "");
}

TEST_F(ServerProbeTest, WhereNobodyListensThereIsASentence) {
  ServerAddress address;
  {
    const ScriptedServer server([](int) {});
    address = server.address();
  }
  const auto presented = ProbeServer({.address = address, .server_name = ""});
  EXPECT_THAT(presented.status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kServerUnreachable));
  EXPECT_THAT(std::string(presented.status().message()), HasSubstr("refuses connections"));
}

TEST_F(ServerProbeTest, ANameThatDoesNotResolveIsASentence) {
  const auto presented =
      ProbeServer({.address = {"nosuch.invalid", "443"}, .server_name = "nosuch.invalid"});
  EXPECT_THAT(presented.status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kServerUnreachable));
  EXPECT_THAT(std::string(presented.status().message()), HasSubstr("does not resolve"));
}

}  // namespace
}  // namespace fleetca::client
