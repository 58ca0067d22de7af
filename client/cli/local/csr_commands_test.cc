#include "client/cli/local/csr_commands.h"

#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class CsrCommandsTest : public LocalCommandTest {
 protected:
  Outcome Csr(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "csr");
    return RunCommand(std::move(arguments));
  }
  // With a new key in web.key and the request in web.csr.
  void Make(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"new", "--new-key", "p256", "--key-out", Path("web.key"), "--out",
                               Path("web.csr")});
    const Outcome made = Csr(std::move(more));
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }
  // The request in web.csr with another last octet, which is of its signature.
  std::string Damaged() {
    std::string der =
        x509::DecodeOnePem(x509::kPemCertificateRequest, ReadFile(Path("web.csr")).value()).value();
    der.back() = static_cast<char>(der.back() ^ 1);
    return Write("damaged.csr", der);
  }
};

TEST_F(CsrCommandsTest, MakesARequestWithANewKey) {
  Make({"--subject", "C=DE,O=Fleet,CN=web", "--name", "DNS:web.fleet.example", "--name",
        "IP:192.0.2.7"});
  const Outcome shown = Csr({"inspect", Path("web.csr"), "-o", "json"});
  ASSERT_EQ(shown.exit_code, 0) << shown.err;
  const auto json = nlohmann::json::parse(shown.out);
  EXPECT_EQ(json["subject"], "C=DE, O=Fleet, CN=web");
  EXPECT_EQ(json["names"], nlohmann::json({"DNS:web.fleet.example", "IP:192.0.2.7"}));
}

TEST_F(CsrCommandsTest, SaysWhatThePolicyDecides) {
  Make();
  const Outcome quiet = Csr({"new", "--key", Path("web.key"), "--name", "DNS:web.fleet.example"});
  EXPECT_EQ(quiet.exit_code, 0);
  EXPECT_THAT(quiet.err, IsEmpty());
  EXPECT_THAT(quiet.out, StartsWith("-----BEGIN CERTIFICATE REQUEST-----\n"));
  const Outcome said = Csr({"new", "--key", Path("web.key"), "--subject", "/CN=web"});
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_THAT(said.err, HasSubstr("would pass over the subject \"CN=web\""));
}

TEST_F(CsrCommandsTest, ARequestThatNamesNobodyIsSaid) {
  Make();
  EXPECT_THAT(Csr({"new", "--key", Path("web.key")}).err, HasSubstr("names nobody"));
}

TEST_F(CsrCommandsTest, AnEncryptedNewKeyIsReadAgain) {
  const std::string passphrase = Write("passphrase", "secret\n");
  Make({"--new-passphrase-file", passphrase});
  EXPECT_THAT(ReadFile(Path("web.key")).value(),
              StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  EXPECT_EQ(Csr({"new", "--key", Path("web.key"), "--passphrase-file", passphrase}).exit_code, 0);
}

TEST_F(CsrCommandsTest, ARequestThatIsRightIsAccepted) {
  Make({"--name", "DNS:web.fleet.example"});
  const Outcome verified = Csr({"verify", Path("web.csr"), "-o", "json"});
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  const auto json = nlohmann::json::parse(verified.out);
  EXPECT_EQ(json["accepted"], true);
  EXPECT_EQ(json["steps"].back()["step"], "possession");
  EXPECT_TRUE(json["ignored"].empty());
}

TEST_F(CsrCommandsTest, ARequestOfAnotherKeyIsRefused) {
  Make();
  const Outcome refused = Csr({"verify", Damaged()});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.out, HasSubstr("Possession      REFUSED: "));
  EXPECT_THAT(refused.out, HasSubstr("Verdict         REFUSED"));
  EXPECT_THAT(Csr({"verify", Path("web.csr")}).out, HasSubstr("Verdict         a CA can take it"));
}

TEST_F(CsrCommandsTest, MistakesAreUsageErrors) {
  const std::string key = Path("web.key");
  for (const std::vector<std::string>& flags : std::vector<std::vector<std::string>>{
           {},
           {"--key", key, "--new-key", "p256"},
           {"--new-key", "p256"},
           {"--key", key, "--key-out", Path("other.key")},
           {"--key", key, "--encrypt"},
           {"--new-key", "p256", "--key-out", "-"},
           {"--new-key", "p256", "--key-out", Path("n.key"), "--passphrase-file", key},
           {"--key", "-", "--passphrase-file", "-"}}) {
    std::vector<std::string> arguments = flags;
    arguments.insert(arguments.begin(), "new");
    EXPECT_EQ(Csr(arguments).exit_code, 2) << ::testing::PrintToString(flags);
  }
}

TEST_F(CsrCommandsTest, WhatIsNotARequestIsNamed) {
  Make();
  const Outcome key = Csr({"verify", Path("web.key")});
  EXPECT_EQ(key.exit_code, 1);
  EXPECT_THAT(key.err, HasSubstr("this is a private key"));
  // "cert inspect" shows no more of it.
  Write("other.pem", "-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n");
  const Outcome block = Csr({"verify", Path("other.pem")});
  EXPECT_EQ(block.exit_code, 1);
  EXPECT_THAT(block.err, HasSubstr("it holds a PEM block \"OTHER\", not a certificate signing"));
  const Outcome other = Csr({"new", "--key", Path("web.csr")});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("it is a certificate signing request"));
}

}  // namespace
}  // namespace fleetca::client
