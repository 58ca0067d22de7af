#include "client/cli/local/server_verdict.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/crypto_types.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::TestKey;
using ::testing::HasSubstr;
using ::testing::Not;

class ServerVerdictTest : public ::testing::Test {
 protected:
  ServerVerdictTest() { EXPECT_TRUE(roots_.roots.Add(root_.der, "root.pem").ok()); }

  OpenSslCertificate Make(const char* name, const OpenSslCertificate* issuer,
                          std::vector<std::pair<std::string, std::string>> extensions) const {
    return MakeByOpenSsl({.common_name = name,
                          .issuer = issuer,
                          .not_before = now_ - absl::Hours(1),
                          .not_after = now_ + absl::Hours(1),
                          .extensions = std::move(extensions)});
  }
  OpenSslCertificate MakeCa(const char* name, const OpenSslCertificate* issuer) const {
    return Make(name, issuer,
                {{"basicConstraints", "critical,CA:TRUE"},
                 {"keyUsage", "critical,keyCertSign,cRLSign,digitalSignature"}});
  }
  OpenSslCertificate MakeLeaf(std::vector<std::pair<std::string, std::string>> more = {}) const {
    std::vector<std::pair<std::string, std::string>> extensions = {
        {"subjectAltName", "DNS:web.fleet.example"}, {"extendedKeyUsage", "serverAuth"}};
    extensions.insert(extensions.end(), more.begin(), more.end());
    return Make("Leaf", &middle_, extensions);
  }

  ServerVerdict Judge(const PresentedServer& server,
                      const StapledOcsp& ocsp = {"none", "none was sent"}) const {
    return JudgeServer(server, "web.fleet.example", roots_, ocsp, now_);
  }
  PresentedServer Serve(const OpenSslCertificate& leaf) const {
    PresentedServer server;
    server.protocol = "TLSv1.3";
    server.chain_der = {leaf.der, middle_.der};
    server.proved_key = true;
    return server;
  }

  const absl::Time now_ = absl::Now();
  const OpenSslCertificate root_ = MakeCa("Root", nullptr);
  const OpenSslCertificate middle_ = MakeCa("Middle", &root_);
  const OpenSslCertificate leaf_ = MakeLeaf();
  SystemRoots roots_{.path = "root.pem"};
};

TEST_F(ServerVerdictTest, AServerIsBelievedWhenAllOfItIsThere) {
  const ServerVerdict verdict = Judge(Serve(leaf_));
  EXPECT_TRUE(verdict.believed) << verdict.sentence;
  EXPECT_EQ(verdict.sentence, "the roots of root.pem lead to it");
}

TEST_F(ServerVerdictTest, ACopyOfACertificateIsNotBelieved) {
  PresentedServer server = Serve(leaf_);
  server.proved_key = false;
  const ServerVerdict verdict = Judge(server);
  EXPECT_FALSE(verdict.believed);
  EXPECT_THAT(verdict.sentence, HasSubstr("did not prove that it has the key"));
}

TEST_F(ServerVerdictTest, ARevokedCertificateIsNotBelieved) {
  const ServerVerdict verdict = Judge(Serve(leaf_), {"revoked", "revoked on Monday"});
  EXPECT_FALSE(verdict.believed);
  EXPECT_THAT(verdict.sentence, HasSubstr("revoked on"));
}

TEST_F(ServerVerdictTest, WhatWantsAResponseIsNotBelievedWithoutOne) {
  const OpenSslCertificate wants = MakeLeaf({{"tlsfeature", "status_request"}});
  EXPECT_TRUE(WantsStapledOcsp(wants.der));
  EXPECT_FALSE(WantsStapledOcsp(leaf_.der));
  EXPECT_FALSE(WantsStapledOcsp(MakeLeaf({{"tlsfeature", "17"}}).der));
  for (const char* const status : {"none", "invalid", "unknown"}) {
    const ServerVerdict verdict = Judge(Serve(wants), {status, "why"});
    EXPECT_FALSE(verdict.believed);
    EXPECT_THAT(verdict.sentence, HasSubstr("RFC 7633"));
  }
  const ServerVerdict verdict = Judge(Serve(wants), {"good", "good"});
  EXPECT_TRUE(verdict.believed) << verdict.sentence;
}

TEST_F(ServerVerdictTest, AnOldProtocolIsSaid) {
  PresentedServer server = Serve(leaf_);
  for (const char* const protocol : {"TLSv1", "TLSv1.1"}) {
    server.protocol = protocol;
    EXPECT_THAT(Judge(server).sentence, HasSubstr("RFC 8996"));
  }
  server.protocol = "TLSv1.2";
  EXPECT_THAT(Judge(server).sentence, Not(HasSubstr("RFC 8996")));
}

}  // namespace
}  // namespace fleetca::client
