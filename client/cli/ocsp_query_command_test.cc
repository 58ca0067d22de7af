#include "client/cli/ocsp_query_command.h"

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/fetch/testing/http_test_server.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/temporary_folder.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/revocation/ocsp_request.h"
#include "x509/revocation/ocsp_response.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_ocsp_responder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::HttpTestServer;
using ::nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr x509::OcspCertStatus kGood = x509::OcspCertStatus::kGood;
constexpr x509::OcspCertStatus kRevoked = x509::OcspCertStatus::kRevoked;
constexpr x509::OcspCertStatus kUnknown = x509::OcspCertStatus::kUnknown;

// A responder whose certificate is valid now.
x509::TestOcspResponder Responder(const x509::TestCa& ca) {
  return x509::MakeChangedOcspResponder(
      ca, KeyType::kP256, [](x509::TbsTemplateOptions&, x509::LintPolicy&, x509::CertSpec& spec) {
        spec.not_before = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())) - absl::Hours(1);
        spec.not_after = spec.not_before + absl::Hours(24);
      });
}

class OcspQueryTest : public ::testing::Test {
 protected:
  std::string WriteCertificate(const std::string& name, absl::string_view der) const {
    const std::string path = absl::StrCat(folder_.path(), "/", name);
    EXPECT_TRUE(WriteFileAtomic(path, x509::EncodePem(x509::kPemCertificate, der), 0644).ok());
    return path;
  }
  // What the responder answers to such an HTTP request.
  std::string Respond(absl::string_view http) const {
    const auto request = ReadRequest(http);
    if (!request.ok()) {
      return HttpTestServer::Message("400 Bad Request", "text/plain", request.status().message());
    }
    const auto parsed = x509::ParseOcspRequest(*request);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())) - age_;
    const x509::OcspAnswer answer{
        .serial = other_serial_.empty() ? parsed->cert_id.serial : other_serial_,
        .hashes = x509::OcspAnswerHashes::kBoth,
        .revocation = {.status = status_,
                       .revoked_at = now - absl::Hours(1),
                       .reason = x509::RevocationReason::kSuperseded},
        .this_update = now,
        .produced_at = now,
        .next_update = now + absl::Hours(8),
        .nonce = other_nonce_.empty() ? parsed->nonce.value_or("") : other_nonce_};
    const std::string data = maker_->Build(answer);
    return HttpTestServer::Message(
        "200 OK", "application/ocsp-response",
        maker_->Assemble(data, responder_.key.Sign(responder_.scheme, data)));
  }
  static absl::StatusOr<std::string> ReadRequest(absl::string_view http) {
    constexpr absl::string_view kGet = "GET /ocsp/";
    if (absl::StartsWith(http, kGet)) {
      const absl::string_view path = http.substr(kGet.size());
      return x509::DecodeOcspGetPath(path.substr(0, path.find(' ')));
    }
    return std::string(http.substr(http.find("\r\n\r\n") + 4));
  }
  Outcome Query(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"ocsp", "query", leaf_file_, "--issuer", ca_file_, "--url",
                                 server_.Url("/ocsp")});
    return RunCommand(flags);
  }

  const ::fleetca::testing::TemporaryFolder folder_;
  const x509::TestCa root_ = x509::MakeTestRoot(KeyType::kP256);
  const x509::TestCa ca_ = x509::MakeTestIssuingCa(root_, KeyType::kP256);
  const x509::TestOcspResponder responder_ = Responder(ca_);
  const std::unique_ptr<x509::OcspResponseTemplate> maker_ =
      x509::OcspResponseTemplate::Create(*x509::ParseCertificate(ca_.certificate),
                                         *x509::ParseCertificate(responder_.certificate),
                                         responder_.scheme)
          .value();
  const std::string leaf_ =
      x509::IssueLeaf(ca_, ::fleetca::testing::TestKey::OfType(KeyType::kP256));
  const std::string leaf_file_ = WriteCertificate("web.crt", leaf_);
  const std::string ca_file_ = WriteCertificate("ca.crt", ca_.certificate);
  // What the next answer is like.
  x509::OcspCertStatus status_ = kGood;
  std::string other_serial_;
  std::string other_nonce_;
  absl::Duration age_;
  HttpTestServer server_{[this](absl::string_view request) { return Respond(request); }};
};

TEST_F(OcspQueryTest, SaysWhatTheResponderSays) {
  for (const auto& [status, name, code] :
       {std::tuple(kGood, "good", 0), std::tuple(kRevoked, "revoked", 1),
        std::tuple(kUnknown, "unknown", 1)}) {
    status_ = status;
    const Outcome asked = Query({"-o", "json"});
    EXPECT_EQ(asked.exit_code, code) << asked.err;
    const json answer = json::parse(asked.out);
    EXPECT_EQ(answer["status"], name);
    EXPECT_EQ(answer["nonce"], false);
    EXPECT_EQ(answer.contains("reason"), status == kRevoked);
    EXPECT_THAT(Query({}).out, StartsWith(name));
  }
  status_ = kRevoked;
  EXPECT_THAT(Query({}).out, HasSubstr("(superseded)"));
}

TEST_F(OcspQueryTest, ShortRequestsGoByGetAndLongOnesByPost) {
  EXPECT_EQ(Query({}).exit_code, 0);
  EXPECT_THAT(server_.requests().back(), StartsWith("GET /ocsp/"));
  EXPECT_EQ(Query({"--hash", "sha1"}).exit_code, 0);
  EXPECT_THAT(server_.requests().back(), StartsWith("GET /ocsp/"));
  const Outcome fresh = Query({"--nonce", "-o", "json"});
  EXPECT_EQ(fresh.exit_code, 0) << fresh.err;
  EXPECT_EQ(json::parse(fresh.out)["nonce"], true);
  EXPECT_THAT(server_.requests().back(), StartsWith("POST /ocsp "));
  EXPECT_THAT(server_.requests().back(), HasSubstr("Content-Type: application/ocsp-request\r\n"));
}

TEST_F(OcspQueryTest, AnAnswerToAnotherQuestionIsRefused) {
  other_serial_ = "\x01" + std::string(19, '\x5a');
  EXPECT_THAT(Query({}).err, HasSubstr("says nothing of the certificate"));
  other_serial_.clear();
  other_nonce_ = "another";
  EXPECT_THAT(Query({"--nonce"}).err, HasSubstr("another nonce"));
  other_nonce_.clear();
  age_ = absl::Hours(10);
  const Outcome old = Query({});
  EXPECT_EQ(old.exit_code, 1);
  EXPECT_THAT(old.err, HasSubstr("was good until"));
  EXPECT_EQ(old.out, "");
}

TEST_F(OcspQueryTest, WhatIsNoAnswerIsRefused) {
  HttpTestServer login(
      [](absl::string_view) { return HttpTestServer::Message("200 OK", "text/html", "<html>"); });
  const Outcome html =
      RunCommand({"ocsp", "query", leaf_file_, "--issuer", ca_file_, "--url", login.Url("/ocsp")});
  EXPECT_EQ(html.exit_code, 1);
  EXPECT_THAT(html.err, HasSubstr("text/html"));
  const Outcome gone = RunCommand({"ocsp", "query", leaf_file_, "--issuer", ca_file_, "--url",
                                   "http://127.0.0.1:1/ocsp", "--timeout", "2s"});
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_THAT(gone.err, HasSubstr("cannot be fetched"));
}

TEST_F(OcspQueryTest, NothingIsAskedWhereTheIssuerIsAnother) {
  const std::string root_file = WriteCertificate("root.crt", root_.certificate);
  const Outcome other = RunCommand(
      {"ocsp", "query", leaf_file_, "--issuer", root_file, "--url", server_.Url("/ocsp")});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("nothing was asked"));
  EXPECT_TRUE(server_.requests().empty());
  // The certificate names no responder.
  EXPECT_THAT(RunCommand({"ocsp", "query", leaf_file_, "--issuer", ca_file_}).err,
              HasSubstr("names no http:// URL of an OCSP responder"));
  EXPECT_EQ(Query({"--hash", "md5"}).exit_code, 2);
}

}  // namespace
}  // namespace fleetca::client
