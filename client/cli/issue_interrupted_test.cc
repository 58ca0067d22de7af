// `cert issue`: what becomes of a run that does not end well.
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using InterruptedIssueTest = CommandsTest;

// The answer is lost at the end of one run, and the next one gets it.
TEST_F(InterruptedIssueTest, TheSameCommandGoesOnWhereAnAnswerWasLost) {
  const std::vector<std::string> flags = NewKeyFlags("web.crt");
  LoseAnswers();
  const Outcome lost = Issue(flags);
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_THAT(lost.err, HasSubstr("the same command goes on with"));
  EXPECT_THAT(lost.err, HasSubstr("web.key.pending"));
  EXPECT_FALSE(Exists("web.key"));
  EXPECT_EQ(ModeOf("web.key.pending"), 0600u);

  std::vector<std::string> other = flags;
  other.insert(other.end(), {"--lifetime", "1h"});
  const Outcome another = Issue(other);
  EXPECT_EQ(another.exit_code, 1);
  EXPECT_THAT(another.err, HasSubstr("the lifetime"));
  EXPECT_EQ(server_.service().requests().size(), 1);

  // Of a CA that refuses this the request is none, so the key stays for the one that was asked.
  const Outcome at_another = IssueAt("other.example:1", flags);
  EXPECT_EQ(at_another.exit_code, 1);
  EXPECT_THAT(at_another.err, HasSubstr("and this command for other.example:1"));
  EXPECT_TRUE(Exists("web.key.pending"));

  LoseNoMoreAnswers();
  const Outcome again = Issue(flags);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("issued before for this request id"));
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 2);
  EXPECT_EQ(requests[0].SerializeAsString(), requests[1].SerializeAsString());
  ExpectPair("web.key", "web.crt");
  EXPECT_FALSE(Exists("web.key.pending"));
}

// For a CSR of the user's own, the request id is what is kept.
TEST_F(InterruptedIssueTest, TheSameCsrGetsTheSameCertificate) {
  const std::vector<std::string> flags = {"--csr", WriteCsr(), "--out", Path("web.crt")};
  LoseAnswers();
  EXPECT_EQ(Issue(flags).exit_code, 1);
  EXPECT_TRUE(Exists("web.crt.pending"));
  LoseNoMoreAnswers();
  const std::string other_csr = WriteCsr("other.csr");
  EXPECT_THAT(Issue({"--csr", other_csr, "--out", Path("web.crt")}).err, HasSubstr("another CSR"));
  const Outcome again = Issue(flags);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("issued before for this request id"));
  EXPECT_FALSE(Exists("web.crt.pending"));
}

TEST_F(InterruptedIssueTest, ACertificateThatCannotBeWrittenIsNotLost) {
  // The folder was there when the outputs were proved.
  std::filesystem::create_directory(Path("gone"));
  server_.service().Tamper([this](v1::IssuedCertificate*, std::vector<std::string>*) {
    std::filesystem::remove_all(Path("gone"));
  });
  const std::vector<std::string> flags = NewKeyFlags("gone/web.crt");
  const Outcome outcome = Issue(flags);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("'fleetca cert get 01"));
  EXPECT_THAT(outcome.err, HasSubstr("the same command writes it out of"));
  EXPECT_TRUE(Exists("web.key"));
  std::filesystem::create_directory(Path("gone"));
  server_.Stop();
  const Outcome elsewhere = IssueAt("other.example:1", flags);
  EXPECT_THAT(elsewhere.err, HasSubstr("and this command for other.example:1"));
  EXPECT_FALSE(Exists("gone/web.crt"));
  const Outcome again = Issue(flags);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(Exists("gone/web.crt"));
  EXPECT_FALSE(Exists("web.key.pending"));
}

// Of a keystore and another file, the run was cut short between the two.
class InterruptedKeystoreTest : public CommandsTest {
 protected:
  InterruptedKeystoreTest() {
    std::filesystem::create_directory(Path("gone"));
    server_.service().Tamper([this](v1::IssuedCertificate*, std::vector<std::string>*) {
      std::filesystem::remove_all(Path("gone"));
    });
    const Outcome cut_short = Issue(flags_);
    EXPECT_EQ(cut_short.exit_code, 1);
    EXPECT_THAT(cut_short.err, HasSubstr("the same command writes it out of"));
    EXPECT_TRUE(Exists("phone.p12"));
    EXPECT_FALSE(Exists("gone/web.crt"));
    std::filesystem::create_directory(Path("gone"));
    LoseNoMoreAnswers();
  }

  std::string KeystoreText() {
    return RunCommand({"p12", "import", Path("phone.p12"), "--passphrase-file", Path("pass"), "-o",
                       "json"})
        .out;
  }

  const std::vector<std::string> flags_ = {"--new-key",
                                           "p256",
                                           "--p12-out",
                                           Path("phone.p12"),
                                           "--out",
                                           Path("gone/web.crt"),
                                           "--name",
                                           "DNS:web.fleet.example",
                                           "--new-passphrase-file",
                                           Write("pass", "secret\n", 0600)};
};

TEST_F(InterruptedKeystoreTest, TheSameCommandWritesWhatIsMissing) {
  const std::string before = KeystoreText();
  const Outcome again = Issue(flags_);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(KeystoreText(), before);
  EXPECT_TRUE(Exists("gone/web.crt"));
  EXPECT_FALSE(Exists("phone.p12.pending"));
  EXPECT_EQ(server_.service().requests().size(), 1);
}

// Even where the answer is not on disk: the key says whose the keystore is.
TEST_F(InterruptedKeystoreTest, WithoutTheAnswerTheSameCommandAsksOnceMore) {
  std::string kept = ReadFile(Path("phone.p12.pending")).value();
  kept.resize(kept.find("answer-begins"));
  Write("phone.p12.pending", kept, 0600);
  const Outcome again = Issue(flags_);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("issued before for this request id"));
  EXPECT_TRUE(Exists("gone/web.crt"));
}

TEST_F(InterruptedKeystoreTest, AnotherKeystoreThatIsThereByNowStays) {
  ASSERT_EQ(Issue({"--new-key", "p256", "--p12-out", Path("other.p12"), "--name",
                   "DNS:web.fleet.example", "--new-passphrase-file", Path("pass")})
                .exit_code,
            0);
  std::filesystem::rename(Path("other.p12"), Path("phone.p12"));
  const std::string other = KeystoreText();
  const Outcome again = Issue(flags_);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("phone.p12"));
  EXPECT_THAT(again.err, HasSubstr("--force replaces it"));
  EXPECT_EQ(KeystoreText(), other);
  EXPECT_TRUE(Exists("phone.p12.pending"));
}

TEST_F(InterruptedKeystoreTest, AnotherPassphraseIsSaidToBeWrong) {
  Write("pass", "another\n", 0600);
  const Outcome again = Issue(flags_);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("passphrase"));
  EXPECT_THAT(again.err, Not(HasSubstr("--force")));
  EXPECT_TRUE(Exists("phone.p12.pending"));
}

}  // namespace
}  // namespace fleetca::client
