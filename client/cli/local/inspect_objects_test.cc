#include "client/cli/local/inspect_objects.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "client/cli/testing/inspect_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(InspectTest, APrivateKeyIsNamedAndNotShown) {
  const Outcome text = Inspect({Path("root.key")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(StartsWith("Private key, which is not shown\n"),
                              HasSubstr("  Key             Ed25519\n"),
                              HasSubstr("fleetca key inspect "), Not(HasSubstr("BEGIN"))));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("root.key")}).out)[0];
  EXPECT_EQ(json["type"], "private_key");
  EXPECT_EQ(json["encrypted"], false);
  EXPECT_EQ(json["public_key_sha256"].get<std::string>().size(), 64);
  const Outcome pem = Inspect({"-o", "pem", Path("root.key")});
  EXPECT_EQ(pem.exit_code, 1);
  EXPECT_THAT(pem.err, HasSubstr("a private key is not shown"));
}

TEST_F(InspectTest, AnEncryptedKeyIsNotAskedForItsPassphrase) {
  OpenSsl(absl::StrCat("pkey -in ", Path("root.key"), " -aes256 -passout pass:secret -out ",
                       Path("encrypted.key")));
  const Outcome text = Inspect({Path("encrypted.key")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("  Encrypted       yes"));
}

TEST_F(InspectTest, ACertificateAndItsKeyInOneFile) {
  const Outcome outcome = Inspect(
      {"-o", "json", Write("both.pem", *ReadFile(Path("root.pem")) + *ReadFile(Path("root.key")))});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[0]["type"], "certificate");
  EXPECT_EQ(json[1]["type"], "private_key");
  EXPECT_THAT(Inspect({"-o", "pem", Path("both.pem")}).out, Not(HasSubstr("PRIVATE KEY")));
}

TEST_F(InspectTest, WhatCannotBeReadSpoilsNoOther) {
  const std::string key = *ReadFile(Path("root.key"));
  const std::string file = Write("mixed.pem", key + key + *ReadFile(Path("root.pem")));
  const Outcome outcome = Inspect({"-o", "json", file});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[0]["type"], "unreadable");
  EXPECT_EQ(json[0]["kind"], "a private key");
  EXPECT_THAT(json[0]["problem"].get<std::string>(), HasSubstr("it holds more than one"));
  EXPECT_EQ(json[1]["type"], "certificate");
  EXPECT_THAT(Inspect({file}).out, StartsWith("Unreadable\n  What            a private key\n"));
  EXPECT_EQ(Inspect({"-o", "pem", file}).out, *ReadFile(Path("root.pem")));
  // Where there is nothing else, it is an error.
  ExpectFailure(Write("keys.pem", key + key), "it holds more than one");
}

TEST_F(InspectTest, APublicKey) {
  OpenSsl(absl::StrCat("pkey -in ", Path("root.key"), " -pubout -out ", Path("root.pub")));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("root.pub")}).out)[0];
  EXPECT_EQ(json["type"], "public_key");
  EXPECT_EQ(json["key"], "Ed25519");
  EXPECT_EQ(Inspect({"-o", "pem", Path("root.pub")}).out, *ReadFile(Path("root.pub")));
}

TEST_F(InspectTest, Pkcs7IsItsCertificates) {
  OpenSsl(absl::StrCat("crl2pkcs7 -nocrl -certfile ", Path("root.pem"), " -outform DER -out ",
                       Path("root.p7b")));
  EXPECT_EQ(Inspect({"-o", "json", Path("root.p7b")}).out,
            Inspect({"-o", "json", Path("root.pem")}).out);
}

TEST_F(InspectTest, Pkcs12IsItsKeysAndItsCertificates) {
  OpenSsl(absl::StrCat("pkcs12 -export -in ", Path("root.pem"), " -inkey ", Path("root.key"),
                       " -name web -passout pass:secret -out ", Path("root.p12")));
  EXPECT_TRUE(WriteFileAtomic(Path("passphrase"), "secret\n", 0600).ok());
  EXPECT_TRUE(WriteFileAtomic(Path("wrong"), "other\n", 0600).ok());
  const Outcome outcome =
      Inspect({"-o", "json", "--passphrase-file", Path("passphrase"), Path("root.p12")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  ASSERT_EQ(json.size(), 2);
  EXPECT_EQ(json[0]["type"], "pkcs12");
  EXPECT_EQ(json[0]["keys"][0]["alias"], "web");
  EXPECT_EQ(json[0]["keys"][0]["key"], "Ed25519");
  EXPECT_EQ(json[1]["subject"], "CN=Root");
  EXPECT_THAT(Inspect({"--passphrase-file", Path("passphrase"), Path("root.p12")}).out,
              AllOf(StartsWith("PKCS#12\n"), HasSubstr("\nCertificate\n")));
  const Outcome wrong = Inspect({"--passphrase-file", Path("wrong"), Path("root.p12")});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("passphrase"));
}

// Who looks at it wants to know whose it is, and why nobody here takes it.
TEST_F(InspectTest, ACertificateThatIsNotAcceptedIsShownWithTheReason) {
  OpenSsl(absl::StrCat("req -x509 -newkey rsa:1024 -nodes -keyout ", Path("small.key"),
                       " -subj /CN=Small -addext subjectAltName=DNS:small.example,IP:::1 -days 30 "
                       "-out ",
                       Path("small.pem")));
  const Outcome text = Inspect({Path("small.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("  Subject         CN=Small\n"),
                    HasSubstr("  Names           DNS:small.example\n                  IP:::1\n"),
                    HasSubstr("  Key             RSA 1024\n"),
                    HasSubstr("  Not accepted    by fleetca: ")));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("small.pem")}).out)[0];
  EXPECT_FALSE(json["not_accepted"].get<std::string>().empty());
}

}  // namespace
}  // namespace fleetca::client
