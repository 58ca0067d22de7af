// Commands that need no CA, in the test's own process and a folder of its own.
#ifndef FLEETCA_CLIENT_CLI_TESTING_LOCAL_COMMAND_FIXTURE_H_
#define FLEETCA_CLIENT_CLI_TESTING_LOCAL_COMMAND_FIXTURE_H_

#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {

class LocalCommandTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  std::string Write(const std::string& name, absl::string_view contents, mode_t mode = 0600) const {
    EXPECT_TRUE(WriteFileAtomic(Path(name), contents, mode).ok());
    return Path(name);
  }
  std::string Read(const std::string& name) const { return ReadFile(Path(name)).value_or(""); }
  mode_t ModeOf(const std::string& name) const {
    struct stat info;
    EXPECT_EQ(stat(Path(name).c_str(), &info), 0) << name;
    return info.st_mode & 07777;
  }
  bool Exists(const std::string& name) const {
    struct stat info;
    return stat(Path(name).c_str(), &info) == 0;
  }

  // What a command that succeeds says in JSON.
  static nlohmann::json Json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Outcome outcome = RunCommand(std::move(arguments));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return nlohmann::json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  }

  // That the command fails with a sentence of these words, and nothing on standard output.
  static void ExpectRefused(std::vector<std::string> arguments, int exit_code,
                            const std::string& words) {
    const Outcome outcome = RunCommand(std::move(arguments));
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, ::testing::HasSubstr(words));
  }

  const fleetca::testing::TemporaryFolder folder_;
};

// With a chain that is valid now: root.pem, issuing.pem, and web.key with web.pem, for
// web.fleet.example.
class LocalChainTest : public LocalCommandTest {
 protected:
  LocalChainTest() {
    Write("root.pem", root_.pem);
    Write("issuing.pem", issuing_.pem);
    Write("web.pem", web_.pem);
    Write("web.key", web_.key_pem);
  }

  static fleetca::testing::OpenSslCertificate Make(
      const std::string& name, const fleetca::testing::OpenSslCertificate* issuer,
      std::vector<std::pair<std::string, std::string>> extensions =
          fleetca::testing::OpenSslRequest().extensions) {
    return fleetca::testing::MakeByOpenSsl({.common_name = name,
                                            .issuer = issuer,
                                            .not_before = absl::Now() - absl::Hours(1),
                                            .not_after = absl::Now() + absl::Hours(24 * 30),
                                            .extensions = std::move(extensions)});
  }

  const fleetca::testing::OpenSslCertificate root_ = Make("Root", nullptr);
  const fleetca::testing::OpenSslCertificate issuing_ = Make("Issuing", &root_);
  const fleetca::testing::OpenSslCertificate web_ =
      Make("web", &issuing_,
           {{"basicConstraints", "critical,CA:FALSE"},
            {"keyUsage", "critical,digitalSignature"},
            {"extendedKeyUsage", "serverAuth"},
            {"subjectAltName", "DNS:web.fleet.example"}});
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TESTING_LOCAL_COMMAND_FIXTURE_H_
