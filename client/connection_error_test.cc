#include "client/connection_error.h"

#include <memory>
#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/time_text.h"
#include "client/bootstrap_client.h"
#include "client/ca_client.h"
#include "client/key_and_csr.h"
#include "client/server_dates.h"
#include "client/testing/fake_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/certificate.h"
#include "x509/name.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using testing::FakeCa;
using testing::FakeOrder;
using testing::FakeServer;
using ::testing::HasSubstr;

// What goes wrong between a client and a real TLS port. The texts of gRPC that the advice is chosen
// by are not a contract, so each is met here for real.
class ConnectionErrorTest : public ::testing::Test {
 protected:
  ConnectionErrorTest() {
    options_.address = server_.address();
    options_.files = server_.files();
    options_.backoff.max_attempts = 1;
  }

  absl::Status Fetch() const {
    const auto client = CaClient::Create(options_);
    return client.ok() ? (*client)->GetTrustBundle().status() : client.status();
  }

  void ExpectUnreachable(absl::string_view advice) const {
    const absl::Status status = Fetch();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(GetReason(status), Reason::kServerUnreachable) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(options_.address), HasSubstr(std::string(advice))));
  }

  std::string Write(const std::string& name, absl::string_view contents, mode_t mode = 0600) {
    const std::string path = server_.dir() + "/" + name;
    EXPECT_TRUE(WriteFileAtomic(path, contents, mode).ok());
    return path;
  }

  void UseIdentity(const FakeCa::TlsPair& pair) {
    options_.files.certificate_file = Write("other.crt", pair.chain_pem);
    options_.files.private_key_file = Write("other.key", pair.key_pem);
  }

  FakeServer server_;
  CaClientOptions options_;
};

TEST_F(ConnectionErrorTest, AllIsWell) { EXPECT_TRUE(Fetch().ok()) << Fetch(); }

TEST_F(ConnectionErrorTest, NothingListens) {
  server_.Stop();
  ExpectUnreachable("is the server running");
}

TEST_F(ConnectionErrorTest, TheRootsAreOfAnotherCa) {
  const FakeCa stranger;
  options_.files.ca_file = Write("roots.pem", stranger.root_pem());
  ExpectUnreachable("does not chain to the roots in " + options_.files.ca_file);
}

TEST_F(ConnectionErrorTest, TheServerHasAnotherName) {
  options_.server_name = "ca.fleet.example";
  ExpectUnreachable("--server-name");
}

TEST_F(ConnectionErrorTest, TheClientCertificateIsOfAnotherCa) {
  const FakeCa stranger;
  UseIdentity(stranger.IssueTls(FakeOrder{}));
  options_.files.server_identity = testing::kServerIdentity;
  ExpectUnreachable("client certificate " + options_.files.certificate_file);
}

TEST_F(ConnectionErrorTest, TheClientCertificateCameWithoutItsChain) {
  const FakeCa stranger;
  FakeCa::TlsPair pair = stranger.IssueTls(FakeOrder{});
  const auto chain = x509::DecodePem(x509::kPemCertificate, pair.chain_pem);
  ASSERT_TRUE(chain.ok());
  pair.chain_pem = x509::EncodePem(x509::kPemCertificate, chain->front());
  UseIdentity(pair);
  options_.files.server_identity = testing::kServerIdentity;
  ExpectUnreachable("without --leaf-only");
}

TEST_F(ConnectionErrorTest, TheIssuerThatIsMissingIsNamed) {
  const FakeCa stranger;
  FakeCa::TlsPair pair = stranger.IssueTls(FakeOrder{});
  const auto chain = x509::DecodePem(x509::kPemCertificate, pair.chain_pem);
  ASSERT_TRUE(chain.ok());
  const std::string issuer = x509::NameToText(x509::ParseCertificate(chain->front())->issuer);
  pair.chain_pem = x509::EncodePem(x509::kPemCertificate, chain->front());
  UseIdentity(pair);
  options_.files.server_identity = testing::kServerIdentity;
  ExpectUnreachable("the certificate of its issuer (" + issuer + ") is missing");
  // With the issuer among the roots the leaf is not to blame.
  options_.files.ca_file =
      Write("more.pem", server_.ca().root_pem() +
                            x509::EncodePem(x509::kPemCertificate, stranger.issuing_der()));
  ExpectUnreachable("is it of this CA?");
}

TEST_F(ConnectionErrorTest, AClockThatIsBehindIsNamedWithTheDates) {
  const absl::Time begin = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())) + absl::Hours(2);
  server_.RestartWithDates(begin, begin + absl::Hours(24));
  ExpectUnreachable("this machine's clock is probably behind: it says 2");
  ExpectUnreachable("is valid from " + TimeToWords(begin) + " until " +
                    TimeToWords(begin + absl::Hours(24)));
}

TEST_F(ConnectionErrorTest, AClockThatIsAheadIsNamedWithTheDates) {
  const absl::Time end = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())) - absl::Hours(2);
  server_.RestartWithDates(end - absl::Hours(24), end);
  ExpectUnreachable(
      "this machine's clock is ahead, or the certificate has expired: the clock says");
  ExpectUnreachable("until " + TimeToWords(end));
}

TEST_F(ConnectionErrorTest, AClockThatIsBehindIsNamedAtBootstrapToo) {
  server_.RestartWithDates(absl::Now() + absl::Hours(2), absl::Now() + absl::Hours(24));
  BootstrapOptions options;
  options.address = server_.bootstrap_address();
  options.server_identity = testing::kServerIdentity;
  options.roots_der = {server_.ca().root_der()};
  options.backoff.max_attempts = 1;
  const auto client = BootstrapClient::Create(options, SecretBytes("a token"));
  ASSERT_TRUE(client.ok()) << client.status();
  IssueOptions request;
  request.csr_der = MakeKeyAndCsr(KeyType::kP256, {})->csr_der;
  EXPECT_THAT(std::string((*client)->Issue(request).status().message()),
              HasSubstr("this machine's clock is probably behind: it says 2"));
}

TEST(ClockAdviceTest, IsAboutTheFirstCertificateThatIsNotValid) {
  const FakeCa ca;
  EXPECT_EQ(ClockAdvice({}, absl::Now()), "");
  EXPECT_EQ(ClockAdvice({"no certificate"}, absl::Now()), "");
  EXPECT_EQ(ClockAdvice({ca.issuing_der()}, absl::Now()), "");
  EXPECT_THAT(ClockAdvice({ca.issuing_der()}, absl::UnixEpoch()),
              HasSubstr("probably behind: it says 1970-01-01 00:00:00 UTC"));
}

TEST_F(ConnectionErrorTest, TheHostIsUnknown) {
  options_.address = "no-such-host.invalid:8443";
  ExpectUnreachable("is it spelled right");
}

TEST_F(ConnectionErrorTest, TheClientCertificateExpired) {
  FakeOrder order;
  order.not_before = absl::Now() - absl::Hours(3);
  order.not_after = absl::Now() - absl::Hours(1);
  UseIdentity(server_.ca().IssueTls(order));
  const absl::Status status = Fetch();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kCallerCertificateExpired);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(options_.files.certificate_file), HasSubstr("expired at")));
}

TEST_F(ConnectionErrorTest, TheClientCertificateIsNotValidYet) {
  FakeOrder order;
  order.not_before = absl::Now() + absl::Hours(1);
  order.not_after = absl::Now() + absl::Hours(3);
  UseIdentity(server_.ca().IssueTls(order));
  EXPECT_EQ(GetReason(Fetch()), Reason::kCallerCertificateExpired);
  EXPECT_THAT(std::string(Fetch().message()), HasSubstr("clock"));
}

TEST_F(ConnectionErrorTest, TheKeyIsNotTheCertificates) {
  options_.files.private_key_file = Write("wrong.key", server_.ca().IssueTls(FakeOrder{}).key_pem);
  const absl::Status status = Fetch();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is not the key of the certificate"));
}

TEST_F(ConnectionErrorTest, FilesMustBeThereAndFit) {
  options_.files.ca_file = server_.dir() + "/absent.pem";
  EXPECT_EQ(GetReason(Fetch()), Reason::kFileMissing);
  EXPECT_THAT(std::string(Fetch().message()), HasSubstr("absent.pem"));
  options_.files.ca_file = Write("garbage.pem", "garbage");
  EXPECT_EQ(GetReason(Fetch()), Reason::kFileInvalid);
  EXPECT_THAT(std::string(Fetch().message()), HasSubstr("garbage.pem"));
  options_.files = server_.files();
  options_.files.private_key_file =
      Write("open.key", server_.ca().IssueTls(FakeOrder{}).key_pem, 0644);
  EXPECT_EQ(GetReason(Fetch()), Reason::kFilePermissions);
}

TEST(ExplainConnectionErrorTest, LeavesTheServersOwnErrorsAlone) {
  const TlsFiles files;
  const absl::Status ours = Unavailable(Reason::kDraining, "the server is draining");
  EXPECT_EQ(ExplainConnectionError(ours, "ca:1", files), ours);
  EXPECT_TRUE(ExplainConnectionError(absl::OkStatus(), "ca:1", files).ok());
  const absl::Status odd = absl::UnknownError("odd");
  EXPECT_EQ(ExplainConnectionError(odd, "ca:1", files), odd);
}

TEST(ExplainConnectionErrorTest, NamesTheAddressOfASilentOrForeignServer) {
  for (const absl::Status& status :
       {absl::DeadlineExceededError("Deadline Exceeded"), absl::UnimplementedError("")}) {
    const absl::Status explained = ExplainConnectionError(status, "ca.example:1", TlsFiles());
    EXPECT_EQ(explained.code(), status.code());
    EXPECT_EQ(GetReason(explained), Reason::kServerUnreachable);
    EXPECT_THAT(std::string(explained.message()), HasSubstr("ca.example:1"));
  }
}

}  // namespace
}  // namespace fleetca::client
