#include "base/session_resumption.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/openssl.h"

namespace fleetca {
namespace {

using SslCtxPtr = std::unique_ptr<SSL_CTX, OpenSslDeleter<SSL_CTX_free>>;

// OpenSSL reads its configuration once in a process, so all is in one test.
TEST(SessionResumptionTest, NewContextsGiveNoTicketsAndKeepTheMachinesDefaults) {
  const std::string file = absl::StrCat(::testing::TempDir(), "/openssl.cnf");
  std::ofstream(file) << "openssl_conf = start\n[start]\nssl_conf = tls\n[tls]\n"
                         "system_default = ours\n[ours]\nMinProtocol = TLSv1.3\n"
                         "Options = ServerPreference\n";
  ASSERT_EQ(setenv("OPENSSL_CONF", file.c_str(), 1), 0);
  const SslCtxPtr before(SSL_CTX_new(TLS_method()));
  ASSERT_EQ(SSL_CTX_get_min_proto_version(before.get()), TLS1_3_VERSION);
  ASSERT_GT(SSL_CTX_get_num_tickets(before.get()), 0u);

  const absl::Status status = DisableTlsSessionResumption();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(ERR_peek_error(), 0u);
  const SslCtxPtr after(SSL_CTX_new(TLS_method()));
  EXPECT_EQ(SSL_CTX_get_num_tickets(after.get()), 0u);
  EXPECT_NE(SSL_CTX_get_options(after.get()) & SSL_OP_NO_TICKET, 0u);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(after.get()), TLS1_3_VERSION);
  EXPECT_NE(SSL_CTX_get_options(after.get()) & SSL_OP_CIPHER_SERVER_PREFERENCE, 0u);
}

}  // namespace
}  // namespace fleetca
