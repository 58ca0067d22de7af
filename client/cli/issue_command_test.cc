// `cert issue`: its files.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using IssueCommandTest = CommandsTest;

TEST_F(IssueCommandTest, TheChainComesAlongUnlessItIsNotWanted) {
  const std::string csr = WriteCsr();
  const struct {
    std::vector<std::string> flags;
    size_t certificates;
  } cases[] = {{{}, 2}, {{"--chain"}, 2}, {{"--leaf-only"}, 1}};
  for (const auto& one : cases) {
    std::vector<std::string> flags = {"--csr", csr, "--out", Path("web.crt"), "--force"};
    flags.insert(flags.end(), one.flags.begin(), one.flags.end());
    const Outcome outcome = Issue(flags);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty());
    const auto certificates = x509::DecodePem(x509::kPemCertificate, *ReadFile(Path("web.crt")));
    ASSERT_TRUE(certificates.ok());
    EXPECT_EQ(certificates->size(), one.certificates);
  }
  const auto count = [](const std::string& text) {
    size_t found = 0;
    for (size_t at = 0; (at = text.find("  Serial  ", at)) != std::string::npos; ++at) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count(Issue({"--csr", csr, "-o", "text"}).out), 1);
  EXPECT_EQ(count(Issue({"--csr", csr, "-o", "text", "--chain"}).out), 2);
}

TEST_F(IssueCommandTest, AFileThatIsThereIsReplacedWithForceAlone) {
  const std::string csr = WriteCsr();
  const std::string crt = Write("web.crt", "precious", 0644);
  const Outcome refused = Issue({"--csr", csr, "--out", crt});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--force replaces it"));
  EXPECT_THAT(refused.err, HasSubstr("nothing was asked for yet"));
  EXPECT_THAT(server_.service().requests(), IsEmpty());
  EXPECT_EQ(*ReadFile(crt), "precious");
  EXPECT_EQ(Issue({"--csr", csr, "--out", crt, "--force"}).exit_code, 0);
  const std::string serial =
      nlohmann::json::parse(RunCommand({"cert", "inspect", "-o", "json", crt}).out)[0]["serial"];
  EXPECT_EQ(RunAtServer({"cert", "get"}, {serial, "--out", crt}).exit_code, 1);
  EXPECT_EQ(RunAtServer({"cert", "get"}, {serial, "--out", crt, "--force"}).exit_code, 0);
  // A key is not replaced by a certificate, whatever is said.
  EXPECT_EQ(Issue({"--csr", csr, "--out", Path("admin.key"), "--force"}).exit_code, 1);
}

// The administrator's own, in its place.
TEST_F(IssueCommandTest, ARenewalTakesTheKeysAndTheCertificatesPlace) {
  const std::string key = *ReadFile(Path("admin.key"));
  std::vector<std::string> flags = {
      "--new-key",       "p256",  "--name",         "DNS:a.fleet.example", "--key-out",
      Path("admin.key"), "--out", Path("admin.crt")};
  EXPECT_EQ(Issue(flags).exit_code, 1);
  EXPECT_EQ(*ReadFile(Path("admin.key")), key);
  flags.push_back("--force");
  const Outcome outcome = Issue(flags);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  ExpectPair("admin.key", "admin.crt");
  EXPECT_EQ(ModeOf("admin.key"), 0600u);
  EXPECT_FALSE(Exists("admin.key.pending"));
  // The key in the place of the certificate, or the other way round, is no renewal.
  EXPECT_EQ(Issue({"--new-key", "p256", "--name", "DNS:a.fleet.example", "--key-out",
                   Path("admin.crt"), "--out", Path("new.crt"), "--force"})
                .exit_code,
            1);
}

TEST_F(IssueCommandTest, KeyAndCertificateMayBothGoToStandardOutput) {
  const Outcome outcome = Issue(
      {"--new-key", "p256", "--name", "DNS:web.fleet.example", "--key-out", "-", "--out", "-"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_THAT(outcome.out, HasSubstr("-----BEGIN CERTIFICATE-----\n"));
}

TEST_F(IssueCommandTest, AKeyWithoutACertificateIsNotLeftBehind) {
  server_.service().FailNext(
      {{grpc::INVALID_ARGUMENT, "DNS:evil.example is not allowed by profile server",
        "SAN_NOT_ALLOWED", "csr.subject_alt_name", absl::ZeroDuration()}});
  const Outcome outcome =
      Issue({"--new-key", "p256", "--key-out", Path("web.key"), "--name", "DNS:evil.example"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err,
              StartsWith("fleetca: DNS:evil.example is not allowed by profile server. "));
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_FALSE(Exists("web.key"));
}

TEST_F(IssueCommandTest, InputsAreNotWrittenOver) {
  const std::string csr = WriteCsr();
  const std::string key = *ReadFile(Path("admin.key"));
  for (const char* name : {"admin.key", "admin.crt", "trust-bundle.pem"}) {
    const std::string before = *ReadFile(Path(name));
    EXPECT_EQ(Issue(NewKeyFlags(name)).exit_code, 1) << name;
    EXPECT_EQ(*ReadFile(Path(name)), before) << name;
    EXPECT_FALSE(Exists("web.key"));
  }
  EXPECT_EQ(Issue({"--csr", csr, "--out", Path("./web.csr")}).exit_code, 1);
  EXPECT_EQ(RunAtServer({"bundle", "get"}, {"--out", Path("admin.key")}).exit_code, 1);
  EXPECT_EQ(*ReadFile(Path("admin.key")), key);
  // The bundle alone is kept up to date in its place.
  EXPECT_EQ(RunAtServer({"bundle", "get"}, {"--out", Path("trust-bundle.pem")}).exit_code, 0);
  // A renewal in place, for the same key.
  EXPECT_EQ(Issue({"--csr", csr, "--out", Path("admin.crt"), "--force"}).exit_code, 0);
}

// An output in the kept request's place would destroy the only copy of the answer, or never find
// room.
TEST_F(IssueCommandTest, NoOutputIsTheKeptRequest) {
  std::filesystem::create_symlink("web.key.pending", Path("link"));
  for (const char* name : {"web.key.pending", "./web.key.pending", "link"}) {
    for (const bool force : {false, true}) {
      std::vector<std::string> flags = NewKeyFlags(name);
      if (force) {
        flags.push_back("--force");
      }
      const Outcome outcome = Issue(flags);
      EXPECT_EQ(outcome.exit_code, 1) << name;
      EXPECT_THAT(outcome.err, HasSubstr("the file of the kept request")) << name;
      EXPECT_THAT(outcome.err, HasSubstr("nothing was asked for yet")) << name;
    }
  }
  EXPECT_THAT(server_.service().requests(), IsEmpty());
  EXPECT_FALSE(Exists("web.key"));
  EXPECT_FALSE(Exists("web.key.pending"));
}

TEST_F(IssueCommandTest, NeverOverwritesAKey) {
  Write("web.key", "precious", 0600);
  const Outcome outcome =
      Issue({"--new-key", "p256", "--key-out", Path("web.key"), "--name", "DNS:web.fleet.example"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("web.key"));
  EXPECT_EQ(*ReadFile(Path("web.key")), "precious");
  EXPECT_THAT(server_.service().requests(), IsEmpty());
}

TEST_F(IssueCommandTest, MakesAKeyThatOnlyItsOwnerReads) {
  const Outcome outcome = Issue({"--new-key", "ed25519", "--key-out", Path("web.key"), "--name",
                                 "DNS:web.fleet.example", "--name",
                                 "URI:spiffe://fleet.example/svc/web", "--out", Path("web.crt")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(ModeOf("web.key"), 0600u);
  ExpectPair("web.key", "web.crt");
}

TEST_F(IssueCommandTest, AKeyWithAPassphraseIsOnNoDiskInTheClear) {
  std::vector<std::string> flags = NewKeyFlags("web.crt");
  flags.insert(flags.end(), {"--new-passphrase-file", Write("pass", "secret\n", 0600)});
  LoseAnswers();
  EXPECT_EQ(Issue(flags).exit_code, 1);
  EXPECT_THAT(*ReadFile(Path("web.key.pending")),
              AllOf(HasSubstr("BEGIN ENCRYPTED PRIVATE KEY"), Not(HasSubstr("BEGIN PRIVATE KEY"))));
  LoseNoMoreAnswers();
  const Outcome in_the_clear = Issue(NewKeyFlags("web.crt"));
  EXPECT_EQ(in_the_clear.exit_code, 1);
  EXPECT_THAT(in_the_clear.err, HasSubstr("with a passphrase, and this command for in the clear"));
  const Outcome again = Issue(flags);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(*ReadFile(Path("web.key")), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
  EXPECT_EQ(RunCommand({"key", "inspect", Path("web.key"), "--passphrase-file", Path("pass"),
                        "--fits", Path("web.crt")})
                .exit_code,
            0);
}

TEST_F(IssueCommandTest, KeyAndCertificateInOneKeystore) {
  const std::vector<std::string> flags = {"--new-key",
                                          "p256",
                                          "--p12-out",
                                          Path("phone.p12"),
                                          "--name",
                                          "DNS:web.fleet.example",
                                          "--new-passphrase-file",
                                          Write("pass", "secret\n", 0600)};
  LoseAnswers();
  EXPECT_EQ(Issue(flags).exit_code, 1);
  EXPECT_TRUE(Exists("phone.p12.pending"));
  LoseNoMoreAnswers();
  const Outcome made = Issue(flags);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(made.out, "");
  EXPECT_EQ(ModeOf("phone.p12"), 0600u);
  EXPECT_FALSE(Exists("phone.p12.pending"));
  const Outcome read = RunCommand(
      {"p12", "import", Path("phone.p12"), "--passphrase-file", Path("pass"), "-o", "json"});
  ASSERT_EQ(read.exit_code, 0) << read.err;
  const auto json = nlohmann::json::parse(read.out);
  EXPECT_EQ(json["keys"][0]["alias"], "phone");
  EXPECT_EQ(json["certificates"].size(), 2);
  EXPECT_THAT(Issue(flags).err, HasSubstr("--force replaces it"));
}

TEST_F(IssueCommandTest, APassphraseForNoNewKeyIsRefused) {
  const std::string pass = Write("pass", "secret\n", 0600);
  EXPECT_EQ(Issue({"--csr", WriteCsr(), "--new-passphrase-file", pass}).exit_code, 2);
  EXPECT_EQ(Issue({"--csr", WriteCsr(), "--p12-out", Path("a.p12")}).exit_code, 2);
  EXPECT_EQ(Issue({"--new-key", "p256", "--name", "DNS:a.example", "--p12-out", "-", "-o", "json"})
                .exit_code,
            2);
}

TEST_F(IssueCommandTest, TheFileHoldsTheCertificateWhateverIsShown) {
  const Outcome shown = Issue({"--csr", WriteCsr(), "--out", Path("web.crt"), "-o", "json"});
  ASSERT_EQ(shown.exit_code, 0) << shown.err;
  const auto json = nlohmann::json::parse(shown.out);
  EXPECT_THAT(*ReadFile(Path("web.crt")), StartsWith(json["pem"].get<std::string>()));
  const Outcome got = RunAtServer(
      {"cert", "get"}, {json["serial"].get<std::string>(), "-o", "text", "--out", Path("got.crt")});
  EXPECT_EQ(*ReadFile(Path("got.crt")), *ReadFile(Path("web.crt")));
  EXPECT_THAT(got.out, HasSubstr("Requested by"));
}

TEST_F(IssueCommandTest, ManyCsrsGetAFileEach) {
  std::filesystem::create_directory(Path("out"));
  std::filesystem::create_directory(Path("in"));
  for (const char* name : {"in/a.CSR", "in/b.req", "in/c.p10"}) {
    WriteCsr(name);
  }
  Write("in/notes.txt", "no CSR", 0644);
  const Outcome outcome = Issue({"--csr-dir", Path("in"), "--out-dir", Path("out"), "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("issued 3 certificates into "));
  const auto report = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(report["issued"].size(), 3);
  EXPECT_EQ(report["issued"][1]["file"], Path("out/b.crt"));
  EXPECT_THAT(report["failed"], IsEmpty());
  for (const char* name : {"out/a.crt", "out/b.crt", "out/c.crt"}) {
    EXPECT_EQ(x509::DecodePem(x509::kPemCertificate, *ReadFile(Path(name)))->size(), 2) << name;
  }
  EXPECT_FALSE(Exists("out/.fleetca.pending"));
}

TEST_F(IssueCommandTest, OfManyTheSameCommandGetsWhatWasLost) {
  std::filesystem::create_directory(Path("out"));
  const std::vector<std::string> flags = {"--csr",           WriteCsr("a.csr"), "--csr",
                                          WriteCsr("b.csr"), "--out-dir",       Path("out")};
  LoseAnswers();
  const Outcome lost = Issue(flags);
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_THAT(lost.err, HasSubstr("the same command gets these"));
  EXPECT_TRUE(Exists("out/.fleetca.pending"));
  LoseNoMoreAnswers();
  const Outcome again = Issue(flags);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 4);
  EXPECT_EQ(requests[0].request_id(), requests[2].request_id());
  EXPECT_EQ(requests[1].request_id(), requests[3].request_id());
  EXPECT_FALSE(Exists("out/.fleetca.pending"));
}

// What failed for good is mended, and the others are not issued anew.
TEST_F(IssueCommandTest, OfManyTheSameCommandGoesOnWithTheOneThatFailed) {
  std::filesystem::create_directory(Path("out"));
  const std::vector<std::string> flags = {
      "--csr", WriteCsr("a.csr"), "--csr", Write("b.csr", "junk", 0644), "--out-dir", Path("out")};
  const Outcome first = Issue(flags);
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_THAT(first.err, HasSubstr("The same command goes on with the rest"));
  EXPECT_THAT(first.err, HasSubstr("the other 1 is listed above"));
  EXPECT_TRUE(Exists("out/.fleetca.pending"));
  WriteCsr("b.csr");
  const Outcome again = Issue(flags);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 3);
  EXPECT_THAT(requests[0].request_id(),
              ::testing::AnyOf(requests[1].request_id(), requests[2].request_id()));
  EXPECT_TRUE(Exists("out/b.crt"));
  EXPECT_FALSE(Exists("out/.fleetca.pending"));
}

TEST_F(IssueCommandTest, WhereNothingWasIssuedThereIsNothingToGoOnWith) {
  std::filesystem::create_directory(Path("out"));
  const Outcome outcome = Issue({"--csr", Write("b.csr", "junk", 0644), "--out-dir", Path("out")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, Not(HasSubstr("goes on")));
  EXPECT_FALSE(Exists("out/.fleetca.pending"));
}

TEST_F(IssueCommandTest, OfManyAnExpiredReplaySaysHowToBeginAnew) {
  std::filesystem::create_directory(Path("out"));
  const std::vector<std::string> flags = {
      "--csr", WriteCsr("a.csr"), "--csr", Write("b.csr", "junk", 0644), "--out-dir", Path("out")};
  EXPECT_EQ(Issue(flags).exit_code, 1);
  server_.service().FailNextItems({{grpc::FAILED_PRECONDITION, "ask again with a new id",
                                    "REQUEST_ID_EXPIRED", "", absl::ZeroDuration()}});
  const Outcome again = Issue(flags);
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("has expired since; remove "));
  EXPECT_THAT(again.err, HasSubstr("/.fleetca.pending, and the same command"));
}

}  // namespace
}  // namespace fleetca::client
