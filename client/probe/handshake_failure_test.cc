#include "client/probe/handshake_failure.h"

#include <string>

#include "base/openssl.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

unsigned long Alert(int alert) { return ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + alert); }

std::string Why(unsigned long error) { return WhyHandshakeFailed(error, {}); }

// "sslv3 alert handshake failure" is what OpenSSL calls it, of TLS 1.3 too.
TEST(HandshakeFailureTest, AnAlertIsCalledAsTheStandardCallsIt) {
  for (int alert = 0; alert <= 255; ++alert) {
    EXPECT_THAT(Why(Alert(alert)), AllOf(HasSubstr("the TLS alert \""), HasSubstr("; "),
                                         Not(HasSubstr("sslv3")), Not(HasSubstr("tlsv1"))))
        << alert;
  }
  EXPECT_THAT(Why(Alert(SSL_AD_INTERNAL_ERROR)), HasSubstr("\"internal error\" (80)"));
}

TEST(HandshakeFailureTest, ItSaysWhatToDo) {
  EXPECT_THAT(WhyHandshakeFailed(Alert(SSL_AD_UNRECOGNIZED_NAME), {.server_name = "a.example"}),
              AllOf(HasSubstr("it was told the name a.example"), HasSubstr("by --server-name")));
  EXPECT_THAT(Why(Alert(SSL_AD_HANDSHAKE_FAILURE)),
              AllOf(HasSubstr("it was told no name"), HasSubstr("--server-name")));
  EXPECT_THAT(Why(Alert(SSL_AD_PROTOCOL_VERSION)), HasSubstr("none of TLS 1.0 to 1.3"));
}

// Whatever alert such a server chooses.
TEST(HandshakeFailureTest, AServerThatAskedForACertificateMissesIt) {
  for (const int alert : {SSL_AD_HANDSHAKE_FAILURE, SSL_AD_CERTIFICATE_REQUIRED,
                          SSL_AD_BAD_CERTIFICATE, SSL_AD_ACCESS_DENIED}) {
    EXPECT_THAT(WhyHandshakeFailed(Alert(alert), {.asks_for_certificate = true}),
                HasSubstr("want a client's certificate: it was shown none"));
  }
}

TEST(HandshakeFailureTest, WhatIsNotTakenHereIsNamed) {
  EXPECT_THAT(Why(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_UNSUPPORTED_PROTOCOL)), HasSubstr("1.0 to 1.3"));
  EXPECT_THAT(Why(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_BAD_SIGNATURE)), HasSubstr("bad signature"));
  EXPECT_THAT(Why(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_EXCESSIVE_MESSAGE_SIZE)), HasSubstr("larger"));
  EXPECT_THAT(Why(ERR_PACK(ERR_LIB_ASN1, 0, ASN1_R_WRONG_TAG)),
              HasSubstr("a certificate that it sends cannot be read"));
}

// The detail stands beside a sentence, and never for one.
TEST(HandshakeFailureTest, EverythingElseHasASentenceToo) {
  // Where a handshake fails they are there.
  ASSERT_EQ(OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, nullptr), 1);
  EXPECT_THAT(Why(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_BAD_EXTENSION)),
              AllOf(HasSubstr("is not what TLS has"), HasSubstr("(OpenSSL: bad extension)")));
  EXPECT_THAT(Why(0), AllOf(HasSubstr("is not what TLS has"), Not(HasSubstr("OpenSSL"))));
}

}  // namespace
}  // namespace fleetca::client
