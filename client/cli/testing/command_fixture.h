// Runs the commands in the test's own process, against a fake server.
#ifndef FLEETCA_CLIENT_CLI_TESTING_COMMAND_FIXTURE_H_
#define FLEETCA_CLIENT_CLI_TESTING_COMMAND_FIXTURE_H_

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "base/private_key.h"
#include "client/cli/commands.h"
#include "client/cli/flag_paths.h"
#include "client/key_and_csr.h"
#include "client/testing/fake_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/first_certificate.h"
#include "x509/pem.h"

namespace fleetca::client {

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

// As the program does: usage errors are CLI11's and exit with 2.
inline Outcome RunCommand(std::vector<std::string> arguments) {
  CLI::App app("", "fleetca");
  Outcome outcome;
  AddCertCommands(app, &outcome.exit_code);
  NamePathsWhenParsed(app);
  std::reverse(arguments.begin(), arguments.end());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    outcome.exit_code = app.exit(error) == 0 ? 0 : 2;
  }
  std::fflush(stdout);
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

class CommandsTest : public ::testing::Test {
 protected:
  // `command` with the flags that reach the fake server.
  Outcome RunAtServer(std::vector<std::string> command, std::vector<std::string> flags) {
    const std::vector<std::string> connection = {"--server", server_.address(), "--dir",
                                                 server_.dir()};
    command.insert(command.end(), connection.begin(), connection.end());
    command.insert(command.end(), flags.begin(), flags.end());
    return RunCommand(command);
  }

  Outcome Issue(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"--profile", "server"});
    return RunAtServer({"cert", "issue"}, std::move(flags));
  }

  // The same, with a server that is not the fake one.
  Outcome IssueAt(const std::string& server, const std::vector<std::string>& flags) {
    std::vector<std::string> command = {"cert",  "issue",       "--profile", "server",
                                        "--dir", server_.dir(), "--server",  server};
    command.insert(command.end(), flags.begin(), flags.end());
    return RunCommand(std::move(command));
  }

  // Flags that ask for a new key in web.key and its certificate in the file `out`.
  std::vector<std::string> NewKeyFlags(const std::string& out) const {
    return {"--new-key", "p256",   "--key-out", Path("web.key"), "--name", "DNS:web.fleet.example",
            "--out",     Path(out)};
  }

  // From now on the server issues, and the command cannot read the answer; until it can again.
  void LoseAnswers() {
    server_.service().Tamper([](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
      certificate->set_certificate_der("lost");
    });
  }
  void LoseNoMoreAnswers() { server_.service().Tamper(nullptr); }

  // The certificate is for the key.
  void ExpectPair(const std::string& key_name, const std::string& certificate_name) const {
    const auto key = DecodePrivateKey(ReadFile(Path(key_name)).value(), SecretBytes());
    ASSERT_TRUE(key.ok()) << key.status();
    const auto certificate = x509::ParseFirstCertificate(ReadFile(Path(certificate_name)).value());
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    EXPECT_EQ(certificate->parsed.public_key.spki, EncodePublicKey(key->get()).value());
  }

  std::string Path(const std::string& name) const { return absl::StrCat(server_.dir(), "/", name); }

  std::string Write(const std::string& name, absl::string_view contents, mode_t mode) {
    EXPECT_TRUE(WriteFileAtomic(Path(name), contents, mode).ok());
    return Path(name);
  }

  std::string WriteCsr(const std::string& name = "web.csr", bool pem = true) {
    const std::string der =
        MakeKeyAndCsr(KeyType::kP256, {{{x509::NameType::kDns, "web.fleet.example"}}})->csr_der;
    return Write(name, pem ? x509::EncodePem(x509::kPemCertificateRequest, der) : der, 0644);
  }

  bool Exists(const std::string& name) const {
    struct stat info;
    return stat(Path(name).c_str(), &info) == 0;
  }

  mode_t ModeOf(const std::string& name) const {
    struct stat info;
    EXPECT_EQ(stat(Path(name).c_str(), &info), 0);
    return info.st_mode & 07777;
  }

  testing::FakeServer server_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TESTING_COMMAND_FIXTURE_H_
