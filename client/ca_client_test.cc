#include "client/ca_client.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "client/key_and_csr.h"
#include "client/testing/fake_clock.h"
#include "client/testing/fake_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using testing::FakeClock;
using testing::FakeError;
using testing::FakeOrder;
using testing::FakeServer;
using ::testing::HasSubstr;

FakeError MakeFakeError(grpc::StatusCode code, std::string message, std::string reason) {
  FakeError error;
  error.code = code;
  error.message = std::move(message);
  error.reason = std::move(reason);
  return error;
}

FakeError QueueFull(absl::Duration retry_delay) {
  FakeError error = MakeFakeError(grpc::RESOURCE_EXHAUSTED, "the queue is full", "QUEUE_FULL");
  error.retry_delay = retry_delay;
  return error;
}

const FakeError kDraining = MakeFakeError(grpc::UNAVAILABLE, "the server is draining", "DRAINING");
const FakeError kForbidden =
    MakeFakeError(grpc::PERMISSION_DENIED, "you may not", "CALLER_NOT_ALLOWED");
const FakeError kNoError = MakeFakeError(grpc::OK, "", "");

std::string MakeCsr() {
  return MakeKeyAndCsr(KeyType::kP256, {{{x509::NameType::kDns, "web.fleet.example"}}})->csr_der;
}

class CaClientTest : public ::testing::Test {
 protected:
  CaClientOptions Options() {
    CaClientOptions options;
    options.address = server_.address();
    options.files = server_.files();
    options.clock = &clock_;
    options.sleep = [this](absl::Duration duration) { clock_.Sleep(duration); };
    options.backoff.random_fraction = [] { return 0.0; };
    return options;
  }

  std::unique_ptr<CaClient> MakeClient() {
    absl::StatusOr<std::unique_ptr<CaClient>> client = CaClient::Create(Options());
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  IssueOptions Request() const {
    IssueOptions request;
    request.csr_der = csr_;
    request.profile = "server";
    return request;
  }

  // The error of an issuance whose answer was changed on the way.
  absl::Status IssueTampered(
      std::function<void(v1::IssuedCertificate*, std::vector<std::string>*)> tamper) {
    server_.service().Tamper(std::move(tamper));
    return MakeClient()->Issue(Request()).status();
  }

  FakeServer server_;
  FakeClock clock_;
  const std::string csr_ = MakeCsr();
};

void ExpectAnswerInvalid(const absl::Status& status, absl::string_view what) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(GetReason(status), Reason::kAnswerInvalid) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(what)));
}

TEST_F(CaClientTest, Issues) {
  IssueOptions request = Request();
  request.lifetime = absl::Hours(2);
  const absl::StatusOr<Issued> issued = MakeClient()->Issue(request);
  ASSERT_TRUE(issued.ok()) << issued.status();
  const absl::StatusOr<x509::Certificate> certificate =
      x509::ParseCertificate(issued->certificate_der);
  ASSERT_TRUE(certificate.ok());
  EXPECT_EQ(certificate->public_key.spki, *CsrPublicKey(csr_));
  EXPECT_EQ(certificate->serial, issued->serial.bytes());
  EXPECT_EQ(certificate->not_after, issued->not_after);
  EXPECT_LT(issued->renew_after, issued->not_after);
  EXPECT_THAT(issued->chain_der, ElementsAre(server_.ca().issuing_der()));
  EXPECT_FALSE(issued->replayed);
  EXPECT_EQ(issued->request_id.size(), 16);

  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 1);
  EXPECT_EQ(requests[0].profile(), "server");
  EXPECT_EQ(requests[0].csr_der(), csr_);
  EXPECT_EQ(requests[0].lifetime().seconds(), 7200);
  EXPECT_EQ(requests[0].request_id(), issued->request_id);
  EXPECT_TRUE(clock_.slept().empty());
}

TEST_F(CaClientTest, RetriesWithTheSameRequestIdAndAsTheServerAsked) {
  server_.service().FailNext({kDraining, QueueFull(absl::Seconds(3))});
  const absl::StatusOr<Issued> issued = MakeClient()->Issue(Request());
  ASSERT_TRUE(issued.ok()) << issued.status();
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 3);
  EXPECT_EQ(requests[0].request_id().size(), 16);
  EXPECT_EQ(requests[1].request_id(), requests[0].request_id());
  EXPECT_EQ(requests[2].request_id(), requests[0].request_id());
  EXPECT_THAT(clock_.slept(), ElementsAre(absl::Milliseconds(100), absl::Seconds(3)));
}

TEST_F(CaClientTest, TwoCallsHaveTwoRequestIds) {
  const auto client = MakeClient();
  ASSERT_TRUE(client->Issue(Request()).ok());
  ASSERT_TRUE(client->Issue(Request()).ok());
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 2);
  EXPECT_NE(requests[0].request_id(), requests[1].request_id());
}

TEST_F(CaClientTest, TheCallersRequestIdIsSentAndReplays) {
  const auto client = MakeClient();
  IssueOptions request = Request();
  request.request_id = std::string(16, 'x');
  const absl::StatusOr<Issued> first = client->Issue(request);
  const absl::StatusOr<Issued> second = client->Issue(request);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(server_.service().requests()[0].request_id(), request.request_id);
  EXPECT_EQ(first->certificate_der, second->certificate_der);
  EXPECT_FALSE(first->replayed);
  EXPECT_TRUE(second->replayed);
}

TEST_F(CaClientTest, ARefusalIsNotRetriedAndKeepsReasonAndField) {
  server_.service().FailNext({{grpc::INVALID_ARGUMENT, "DNS:evil.example is not allowed",
                               "SAN_NOT_ALLOWED", "csr.subject_alt_name"}});
  const absl::Status status = MakeClient()->Issue(Request()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kSanNotAllowed);
  EXPECT_EQ(GetField(status), "csr.subject_alt_name");
  EXPECT_EQ(status.message(), "DNS:evil.example is not allowed");
  EXPECT_EQ(server_.service().requests().size(), 1);
}

TEST_F(CaClientTest, GivesUpAfterTheLastAttemptWithTheServersReason) {
  server_.service().FailNext(std::vector<FakeError>(20, kDraining));
  const absl::Status status = MakeClient()->Issue(Request()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetReason(status), Reason::kDraining);
  EXPECT_EQ(status.message(), "after 8 attempts: the server is draining");
  EXPECT_EQ(server_.service().requests().size(), 8);
}

TEST_F(CaClientTest, DoesNotSleepPastTheDeadline) {
  server_.service().FailNext({QueueFull(absl::Seconds(40))});
  const absl::Status status = MakeClient()->Issue(Request()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(GetReason(status), Reason::kQueueFull);
  EXPECT_TRUE(clock_.slept().empty());
}

TEST_F(CaClientTest, ValidateOnlyNeedsNoCertificateInTheAnswer) {
  IssueOptions request = Request();
  request.validate_only = true;
  const absl::StatusOr<Issued> issued = MakeClient()->Issue(request);
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_TRUE(issued->certificate_der.empty());
  EXPECT_TRUE(server_.service().requests()[0].validate_only());
}

TEST_F(CaClientTest, AMissingCertificateIsNoAnswer) {
  ExpectAnswerInvalid(IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
                        certificate->clear_certificate_der();
                      }),
                      "the certificate");
}

TEST_F(CaClientTest, ACertificateForAnotherKeyIsRefused) {
  const std::string other_csr = MakeCsr();
  FakeOrder order;
  order.spki = std::string(*CsrPublicKey(other_csr));
  const auto wrong = server_.ca().Issue(order);
  ExpectAnswerInvalid(
      IssueTampered([&wrong](v1::IssuedCertificate* certificate, auto*) {
        certificate->set_certificate_der(wrong.der);
        certificate->set_serial_number(std::string(wrong.serial.bytes()));
        certificate->mutable_not_before()->set_seconds(absl::ToUnixSeconds(wrong.not_before));
        certificate->mutable_not_after()->set_seconds(absl::ToUnixSeconds(wrong.not_after));
      }),
      "not for the key of the CSR");
}

TEST_F(CaClientTest, ABrokenSignatureIsRefused) {
  ExpectAnswerInvalid(IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
                        certificate->mutable_certificate_der()->back() ^= 1;
                      }),
                      "the chain");
}

TEST_F(CaClientTest, AChainThatDidNotSignItIsRefused) {
  const testing::FakeCa stranger;
  ExpectAnswerInvalid(IssueTampered([&stranger](auto*, std::vector<std::string>* chain) {
                        *chain = {stranger.issuing_der()};
                      }),
                      "the chain");
}

TEST_F(CaClientTest, AWholeAnswerOfAnotherCaOfTheSameNameIsRefused) {
  const testing::FakeCa stranger;
  FakeOrder order;
  order.spki = std::string(*CsrPublicKey(csr_));
  const auto theirs = stranger.Issue(order);
  ExpectAnswerInvalid(
      IssueTampered([&](v1::IssuedCertificate* certificate, std::vector<std::string>* chain) {
        certificate->set_certificate_der(theirs.der);
        certificate->set_serial_number(std::string(theirs.serial.bytes()));
        certificate->mutable_not_before()->set_seconds(absl::ToUnixSeconds(theirs.not_before));
        certificate->mutable_not_after()->set_seconds(absl::ToUnixSeconds(theirs.not_after));
        *chain = {stranger.issuing_der()};
      }),
      "root");
}

TEST_F(CaClientTest, NoChainAndNoRootIsRefused) {
  ExpectAnswerInvalid(IssueTampered([](auto*, std::vector<std::string>* chain) { chain->clear(); }),
                      "no chain");
}

TEST_F(CaClientTest, ASerialOrTimeThatIsNotTheCertificatesIsRefused) {
  ExpectAnswerInvalid(IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
                        certificate->mutable_serial_number()->back() ^= 1;
                      }),
                      "serial number");
  ExpectAnswerInvalid(
      IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
        certificate->mutable_not_after()->set_seconds(certificate->not_after().seconds() + 1);
      }),
      "validity");
  ExpectAnswerInvalid(IssueTampered([](v1::IssuedCertificate* certificate, auto*) {
                        certificate->set_serial_number("\x01");
                      }),
                      "");
}

// The answer to Request(), replaced by a certificate valid between these times.
std::function<void(v1::IssuedCertificate*, std::vector<std::string>*)> WithValidity(
    const testing::FakeCa& ca, const std::string& csr, absl::Time not_before,
    absl::Time not_after) {
  FakeOrder order;
  order.spki = std::string(*CsrPublicKey(csr));
  order.not_before = not_before;
  order.not_after = not_after;
  return [made = ca.Issue(order)](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
    certificate->set_certificate_der(made.der);
    certificate->set_serial_number(std::string(made.serial.bytes()));
    certificate->mutable_not_before()->set_seconds(absl::ToUnixSeconds(made.not_before));
    certificate->mutable_not_after()->set_seconds(absl::ToUnixSeconds(made.not_after));
  };
}

TEST_F(CaClientTest, TimesMustBeSane) {
  const absl::Time now = absl::Now();
  ExpectAnswerInvalid(
      IssueTampered(WithValidity(server_.ca(), csr_, now + absl::Hours(1), now + absl::Hours(2))),
      "not valid yet");
  ExpectAnswerInvalid(
      IssueTampered(WithValidity(server_.ca(), csr_, now - absl::Hours(2), now - absl::Hours(1))),
      "expired");
  // Clocks a little apart are no fault.
  EXPECT_TRUE(
      IssueTampered(WithValidity(server_.ca(), csr_, now + absl::Minutes(2), now + absl::Hours(2)))
          .ok());
}

TEST_F(CaClientTest, AReplayedCertificateThatExpiredSaysSo) {
  const absl::Time now = absl::Now();
  auto expired = WithValidity(server_.ca(), csr_, now - absl::Hours(2), now - absl::Hours(1));
  const absl::Status status =
      IssueTampered([&expired](v1::IssuedCertificate* certificate, std::vector<std::string>* c) {
        expired(certificate, c);
        certificate->set_replayed(true);
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(status), Reason::kRequestIdReused);
}

TEST_F(CaClientTest, BadRequestsNeverLeave) {
  const auto client = MakeClient();
  IssueOptions request = Request();
  request.csr_der = "";
  EXPECT_EQ(GetReason(client->Issue(request).status()), Reason::kCsrMissing);
  request.csr_der = "not DER";
  EXPECT_EQ(GetReason(client->Issue(request).status()), Reason::kCsrMalformed);
  request = Request();
  for (const absl::Duration lifetime :
       {absl::ZeroDuration(), -absl::Seconds(1), absl::Milliseconds(1500)}) {
    request.lifetime = lifetime;
    const absl::Status status = client->Issue(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(GetReason(status), Reason::kLifetimeInvalid);
  }
  EXPECT_TRUE(server_.service().requests().empty());
}

TEST_F(CaClientTest, BatchKeepsTheOrderAndRetriesOnlyWhatMayPass) {
  server_.service().FailNext({kDraining});
  server_.service().FailNextItems({kNoError, kForbidden, QueueFull(absl::Seconds(3))});
  std::vector<IssueOptions> items(3, Request());
  IssueOptions bad = Request();
  bad.csr_der = "not DER";
  items.insert(items.begin(), bad);
  for (size_t i = 1; i < items.size(); ++i) {
    items[i].csr_der = MakeCsr();
  }
  const auto results = MakeClient()->IssueBatch(items);
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 4);
  EXPECT_EQ(GetReason((*results)[0].status()), Reason::kCsrMalformed);
  ASSERT_TRUE((*results)[1].ok()) << (*results)[1].status();
  EXPECT_EQ(x509::ParseCertificate((*results)[1]->certificate_der)->public_key.spki,
            *CsrPublicKey(items[1].csr_der));
  EXPECT_EQ((*results)[2].status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetReason((*results)[2].status()), Reason::kCallerNotAllowed);
  ASSERT_TRUE((*results)[3].ok()) << (*results)[3].status();
  EXPECT_EQ(x509::ParseCertificate((*results)[3]->certificate_der)->public_key.spki,
            *CsrPublicKey(items[3].csr_der));

  // Three items, then the one whose turn the queue had not.
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 4);
  EXPECT_EQ(requests[3].request_id(), requests[2].request_id());
  EXPECT_NE(requests[1].request_id(), requests[2].request_id());
  EXPECT_THAT(clock_.slept(), ElementsAre(absl::Milliseconds(100), absl::Seconds(3)));
}

TEST_F(CaClientTest, ABatchThatNeverGotAnAnswerIsAnError) {
  server_.service().FailNext({kForbidden});
  const absl::Status status = MakeClient()->IssueBatch({Request()}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(GetReason(status), Reason::kCallerNotAllowed);
  EXPECT_EQ(GetReason(MakeClient()->IssueBatch({}).status()), Reason::kRequestEmpty);
}

TEST_F(CaClientTest, ABatchItemForAnotherKeyIsRefusedAlone) {
  // Both items get the certificate of the first.
  v1::IssuedCertificate first;
  server_.service().Tamper([&first](v1::IssuedCertificate* certificate, std::vector<std::string>*) {
    if (first.certificate_der().empty()) {
      first = *certificate;
    }
    *certificate = first;
  });
  std::vector<IssueOptions> items(2, Request());
  items[1].csr_der = MakeCsr();
  const auto results = MakeClient()->IssueBatch(items);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_TRUE((*results)[0].ok());
  ExpectAnswerInvalid((*results)[1].status(), "not for the key");
}

TEST_F(CaClientTest, StreamAnswersWhatWasSent) {
  const auto client = MakeClient();
  const auto stream = client->OpenStream();
  ASSERT_TRUE(stream.ok());
  server_.service().FailNextItems({kNoError, kForbidden});
  for (uint64_t id = 1; id <= 3; ++id) {
    ASSERT_TRUE((*stream)->Send(id, Request()).ok());
  }
  (*stream)->FinishSending();
  for (uint64_t id = 1; id <= 3; ++id) {
    const auto answer = (*stream)->Receive();
    ASSERT_TRUE(answer.ok() && answer->has_value()) << answer.status();
    EXPECT_EQ((**answer).id, id);
    if (id == 2) {
      EXPECT_EQ(GetReason((**answer).result.status()), Reason::kCallerNotAllowed);
    } else {
      ASSERT_TRUE((**answer).result.ok()) << (**answer).result.status();
      EXPECT_THAT((**answer).result->chain_der, ElementsAre(server_.ca().issuing_der()));
    }
  }
  const auto end = (*stream)->Receive();
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_FALSE(end->has_value());
}

TEST_F(CaClientTest, AnIdInFlightIsNotTakenTwice) {
  const auto stream = MakeClient()->OpenStream();
  ASSERT_TRUE((*stream)->Send(1, Request()).ok());
  const absl::Status status = (*stream)->Send(1, Request());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kRequestIdInvalid);
}

TEST_F(CaClientTest, AStreamThatBreaksSaysWhy) {
  const auto stream = MakeClient()->OpenStream();
  ASSERT_TRUE((*stream)->Send(1, Request()).ok());
  ASSERT_TRUE((*stream)->Receive().ok());
  server_.service().FailNext({kDraining});
  (*stream)->FinishSending();
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = (*stream)->Receive().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(GetReason(status), Reason::kDraining);
  }
}

TEST_F(CaClientTest, GetsWhatWasIssued) {
  const auto client = MakeClient();
  const absl::StatusOr<Issued> issued = client->Issue(Request());
  ASSERT_TRUE(issued.ok());
  server_.service().FailNext({kDraining});
  const absl::StatusOr<Recorded> recorded = client->Get(issued->serial);
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_EQ(recorded->issued.certificate_der, issued->certificate_der);
  EXPECT_EQ(recorded->identity, "web.fleet.example");
  EXPECT_EQ(recorded->requester, "spiffe://fleet.example/user/admin");
  EXPECT_EQ(recorded->profile, "server");
}

TEST_F(CaClientTest, GetRefusesAnotherCertificate) {
  const auto client = MakeClient();
  const absl::StatusOr<Issued> first = client->Issue(Request());
  const absl::StatusOr<Issued> second = client->Issue(Request());
  ASSERT_TRUE(first.ok() && second.ok());
  server_.service().Tamper([&second](v1::IssuedCertificate* certificate, auto*) {
    certificate->set_certificate_der(second->certificate_der);
    certificate->set_serial_number(std::string(second->serial.bytes()));
  });
  ExpectAnswerInvalid(client->Get(first->serial).status(), "another certificate");
}

TEST_F(CaClientTest, GetSaysWhenThereIsNone) {
  const auto serial = x509::SerialNumber::Create(absl::Now(), 1, absl::Now());
  const absl::Status status = MakeClient()->Get(*serial).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(GetReason(status), Reason::kNotFound);
}

TEST_F(CaClientTest, GetsTheTrustBundle) {
  const absl::StatusOr<TrustBundle> bundle = MakeClient()->GetTrustBundle();
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  EXPECT_EQ(bundle->trust_domain, "fleet.example");
  EXPECT_THAT(bundle->roots_der, ElementsAre(server_.ca().root_der()));
  EXPECT_EQ(bundle->version.size(), 32);
}

}  // namespace
}  // namespace fleetca::client
