#include "client/cli/folder_requests.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/durable_file.h"
#include "base/errors.h"
#include "client/key_and_csr.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class FolderRequestsTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, absl::string_view contents, mode_t mode = 0600) {
    const std::string path = folder_.path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomic(path, contents, mode).ok());
    return path;
  }

  static IssueOptions Asked(const std::string& csr) {
    IssueOptions asked;
    asked.csr_der = csr;
    asked.profile = "service";
    return asked;
  }

  absl::StatusOr<FolderSeed> Find(bool force = false) const {
    return FolderSeed::Find(folder_.path(), "ca:8443", force);
  }

  // As a run begins.
  FolderSeed Keep(bool force = false) const {
    absl::StatusOr<FolderSeed> seed = Find(force);
    EXPECT_TRUE(seed.ok()) << seed.status();
    const absl::Status begun = seed->Begin();
    EXPECT_TRUE(begun.ok()) << begun;
    return *std::move(seed);
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string seed_file_ = folder_.path() + "/.fleetca.pending";
};

TEST_F(FolderRequestsTest, EachCsrHasAFileAndOneThatIsNoneSaysWhy) {
  const std::string der = MakeKeyAndCsr(KeyType::kP256, {})->csr_der;
  IssueFlags flags;
  flags.csrs = {Write("a.csr", der),
                Write("b.req", x509::EncodePem(x509::kPemCertificateRequest, der)),
                Write("junk.csr", "")};
  flags.out_dir = "out";
  flags.profile = "service";
  flags.lifetime = "2h";
  const absl::StatusOr<std::vector<FolderRequest>> requests = ReadFolderRequests(flags);
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 3u);
  EXPECT_EQ((*requests)[0].out_file, "out/a.crt");
  EXPECT_EQ((*requests)[1].out_file, "out/b.crt");
  EXPECT_EQ((*requests)[1].asked.csr_der, der);
  EXPECT_EQ((*requests)[1].asked.profile, "service");
  EXPECT_EQ((*requests)[1].asked.lifetime, absl::Hours(2));
  EXPECT_THAT(std::string((*requests)[2].csr.message()), HasSubstr("junk.csr"));
}

TEST_F(FolderRequestsTest, TwoCsrsForOneFileAreNamed) {
  IssueFlags flags;
  flags.csrs = {"x/a.csr", "y/a.req"};
  flags.out_dir = "out";
  const absl::Status status = ReadFolderRequests(flags).status();
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("x/a.csr and y/a.req"));
}

TEST_F(FolderRequestsTest, TheNextRunHasTheSameIdsUntilTheSeedIsRemoved) {
  const FolderSeed first = Keep();
  EXPECT_TRUE(first.is_new());
  const FolderSeed second = Keep();
  EXPECT_FALSE(second.is_new());
  EXPECT_EQ(first.RequestIdOf(Asked("a")), second.RequestIdOf(Asked("a")));
  EXPECT_NE(first.RequestIdOf(Asked("a")), first.RequestIdOf(Asked("b")));
  IssueOptions longer = Asked("a");
  longer.lifetime = absl::Hours(2);
  EXPECT_NE(first.RequestIdOf(Asked("a")), first.RequestIdOf(longer));
  second.Remove();
  const FolderSeed third = Keep();
  EXPECT_TRUE(third.is_new());
  EXPECT_NE(first.RequestIdOf(Asked("a")), third.RequestIdOf(Asked("a")));
}

TEST_F(FolderRequestsTest, ForceBeginsAnewAfterARunThatWasCompleteAlone) {
  const FolderSeed first = Keep();
  const std::string id = first.RequestIdOf(Asked("a"));
  EXPECT_FALSE(Find(/*force=*/true)->is_new());
  EXPECT_EQ(Keep(/*force=*/true).RequestIdOf(Asked("a")), id);
  ASSERT_TRUE(first.MarkComplete().ok());
  EXPECT_EQ(Find()->RequestIdOf(Asked("a")), id);
  const FolderSeed forced = Keep(/*force=*/true);
  EXPECT_TRUE(forced.is_new());
  EXPECT_NE(forced.RequestIdOf(Asked("a")), id);
  // That one may have been cut short by now.
  EXPECT_EQ(Keep(/*force=*/true).RequestIdOf(Asked("a")), forced.RequestIdOf(Asked("a")));
}

// It may be cut short while it asks for what failed before.
TEST_F(FolderRequestsTest, ARunThatGoesOnWithACompleteOneIsNotCompleteYet) {
  const FolderSeed first = Keep();
  ASSERT_TRUE(first.MarkComplete().ok());
  EXPECT_TRUE(Find(/*force=*/true)->is_new());
  EXPECT_FALSE(Keep().is_new());
  EXPECT_FALSE(Find(/*force=*/true)->is_new());
}

TEST_F(FolderRequestsTest, OfTwoRunsThatBeginTogetherOneIsRefused) {
  const absl::StatusOr<FolderSeed> other = Find();
  ASSERT_TRUE(other.ok()) << other.status();
  Keep();
  EXPECT_TRUE(absl::IsAlreadyExists(other->Begin()));
}

// Whoever chose the seed would know the ids, and have certificates replaced.
TEST_F(FolderRequestsTest, ASeedThatOthersMayHaveWrittenIsRefused) {
  Keep();
  for (const mode_t mode : {0666, 0620, 0644}) {
    ASSERT_EQ(chmod(seed_file_.c_str(), mode), 0);
    EXPECT_EQ(GetReason(Find().status()), Reason::kFilePermissions);
  }
  ASSERT_EQ(chmod(seed_file_.c_str(), 0600), 0);
  EXPECT_FALSE(Keep().is_new());
  constexpr uid_t kSomebody = 12345;
  if (geteuid() == 0) {
    ASSERT_EQ(chown(seed_file_.c_str(), kSomebody, kSomebody), 0);
    EXPECT_EQ(GetReason(Find().status()), Reason::kFilePermissions);
  }
}

TEST_F(FolderRequestsTest, ASeedIsOfOneCa) {
  Keep();
  const absl::Status other =
      FolderSeed::Find(folder_.path(), "other:8443", /*force=*/false).status();
  EXPECT_EQ(GetReason(other), Reason::kFileInvalid);
  EXPECT_THAT(std::string(other.message()), HasSubstr("another CA than the one at other:8443"));
  EXPECT_FALSE(Keep().is_new());
}

TEST_F(FolderRequestsTest, AnythingElseIsNotTakenForASeed) {
  for (const char* text :
       {"", "precious", "fleetca: requests that may have been answered, seed "}) {
    Write(".fleetca.pending", text);
    const absl::Status status = Find().status();
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("move it away"));
  }
}

}  // namespace
}  // namespace fleetca::client
