// Which files `cert issue --out-dir` replaces, with a certificate of the fake server's in them, and
// when --force begins anew.
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

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

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

// What the run before got is in its files, and --force is how new ones are had in their place.
TEST_F(FolderOutputsTest, ForceBeginsAnewWhereTheRunBeforeWasComplete) {
  const std::vector<std::string> flags = {
      "--csr", WriteCsr("a.csr"), "--csr", Write("b.csr", "junk", 0644), "--out-dir", Path("out")};
  std::vector<std::string> forced = flags;
  forced.push_back("--force");
  EXPECT_EQ(Issue(flags).exit_code, 1);
  const std::string before = *ReadFile(Path("out/a.crt"));
  const Outcome again = Issue(forced);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("With --force the same command has all issued anew"));
  EXPECT_NE(*ReadFile(Path("out/a.crt")), before);
  // Without --force it goes on with that one.
  EXPECT_EQ(Issue(flags).exit_code, 1);
  WriteCsr("b.csr");
  const Outcome last = Issue(forced);
  EXPECT_EQ(last.exit_code, 0) << last.err;
  EXPECT_THAT(last.err, Not(HasSubstr("cut short")));
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 5);
  EXPECT_NE(requests[0].request_id(), requests[1].request_id());
  EXPECT_EQ(requests[1].request_id(), requests[2].request_id());
  EXPECT_THAT(requests[2].request_id(),
              Not(AnyOf(requests[3].request_id(), requests[4].request_id())));
  EXPECT_FALSE(Exists("out/.fleetca.pending"));
}

// A certificate that was issued to a host and never came is had again, with --force as well.
TEST_F(FolderOutputsTest, ForceGoesOnWhereTheRunBeforeWasCutShort) {
  Write("out/a.crt", "of the key before", 0644);
  const std::vector<std::string> forced = {
      "--csr", WriteCsr("a.csr"), "--csr", WriteCsr("b.csr"), "--out-dir", Path("out"), "--force"};
  server_.service().Tamper([](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
    certificate->set_certificate_der("lost");
  });
  EXPECT_EQ(Issue(forced).exit_code, 1);
  EXPECT_EQ(*ReadFile(Path("out/a.crt")), "of the key before");
  server_.service().Tamper([](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
    certificate->set_replayed(true);
  });
  const Outcome again = Issue(forced);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("2 certificates were issued by a run before this one"));
  EXPECT_FALSE(Exists("out/.fleetca.pending"));
  server_.service().Tamper(nullptr);
  EXPECT_EQ(Issue(forced).exit_code, 0);
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 6);
  EXPECT_EQ(requests[0].request_id(), requests[2].request_id());
  EXPECT_EQ(requests[1].request_id(), requests[3].request_id());
  EXPECT_NE(requests[2].request_id(), requests[4].request_id());
}

// It asked nothing, so the run before is still complete.
TEST_F(FolderOutputsTest, ARunThatIsRefusedAtOnceChangesNothing) {
  const std::string csr = WriteCsr("a.csr");
  EXPECT_EQ(Issue({"--csr", csr, "--csr", Write("b.csr", "junk", 0644), "--out-dir", Path("out")})
                .exit_code,
            1);
  const std::string seed = *ReadFile(Path("out/.fleetca.pending"));
  EXPECT_THAT(seed, HasSubstr("complete"));
  WriteCsr("a.csr");
  const Outcome refused = Issue({"--csr", csr, "--out-dir", Path("out")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--force replaces it"));
  EXPECT_EQ(*ReadFile(Path("out/.fleetca.pending")), seed);
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
