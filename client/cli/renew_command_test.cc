// `cert renew` and `cert rekey`: their files, and what becomes of a run that does not end well.
#include <string>
#include <vector>

#include "base/durable_file.h"
#include "base/file.h"
#include "base/private_key.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The administrator's pair is what is renewed.
class RenewCommandTest : public CommandsTest {
 protected:
  Outcome Renew(std::vector<std::string> flags = {}) {
    return RunAtServer({"cert", "renew"}, std::move(flags));
  }
  Outcome Rekey(std::vector<std::string> flags = {}) {
    return RunAtServer({"cert", "rekey"}, std::move(flags));
  }
  std::string Contents(const std::string& name) const { return *ReadFile(Path(name)); }
  // The certificates in a file, DER.
  std::vector<std::string> Certificates(const std::string& name) const {
    return *x509::DecodePem(x509::kPemCertificate, Contents(name));
  }
  std::string KeyOf(const std::string& name) const {
    const std::vector<std::string> ders = Certificates(name);
    return std::string(x509::ParseCertificate(ders[0])->public_key.spki);
  }
  std::string PublicKeyIn(const std::string& name) const {
    return *EncodePublicKey(DecodePrivateKey(Contents(name), SecretBytes())->get());
  }
};

TEST_F(RenewCommandTest, TheCertificateIsReplacedAndTheKeyStays) {
  const std::string before = Contents("admin.crt");
  const std::string key = Contents("admin.key");
  const Outcome outcome = Renew();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("renew after"));
  EXPECT_NE(Contents("admin.crt"), before);
  EXPECT_EQ(Contents("admin.key"), key);
  EXPECT_EQ(KeyOf("admin.crt"), PublicKeyIn("admin.key"));
  EXPECT_THAT(Certificates("admin.crt"), SizeIs(2));
  EXPECT_FALSE(Exists("admin.crt.pending"));
  const auto requests = server_.service().requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_TRUE(requests[0].has_renewal());
  EXPECT_FALSE(requests[0].has_csr_der());
  // What it wrote asks again.
  EXPECT_EQ(Renew({"--leaf-only"}).exit_code, 0);
  EXPECT_THAT(Certificates("admin.crt"), SizeIs(1));
}

TEST_F(RenewCommandTest, AnotherFileIsReplacedWithForceAlone) {
  const std::string before = Contents("admin.crt");
  const std::string out = Write("other.crt", "precious", 0644);
  const Outcome refused = Renew({"--out", out});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--force replaces it"));
  EXPECT_THAT(server_.service().requests(), IsEmpty());
  EXPECT_EQ(Renew({"--out", out, "--force"}).exit_code, 0);
  EXPECT_EQ(Contents("admin.crt"), before);
  EXPECT_EQ(KeyOf("other.crt"), PublicKeyIn("admin.key"));
}

TEST_F(RenewCommandTest, WhatWasIssuedIsPrintedBesides) {
  const Outcome json = Renew({"-o", "json", "--lifetime", "2h", "--profile", "server"});
  EXPECT_EQ(json.exit_code, 0) << json.err;
  const auto printed = nlohmann::json::parse(json.out);
  EXPECT_EQ(printed["pem"], x509::EncodePem(x509::kPemCertificate, Certificates("admin.crt")[0]));
  EXPECT_EQ(printed["replayed"], false);
  const auto requests = server_.service().requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].profile(), "server");
  EXPECT_THAT(Renew({"-o", "text"}).out, HasSubstr("Renew after"));
  // There is one standard output.
  EXPECT_EQ(Renew({"-o", "json", "--out", "-"}).exit_code, 2);
  const Outcome pem = Renew({"--out", "-"});
  EXPECT_EQ(pem.exit_code, 0) << pem.err;
  EXPECT_THAT(pem.out, HasSubstr("BEGIN CERTIFICATE"));
}

TEST_F(RenewCommandTest, ANewKeyWithAPassphraseGoesBesideTheOldOne) {
  const std::string pass = Write("pass", "secret\n", 0600);
  EXPECT_EQ(Rekey({"--new-passphrase-file", pass}).exit_code, 2);
  EXPECT_EQ(Rekey({"--csr", WriteCsr(), "--out", Path("a.crt"), "--encrypt"}).exit_code, 2);
  EXPECT_THAT(server_.service().requests(), IsEmpty());
  const Outcome made = Rekey(
      {"--new-passphrase-file", pass, "--out", Path("new.crt"), "--key-out", Path("new.key")});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(Contents("new.key"), HasSubstr("BEGIN ENCRYPTED PRIVATE KEY"));
  EXPECT_EQ(RunCommand({"key", "inspect", Path("new.key"), "--passphrase-file", pass, "--fits",
                        Path("new.crt")})
                .exit_code,
            0);
}

TEST_F(RenewCommandTest, JudgingWritesNothing) {
  const std::string before = Contents("admin.crt");
  for (const char* command : {"renew", "rekey"}) {
    const Outcome outcome = RunAtServer({"cert", command}, {"--validate-only", "-o", "json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(nlohmann::json::parse(outcome.out)["identity"], "spiffe://fleet.example/user/admin");
  }
  EXPECT_EQ(Contents("admin.crt"), before);
}

TEST_F(RenewCommandTest, ARekeyReplacesBoth) {
  const std::string key = Contents("admin.key");
  const Outcome outcome = Rekey();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NE(Contents("admin.key"), key);
  EXPECT_EQ(KeyOf("admin.crt"), PublicKeyIn("admin.key"));
  EXPECT_EQ(ModeOf("admin.key"), 0600u);
  EXPECT_FALSE(Exists("admin.key.pending"));
  EXPECT_EQ(Rekey().exit_code, 0) << "by the new pair";
}

TEST_F(RenewCommandTest, ARekeyIntoOtherFilesLeavesThePairThatAsked) {
  const std::string before = Contents("admin.crt") + Contents("admin.key");
  EXPECT_EQ(
      Rekey({"--new-key", "ed25519", "--key-out", Path("2.key"), "--out", Path("2.crt")}).exit_code,
      0);
  EXPECT_EQ(Contents("admin.crt") + Contents("admin.key"), before);
  EXPECT_EQ(KeyOf("2.crt"), PublicKeyIn("2.key"));
  const std::string csr = WriteCsr();
  EXPECT_EQ(Rekey({"--csr", csr, "--out", Path("3.crt")}).exit_code, 0);
  EXPECT_FALSE(Exists("3.key"));
  // A certificate without its key, and the certificate of another key in the place of the old one.
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{"--out", Path("4.crt")},
        {"--key-out", Path("4.key")},
        {"--csr", csr},
        {"--csr", csr, "--new-key", "p256", "--out", Path("4.crt")}}) {
    EXPECT_EQ(Rekey(flags).exit_code, 2);
  }
}

// The answer is lost at the end of one run, and the next one gets it.
TEST_F(RenewCommandTest, TheSameCommandGoesOnWhereAnAnswerWasLost) {
  for (const char* command : {"renew", "rekey"}) {
    const std::string pending =
        command == std::string("renew") ? "admin.crt.pending" : "admin.key.pending";
    const std::string before = Contents("admin.crt") + Contents("admin.key");
    server_.service().Tamper([](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
      certificate->set_certificate_der("lost");
    });
    const Outcome lost = RunAtServer({"cert", command}, {});
    EXPECT_EQ(lost.exit_code, 1);
    EXPECT_THAT(lost.err, HasSubstr(pending));
    EXPECT_EQ(ModeOf(pending), 0600u);
    EXPECT_EQ(Contents("admin.crt") + Contents("admin.key"), before);
    server_.service().Tamper(nullptr);
    const Outcome again = RunAtServer({"cert", command}, {});
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(again.err, HasSubstr("issued before for this request id"));
    EXPECT_EQ(KeyOf("admin.crt"), PublicKeyIn("admin.key"));
    EXPECT_FALSE(Exists(pending));
  }
}

TEST_F(RenewCommandTest, ACopyIsRefusedAndLeavesNothingBehind) {
  const std::string old_certificate = Contents("admin.crt");
  EXPECT_EQ(Renew().exit_code, 0);
  EXPECT_EQ(Renew().exit_code, 0);
  const std::string copy = Write("copy.crt", old_certificate, 0644);
  const Outcome refused =
      RunCommand({"cert", "renew", "--server", server_.address(), "--ca", Path("trust-bundle.pem"),
                  "--cert", copy, "--key", Path("admin.key")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(Contents("copy.crt"), old_certificate);
  EXPECT_FALSE(Exists("copy.crt.pending"));
}

TEST_F(RenewCommandTest, AProofIsSentWhereItIsWantedAndToThePortThatIsNamed) {
  EXPECT_EQ(Renew().exit_code, 0);
  // The certificate has not ended, so that port is not asked.
  EXPECT_EQ(Renew({"--bootstrap", "127.0.0.1:1"}).exit_code, 0);
  EXPECT_THAT(server_.service().proofs(), IsEmpty());
  const Outcome proven = Renew({"--proof"});
  EXPECT_EQ(proven.exit_code, 0) << proven.err;
  EXPECT_THAT(server_.service().proofs(), SizeIs(1));
  const Outcome rekeyed = Rekey({"--proof", "--bootstrap", server_.bootstrap_address()});
  EXPECT_EQ(rekeyed.exit_code, 0) << rekeyed.err;
  EXPECT_THAT(server_.service().proofs(), SizeIs(2));
  EXPECT_EQ(KeyOf("admin.crt"), PublicKeyIn("admin.key"));
  for (const std::string& proof : server_.service().proofs()) {
    EXPECT_THAT(rekeyed.err + proven.err, ::testing::Not(HasSubstr(proof)));
  }
  EXPECT_EQ(Renew({"--bootstrap", "nowhere"}).exit_code, 2);
}

// A proxy that ends TLS has the CA see its own certificate, and a new key is certified for that.
TEST_F(RenewCommandTest, TheCertificateOfAProxyInBetweenIsNotTakenForOnesOwn) {
  server_.service().Tamper([this](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
    const auto asked = x509::ParseCertificate(certificate->certificate_der());
    testing::FakeOrder order;
    order.spki = std::string(asked->public_key.spki);
    order.names = {{x509::NameType::kUri, "spiffe://fleet.example/svc/proxy"}};
    const auto proxys = server_.ca().Issue(order);
    certificate->set_certificate_der(proxys.der);
    certificate->set_serial_number(std::string(proxys.serial.bytes()));
    certificate->mutable_not_before()->set_seconds(absl::ToUnixSeconds(proxys.not_before));
    certificate->mutable_not_after()->set_seconds(absl::ToUnixSeconds(proxys.not_after));
  });
  const std::string before = Contents("admin.crt") + Contents("admin.key");
  for (const char* command : {"rekey", "renew"}) {
    const Outcome outcome = RunAtServer({"cert", command}, {});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("spiffe://fleet.example/svc/proxy"));
    EXPECT_THAT(outcome.err, HasSubstr("--proof"));
    EXPECT_EQ(Contents("admin.crt") + Contents("admin.key"), before);
  }
}

}  // namespace
}  // namespace fleetca::client
