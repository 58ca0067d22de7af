// `cert inspect` of what the openssl program makes, which knows nothing of our code.
#ifndef FLEETCA_CLIENT_CLI_TESTING_INSPECT_FIXTURE_H_
#define FLEETCA_CLIENT_CLI_TESTING_INSPECT_FIXTURE_H_

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {

inline Outcome Inspect(std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"cert", "inspect"});
  return RunCommand(std::move(flags));
}

// In a folder of this process.
inline std::string Path(const std::string& name) {
  static const fleetca::testing::TemporaryFolder folder;
  return absl::StrCat(folder.path(), "/", name);
}

inline void OpenSsl(const std::string& arguments) {
  const std::string command = absl::StrCat("openssl ", arguments, " 2>", Path("openssl.err"));
  ASSERT_EQ(std::system(command.c_str()), 0) << command << *ReadFile(Path("openssl.err"));
}

inline std::string OpenSslOutput(const std::string& arguments) {
  OpenSsl(absl::StrCat(arguments, " >", Path("openssl.out")));
  return *ReadFile(Path("openssl.out"));
}

class InspectTest : public ::testing::Test {
 protected:
  // One root, made once.
  static void SetUpTestSuite() {
    OpenSsl(absl::StrCat("req -x509 -newkey ed25519 -nodes -keyout ", Path("root.key"),
                         " -subj /CN=Root -days 30 -out ", Path("root.pem")));
    OpenSsl(absl::StrCat("req -new -key ", Path("root.key"),
                         " -subj / -addext subjectAltName=DNS:a.example -outform DER -out ",
                         Path("a.csr")));
  }

  static std::string Write(const std::string& name, const std::string& contents) {
    EXPECT_TRUE(WriteFileAtomic(Path(name), contents, 0644).ok());
    return Path(name);
  }

  static void ExpectFailure(const std::string& path, const std::string& sentence) {
    const Outcome outcome = Inspect({path});
    EXPECT_EQ(outcome.exit_code, 1) << path;
    EXPECT_THAT(outcome.out, ::testing::IsEmpty());
    EXPECT_THAT(outcome.err,
                ::testing::AllOf(::testing::StartsWith("fleetca: "), ::testing::HasSubstr(path),
                                 ::testing::HasSubstr(sentence)));
  }
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TESTING_INSPECT_FIXTURE_H_
