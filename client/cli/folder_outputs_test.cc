// Which files `cert issue --out-dir` replaces, with a certificate of the fake server's in them.
#include "client/cli/folder_outputs.h"

#include <filesystem>
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/file.h"
#include "client/cli/folder_requests.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class FolderOutputsTest : public CommandsTest {
 protected:
  void SetUp() override { std::filesystem::create_directory(Path("out")); }

  Outcome IssueInto(const std::string& csr, std::vector<std::string> more = {}) {
    std::vector<std::string> flags = {"--csr", csr, "--out-dir", Path("out")};
    flags.insert(flags.end(), more.begin(), more.end());
    return Issue(flags);
  }

  std::vector<FolderRequest> RequestsFor(const std::string& csr) const {
    IssueFlags flags;
    flags.csrs = {csr};
    flags.out_dir = Path("out");
    return *ReadFolderRequests(flags);
  }

  // As a run leaves it that was cut short.
  void LeaveSeed() {
    const auto seed = FolderSeed::Find(Path("out"), server_.address(), /*force=*/false);
    ASSERT_TRUE(seed.ok()) << seed.status();
    ASSERT_TRUE(seed->Begin().ok());
  }
};

TEST_F(FolderOutputsTest, ASeedThatWasLeftLetsCertificatesOfTheSameKeyBeReplaced) {
  const std::string csr = WriteCsr("a.csr");
  ASSERT_EQ(IssueInto(csr).exit_code, 0);
  const std::string before = *ReadFile(Path("out/a.crt"));
  EXPECT_THAT(IssueInto(csr).err, HasSubstr("--force replaces it"));
  LeaveSeed();
  const Outcome again = IssueInto(csr);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(*ReadFile(Path("out/a.crt")), before);
}

TEST_F(FolderOutputsTest, ASeedThatWasLeftLetsNothingElseBeReplaced) {
  ASSERT_EQ(IssueInto(WriteCsr("a.csr")).exit_code, 0);
  const std::string before = *ReadFile(Path("out/a.crt"));
  LeaveSeed();
  const std::string other_key = WriteCsr("a.csr");
  const Outcome refused = IssueInto(other_key);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--force replaces it"));
  EXPECT_THAT(refused.err, HasSubstr("nothing was asked for yet"));
  EXPECT_EQ(*ReadFile(Path("out/a.crt")), before);
  Write("out/b.crt", "precious", 0644);
  EXPECT_EQ(IssueInto(WriteCsr("b.csr")).exit_code, 1);
  EXPECT_EQ(*ReadFile(Path("out/b.crt")), "precious");
  EXPECT_EQ(server_.service().requests().size(), 1u);

  const Outcome forced = IssueInto(other_key, {"--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_NE(*ReadFile(Path("out/a.crt")), before);
}

// The file may come between the check and the answer.
TEST_F(FolderOutputsTest, WritingObeysTheSameRule) {
  const std::vector<FolderRequest> requests = RequestsFor(WriteCsr("a.csr"));
  EXPECT_TRUE(CheckFolderOutputs(requests, FolderReplace::kNothing).ok());
  Write("out/a.crt", "precious", 0644);
  for (const FolderReplace replace : {FolderReplace::kNothing, FolderReplace::kSameKey}) {
    EXPECT_TRUE(absl::IsAlreadyExists(WriteFolderOutput(requests[0], "a certificate", replace)));
    EXPECT_EQ(*ReadFile(Path("out/a.crt")), "precious");
  }
  EXPECT_TRUE(WriteFolderOutput(requests[0], "a certificate", FolderReplace::kAllButKeys).ok());
  EXPECT_EQ(*ReadFile(Path("out/a.crt")), "a certificate");
}

TEST_F(FolderOutputsTest, AKeyIsNeverReplaced) {
  const KeyAndCsr made = *MakeKeyAndCsr(KeyType::kP256, {});
  Write("out/a.crt", made.private_key_pem.view(), 0600);
  const std::vector<FolderRequest> requests = RequestsFor(WriteCsr("a.csr"));
  const absl::Status checked = CheckFolderOutputs(requests, FolderReplace::kAllButKeys);
  EXPECT_EQ(GetReason(checked), Reason::kFileInvalid);
  EXPECT_THAT(std::string(checked.message()), HasSubstr("nothing was asked for yet"));
}

// Each folder that outputs lead to is probed, though not for each output.
TEST_F(FolderOutputsTest, ALinkIntoAFolderThatIsMissingIsFound) {
  std::vector<FolderRequest> requests = RequestsFor(WriteCsr("a.csr"));
  requests.push_back(RequestsFor(WriteCsr("b.csr")).front());
  EXPECT_TRUE(CheckFolderOutputs(requests, FolderReplace::kNothing).ok());
  std::filesystem::create_symlink(Path("missing/b.crt"), Path("out/b.crt"));
  EXPECT_EQ(GetReason(CheckFolderOutputs(requests, FolderReplace::kNothing)), Reason::kFileMissing);
}

TEST_F(FolderOutputsTest, ANameThatIsTooLongIsFoundAmongShortOnes) {
  std::vector<FolderRequest> requests = RequestsFor(WriteCsr("a.csr"));
  requests.push_back(requests.front());
  requests.back().out_file = Path("out/" + std::string(300, 'b') + ".crt");
  requests.push_back(RequestsFor(WriteCsr("c.csr")).front());
  EXPECT_FALSE(CheckFolderOutputs(requests, FolderReplace::kNothing).ok());
}

}  // namespace
}  // namespace fleetca::client
