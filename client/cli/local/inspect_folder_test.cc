#include "client/cli/local/inspect_folder.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

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

class InspectFolderTest : public InspectTest {
 protected:
  InspectFolderTest() { EXPECT_EQ(mkdir(Folder().c_str(), 0700), 0); }
  ~InspectFolderTest() override { std::filesystem::remove_all(Folder()); }

  static std::string Folder() { return Path("folder"); }
};

TEST_F(InspectFolderTest, EachFileThatHoldsCertificatesIsALine) {
  const std::string root = *ReadFile(Path("root.pem"));
  Write("folder/chain.pem", root + root);
  Write("folder/both.pem", root + *ReadFile(Path("root.key")));
  Write("folder/broken.crt", root.substr(0, 100));
  Write("folder/README", "hello");
  EXPECT_EQ(mkfifo(Path("folder/pipe.pem").c_str(), 0600), 0);
  const Outcome text = Inspect({Folder()});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("chain.pem"), HasSubstr("CN=Root"), HasSubstr("and 1 more"),
                              HasSubstr("with a private key"), HasSubstr("cannot be read: "),
                              Not(HasSubstr("README")), Not(HasSubstr("pipe.pem"))));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Folder()}).out);
  ASSERT_EQ(json.size(), 3);
  EXPECT_EQ(json[0]["file"], "both.pem");
  EXPECT_EQ(json[0]["others"], nlohmann::json::array({"a private key"}));
  EXPECT_TRUE(json[1].contains("problem"));
  EXPECT_EQ(json[2]["certificates"].size(), 2);
  EXPECT_EQ(Inspect({"-o", "pem", Folder()}).out, root + root + root);
}

TEST_F(InspectFolderTest, AFolderWithoutACertificateIsAnError) {
  ExpectFailure(Folder(), "Cannot find a certificate in ");
  Write("folder/README", "hello");
  ExpectFailure(Folder(), "of its 1 files none holds one");
}

}  // namespace
}  // namespace fleetca::client
