// CSRs as other programs write them, given to `cert issue --csr`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/cli/testing/command_fixture.h"
#include "tests/testing/csr_maker.h"
#include "x509/name.h"
#include "x509/pem.h"
#include "x509/san.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CsrInputTest : public CommandsTest {
 protected:
  static std::string MakePem(const std::string& subject) {
    return x509::EncodePem(
        x509::kPemCertificateRequest,
        ::fleetca::testing::MakeCsr(
            {.subject = subject, .names = {{x509::NameType::kDns, "web.fleet.example"}}}));
  }

  Outcome IssueFor(const std::string& contents) {
    return Issue({"--csr", Write("in.csr", contents, 0644)});
  }
};

TEST_F(CsrInputTest, TakesPemHoweverItIsWritten) {
  const std::string pem = MakePem(x509::BuildName("", ""));
  const std::pair<const char*, std::string> kForms[] = {
      {"CR LF", absl::StrReplaceAll(pem, {{"\n", "\r\n"}})},
      {"CR", absl::StrReplaceAll(pem, {{"\n", "\r"}})},
      {"indented", absl::StrReplaceAll(pem, {{"\n", "\n    "}})},
      {"byte order mark", absl::StrCat("\xef\xbb\xbf", pem)},
      {"text around", absl::StrCat("Certificate Request:\n  Data:\n", pem, "\nbye\n")},
      {"old label", absl::StrReplaceAll(pem, {{"CERTIFICATE REQ", "NEW CERTIFICATE REQ"}})},
      {"blank lines", absl::StrReplaceAll(pem, {{"\n", "\n\n"}})}};
  for (const auto& [form, text] : kForms) {
    const Outcome outcome = IssueFor(text);
    EXPECT_EQ(outcome.exit_code, 0) << form << ": " << outcome.err;
    EXPECT_THAT(outcome.err, Not(HasSubstr("not taken over"))) << form;
  }
}

TEST_F(CsrInputTest, SaysWhatUtf16Is) {
  std::string utf16 = "\xff\xfe";
  for (const char c : MakePem(x509::BuildName("", ""))) {
    utf16 += {c, '\0'};
  }
  const Outcome outcome = IssueFor(utf16);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("in.csr"));
  EXPECT_THAT(outcome.err, HasSubstr("UTF-16"));
  EXPECT_THAT(outcome.err, HasSubstr("iconv -f UTF-16 -t UTF-8"));
  EXPECT_TRUE(server_.service().requests().empty());
}

// What a failed producer leaves behind is no wish for a new key.
TEST_F(CsrInputTest, AnEmptyInputGetsNoCertificate) {
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, std::vector<std::string>{"--validate-only"}}) {
    for (const std::string& csr : {Write("empty.csr", "", 0644), Write("blank.csr", "\n \n", 0644),
                                   std::string("/dev/null")}) {
      std::vector<std::string> flags = {"--csr", csr, "--out", Path("web.crt")};
      flags.insert(flags.end(), more.begin(), more.end());
      const Outcome outcome = Issue(flags);
      EXPECT_EQ(outcome.exit_code, 1) << csr;
      EXPECT_THAT(outcome.err, HasSubstr(csr));
      EXPECT_THAT(outcome.err, HasSubstr("the input is empty"));
    }
  }
  EXPECT_TRUE(server_.service().requests().empty());
  EXPECT_FALSE(Exists("web.crt"));
  EXPECT_FALSE(Exists("web.crt.pending"));
}

TEST_F(CsrInputTest, NamesTheFileThatIsNoCsrAndTheLinesThatBase64Lacks) {
  const Outcome junk = IssueFor("junk");
  EXPECT_EQ(junk.exit_code, 1);
  EXPECT_THAT(junk.err, HasSubstr("in.csr: "));
  std::string base64 = MakePem(x509::BuildName("", ""));
  base64 = base64.substr(base64.find('\n') + 1);
  base64.resize(base64.find("-----END"));
  const Outcome bare = IssueFor(base64);
  EXPECT_EQ(bare.exit_code, 1);
  EXPECT_THAT(bare.err, HasSubstr("in.csr: "));
  EXPECT_THAT(bare.err, HasSubstr("-----BEGIN CERTIFICATE REQUEST-----"));
  EXPECT_TRUE(server_.service().requests().empty());
}

TEST_F(CsrInputTest, SaysOnceWhatWasNotTakenOver) {
  const Outcome outcome = IssueFor(MakePem(x509::BuildName("Acme", "My Web Server")));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string sentence = "not taken over from the CSR";
  const size_t first = outcome.err.find(sentence);
  ASSERT_NE(first, std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find(sentence, first + 1), std::string::npos) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("the subject \"O=Acme, CN=My Web Server\""));
  EXPECT_THAT(outcome.out, Not(HasSubstr("not taken")));
}

}  // namespace
}  // namespace fleetca::client
