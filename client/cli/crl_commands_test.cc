#include "client/cli/crl_commands.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/fetch/testing/http_test_server.h"
#include "base/file.h"
#include "client/cli/facts/crl_facts.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/testing/test_crl.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::HttpTestServer;
using ::nlohmann::json;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHtml[] = "<html><body>Please log in</body></html>";

class CrlCommandsTest : public ::testing::Test {
 protected:
  // Valid for a day around now, with three entries.
  static x509::CrlSpec Spec(const x509::TestCa& ca) {
    x509::CrlSpec spec = x509::TestCrlSpec(ca);
    spec.this_update = absl::Now() - absl::Hours(1);
    spec.next_update = absl::Now() + absl::Hours(23);
    return spec;
  }
  std::string Write(const std::string& name, absl::string_view contents) const {
    const std::string path = absl::StrCat(folder_.path(), "/", name);
    EXPECT_TRUE(WriteFileAtomic(path, contents, 0644).ok());
    return path;
  }
  std::string WriteCertificate(const std::string& name, absl::string_view der) const {
    return Write(name, x509::EncodePem(x509::kPemCertificate, der));
  }

  const ::fleetca::testing::TemporaryFolder folder_;
  const x509::TestCa root_ = x509::MakeTestRoot(KeyType::kP256);
  const x509::TestCa ca_ = x509::MakeTestIssuingCa(root_, KeyType::kP256);
  const std::string der_ = x509::IssueTestCrl(ca_, Spec(ca_), x509::TestCrlEntries(3));
  const std::string leaf_ =
      x509::IssueLeaf(ca_, ::fleetca::testing::TestKey::OfType(KeyType::kP256));
  const std::string crl_file_ = Write("web.crl", der_);
  const std::string ca_file_ = WriteCertificate("ca.crt", ca_.certificate);
  const std::string leaf_file_ = WriteCertificate("web.crt", leaf_);
};

TEST_F(CrlCommandsTest, InspectSaysWhatIsInIt) {
  for (const std::string& file : {crl_file_, Write("web.pem", x509::EncodeCrlPem(der_))}) {
    const Outcome shown = RunCommand({"crl", "inspect", file, "-o", "json", "--entries", "2"});
    ASSERT_EQ(shown.exit_code, 0) << shown.err;
    const json crl = json::parse(shown.out)[0];
    EXPECT_EQ(crl["number"], "7");
    EXPECT_EQ(crl["expired"], false);
    EXPECT_EQ(crl["entry_count"], 3);
    EXPECT_EQ(crl["authority_key_id"], absl::BytesToHexString(ca_.key_id));
    EXPECT_EQ(crl["entries"].size(), 2u);
    EXPECT_EQ(crl["entries"][0]["serial"], absl::BytesToHexString(x509::TestSerial(0)));
    size_t counted = 0;
    for (const auto& [reason, count] : crl["reasons"].items()) {
      counted += count.get<size_t>();
    }
    EXPECT_EQ(counted, 3u);
  }
  const Outcome text = RunCommand({"crl", "inspect", crl_file_});
  EXPECT_THAT(text.out, AllOf(HasSubstr("expires in"), HasSubstr("all certificates of the issuer"),
                              Not(HasSubstr("REVOKED"))));
  const Outcome entries = RunCommand({"crl", "inspect", crl_file_, "--entries", "2"});
  EXPECT_THAT(entries.out, ContainsRegex("\nREVOKED +SINCE +REASON\n"));
  const std::string first = absl::BytesToHexString(x509::TestSerial(0));
  const std::string third = absl::BytesToHexString(x509::TestSerial(2));
  EXPECT_THAT(entries.out, AllOf(HasSubstr("\n" + first + "  "), Not(HasSubstr(third))));
}

TEST_F(CrlCommandsTest, InspectFindsASerialNumberOrAFilesCertificate) {
  const std::string listed = absl::BytesToHexString(x509::TestSerial(1));
  for (const std::string& spelled : {listed, absl::StrCat("0x", listed), "serial=" + listed}) {
    const Outcome found = RunCommand({"crl", "inspect", crl_file_, "--serial", spelled});
    EXPECT_EQ(found.exit_code, 0) << found.err;
    EXPECT_THAT(found.out, HasSubstr("REVOKED: " + listed));
  }
  const Outcome other = RunCommand({"crl", "inspect", crl_file_, "--serial", leaf_file_});
  EXPECT_THAT(other.out, HasSubstr("is not in it"));
  // Of a CA that counts from one, and of no certificate.
  EXPECT_THAT(RunCommand({"crl", "inspect", crl_file_, "--serial", "1f"}).out,
              HasSubstr("1f is not in it"));
  EXPECT_EQ(RunCommand({"crl", "inspect", crl_file_, "--serial", "00"}).exit_code, 1);
  EXPECT_THAT(RunCommand({"crl", "inspect", crl_file_, "--serial", "nothing.crt"}).err,
              HasSubstr("neither a serial number in hex nor a file"));
}

TEST_F(CrlCommandsTest, WhatIsNoCrlIsSaid) {
  EXPECT_THAT(RunCommand({"crl", "inspect", leaf_file_}).err,
              HasSubstr("this is a certificate, not a CRL"));
  EXPECT_THAT(RunCommand({"crl", "inspect", Write("web.der", leaf_)}).err,
              HasSubstr("this is a certificate, not a CRL"));
  EXPECT_THAT(RunCommand({"crl", "inspect", Write("empty", "")}).err, HasSubstr("is empty"));
  for (const std::string& junk :
       {std::string(kHtml), std::string(10 << 20, '0'), der_.substr(0, der_.size() - 1),
        absl::StrCat("-----BEGIN X509 CRL-----\n", der_, "-----END X509 CRL-----\n"),
        x509::EncodePem(x509::kPemCrl, leaf_)}) {
    const Outcome refused = RunCommand({"crl", "inspect", Write("junk", junk)});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("/junk: ")) << junk.substr(0, 40);
  }
}

TEST_F(CrlCommandsTest, NumbersAreDecimal) {
  EXPECT_EQ(CrlNumberText(""), "");
  EXPECT_EQ(CrlNumberText(absl::string_view("\0", 1)), "0");
  EXPECT_EQ(CrlNumberText("\x07"), "7");
  EXPECT_EQ(CrlNumberText(absl::string_view("\x01\x00", 2)), "256");
  EXPECT_EQ(CrlNumberText(std::string(20, '\x7f')),
            "727885129180488904360266563744972327436484050815");
}

TEST_F(CrlCommandsTest, VerifySaysStepByStepWhatAClientRefuses) {
  const Outcome good =
      RunCommand({"crl", "verify", crl_file_, "--ca", ca_file_, "--of", leaf_file_, "-o", "json"});
  EXPECT_EQ(good.exit_code, 0) << good.out << good.err;
  const json answer = json::parse(good.out);
  EXPECT_EQ(answer["accepted"], true);
  EXPECT_EQ(answer["crls"][0]["steps"].size(), 5u);

  const std::string root_file = WriteCertificate("root.crt", root_.certificate);
  const Outcome other = RunCommand({"crl", "verify", crl_file_, "--ca", root_file, "-o", "json"});
  EXPECT_EQ(other.exit_code, 1);
  const json steps = json::parse(other.out)["crls"][0]["steps"];
  EXPECT_EQ(steps[0]["reason"], "CRL_ISSUER_OTHER");
  EXPECT_EQ(steps[1]["reason"], "SIGNATURE_INVALID");
  EXPECT_EQ(steps[2]["ok"], true);
  // Of several CAs the right one is taken.
  const std::string chain =
      Write("chain.crt", ReadFile(root_file).value() + ReadFile(ca_file_).value());
  EXPECT_EQ(RunCommand({"crl", "verify", crl_file_, "--ca", chain}).exit_code, 0);
  EXPECT_EQ(RunCommand({"crl", "verify", "--ca", root_file, "--ca", ca_file_, crl_file_}).exit_code,
            0);
}

TEST_F(CrlCommandsTest, VerifyRefusesWhatHasEndedAndWhatIsOfOthers) {
  x509::CrlSpec ended = x509::TestCrlSpec(ca_);
  ended.this_update = absl::Now() - absl::Hours(48);
  ended.next_update = absl::Now() - absl::Hours(24);
  const std::string old = Write("old.crl", x509::IssueTestCrl(ca_, ended, {}));
  const Outcome expired = RunCommand({"crl", "verify", old, "--ca", ca_file_});
  EXPECT_EQ(expired.exit_code, 1);
  EXPECT_THAT(expired.out, HasSubstr("REFUSED: The CRL was valid until"));
  EXPECT_THAT(RunCommand({"crl", "inspect", old}).out, HasSubstr("expired"));

  x509::CrlSpec of_shard = Spec(ca_);
  of_shard.distribution_point = x509::kTestShardUrl;
  const std::string shard = Write("shard.crl", x509::IssueTestCrl(ca_, of_shard, {}));
  const Outcome scope = RunCommand({"crl", "verify", shard, "--ca", ca_file_, "--of", leaf_file_});
  EXPECT_EQ(scope.exit_code, 1);
  EXPECT_THAT(scope.out, HasSubstr(std::string(x509::kTestShardUrl)));

  const std::string of_root = Write("root.crl", x509::IssueTestCrl(root_, Spec(root_), {}));
  const std::string root_file = WriteCertificate("root.crt", root_.certificate);
  const Outcome none =
      RunCommand({"crl", "verify", of_root, "--ca", root_file, "--of", leaf_file_});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.out, HasSubstr("No CRL here is of the certificate's issuer"));
}

TEST_F(CrlCommandsTest, VerifyRefusesARevokedCertificate) {
  const std::string serial(x509::ParseCertificate(leaf_)->serial);
  const x509::CrlEntry entry{.serial = serial,
                             .revocation_date = absl::Now() - absl::Hours(2),
                             .reason = x509::RevocationReason::kKeyCompromise};
  const std::string crl = Write("revoked.crl", x509::IssueTestCrl(ca_, Spec(ca_), {entry}));
  const Outcome revoked = RunCommand({"crl", "verify", crl, "--ca", ca_file_, "--of", leaf_file_});
  EXPECT_EQ(revoked.exit_code, 1);
  EXPECT_THAT(revoked.out, AllOf(HasSubstr("was revoked on"), HasSubstr("keyCompromise")));
  EXPECT_EQ(RunCommand({"crl", "verify", crl, "--ca", ca_file_}).exit_code, 0);
}

TEST_F(CrlCommandsTest, GetWritesWhatIsACrlAndNothingElse) {
  const std::string out = absl::StrCat(folder_.path(), "/got.crl");
  HttpTestServer server([this](absl::string_view request) {
    return absl::StrContains(request, " /web.crl ")
               ? HttpTestServer::Message("200 OK", "application/pkix-crl", der_)
           : absl::StrContains(request, " /login ")
               ? HttpTestServer::Message("200 OK", "text/html", kHtml)
           : absl::StrContains(request, " /web.crt ")
               ? HttpTestServer::Message("200 OK", "application/pkix-cert", leaf_)
               : HttpTestServer::Message("404 Not Found", "text/plain", "no");
  });
  for (const std::string path : {"/login", "/web.crt", "/nothing"}) {
    const Outcome refused = RunCommand({"crl", "get", server.Url(path), "--out", out});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr(server.Url(path))) << path;
    EXPECT_FALSE(ReadFile(out).ok());
  }
  EXPECT_THAT(RunCommand({"crl", "get", server.Url("/login")}).err, HasSubstr("text/html"));
  // Again and again into the same file.
  for (int time = 0; time < 2; ++time) {
    const Outcome got = RunCommand({"crl", "get", server.Url("/web.crl"), "--out", out});
    EXPECT_EQ(got.exit_code, 0) << got.err;
    EXPECT_EQ(ReadFile(out).value(), x509::EncodeCrlPem(der_));
  }
  EXPECT_EQ(RunCommand({"crl", "get", server.Url("/web.crl"), "--der", "--out", out}).exit_code, 0);
  EXPECT_EQ(ReadFile(out).value(), der_);
}

TEST_F(CrlCommandsTest, GetsAllOfAnIssuerInOneFile) {
  const std::string both = absl::StrCat(
      x509::EncodeCrlPem(der_), x509::EncodeCrlPem(x509::IssueTestCrl(root_, Spec(root_), {})));
  HttpTestServer server([&both](absl::string_view request) {
    return absl::StrContains(request, " /pki/crl/ab12.pem ")
               ? HttpTestServer::Message("200 OK", "application/x-pem-file", both)
               : HttpTestServer::Message("404 Not Found", "text/plain", "no");
  });
  for (const std::string path : {"/pki/crl/ab12/7.crl", "/pki/crl/ab12.crl"}) {
    const Outcome got = RunCommand({"crl", "get", server.Url(path), "--all"});
    EXPECT_EQ(got.exit_code, 0) << got.err;
    EXPECT_EQ(got.out, both);
  }
  const Outcome other = RunCommand({"crl", "get", server.Url("/other/7.crl"), "--all"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("leave --all out"));
}

TEST_F(CrlCommandsTest, GetNeedsAUrlOfPlainHttp) {
  EXPECT_EQ(RunCommand({"crl", "get"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"crl", "get", "file:///etc/passwd"}).exit_code, 2);
  EXPECT_EQ(RunCommand({"crl", "get", "http://a/b", "--of", leaf_file_}).exit_code, 2);
  const std::string root_file = WriteCertificate("root.crt", root_.certificate);
  const Outcome none = RunCommand({"crl", "get", "--of", root_file});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("names no http:// URL of a CRL"));
  const Outcome gone = RunCommand({"crl", "get", "http://127.0.0.1:1/x.crl", "--timeout", "2s"});
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_THAT(gone.err, HasSubstr("cannot be fetched"));
}

}  // namespace
}  // namespace fleetca::client
