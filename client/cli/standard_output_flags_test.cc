#include "client/cli/standard_output_flags.h"

#include "client/cli/testing/local_command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using StandardOutputFlagsTest = LocalChainTest;

TEST_F(StandardOutputFlagsTest, NoWordsAmongTheData) {
  Write("pass", "secret\n");
  for (const char* name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "-"}) {
    const Outcome exported =
        RunCommand({"p12", "export", "--key", Path("web.key"), "--cert", Path("web.pem"),
                    "--passphrase-file", Path("pass"), "--out", name});
    EXPECT_EQ(exported.exit_code, 0) << exported.err;
    EXPECT_THAT(exported.out, Not(HasSubstr("Encryption"))) << name;
    const std::string keystore = Write("got.p12", exported.out);
    EXPECT_EQ(RunCommand({"p12", "import", keystore, "--passphrase-file", Path("pass")}).exit_code,
              0);
    EXPECT_EQ(RunCommand({"csr", "new", "--new-key", "p256", "--key-out", name, "--name",
                          "DNS:web.example", "--out", Path("web.csr"), "-o", "json"})
                  .exit_code,
              2)
        << name;
    EXPECT_EQ(RunCommand({"key", "new", "--out", name, "-o", "json"}).exit_code, 2) << name;
  }
  EXPECT_FALSE(Exists("web.csr"));
}

// One meaning for all commands: the object to the file, and what -o says to standard output.
TEST_F(StandardOutputFlagsTest, TheFileHoldsTheObjectWhateverIsShown) {
  const nlohmann::json request = Json({"csr", "new", "--key", Path("web.key"), "--name",
                                       "DNS:web.example", "--out", Path("a.csr")});
  EXPECT_EQ(request["pem"], Read("a.csr"));
  const nlohmann::json own = Json({"cert", "selfsign", "--key", Path("web.key"), "--name",
                                   "DNS:web.example", "--out", Path("a.pem")});
  EXPECT_EQ(own["pem"], Read("a.pem"));
  const nlohmann::json chain = Json({"chain", "fix", Path("web.pem"), "--from", Path("issuing.pem"),
                                     "--from", Path("root.pem"), "--out", Path("chain.pem")});
  EXPECT_EQ(chain["pem"], Read("chain.pem"));
  EXPECT_EQ(Read("chain.pem"), web_.pem + issuing_.pem);
}

}  // namespace
}  // namespace fleetca::client
