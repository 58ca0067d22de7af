#include "client/ca_client.h"

#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "client/issued.h"
#include "client/testing/ca_client_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "x509/certificate.h"
#include "x509/serial.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using testing::ExpectAnswerInvalid;
using testing::FakeError;
using testing::kDraining;
using testing::kForbidden;
using testing::kNoError;
using testing::MakeCsr;
using testing::QueueFull;

using testing::CaClientTest;

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

TEST_F(CaClientTest, RenewsWithTheKeyThatItShowsAndRetriesAsIssuing) {
  server_.service().FailNext({kDraining, QueueFull(absl::Seconds(3))});
  const auto identity = LoadTlsIdentity(server_.files(), clock_.Now());
  ASSERT_TRUE(identity.ok());
  const absl::StatusOr<Issued> issued = MakeClient()->Renew({.lifetime = absl::Hours(2)});
  ASSERT_TRUE(issued.ok()) << issued.status();
  const auto certificate = x509::ParseCertificate(issued->certificate_der);
  ASSERT_TRUE(certificate.ok());
  EXPECT_EQ(certificate->public_key.spki, identity->public_key);
  EXPECT_THAT(issued->chain_der, ElementsAre(server_.ca().issuing_der()));
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 3);
  for (const auto& request : requests) {
    EXPECT_TRUE(request.has_renewal());
    EXPECT_FALSE(request.has_csr_der());
    EXPECT_EQ(request.request_id(), issued->request_id);
  }
}

TEST_F(CaClientTest, ARekeyIsForTheKeyOfTheCsrAndNoOther) {
  const absl::StatusOr<Issued> issued = MakeClient()->Renew({.csr_der = csr_});
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(x509::ParseCertificate(issued->certificate_der)->public_key.spki, *CsrPublicKey(csr_));
  // An answer with another key than the one that the client has.
  const std::string other =
      server_.ca()
          .Issue({.spki = std::string(*CsrPublicKey(csr_)),
                  .names = {{x509::NameType::kUri, "spiffe://fleet.example/user/admin"}}})
          .der;
  server_.service().Tamper([&other](v1::IssuedCertificate* certificate, auto*) {
    const auto parsed = x509::ParseCertificate(other);
    certificate->set_certificate_der(other);
    certificate->set_serial_number(std::string(parsed->serial));
    certificate->mutable_not_before()->set_seconds(absl::ToUnixSeconds(parsed->not_before));
    certificate->mutable_not_after()->set_seconds(absl::ToUnixSeconds(parsed->not_after));
  });
  ExpectAnswerInvalid(MakeClient()->Renew({}).status(), "not for the key");
}

// A proof is good for one call: an attempt that got no answer may have used it.
TEST_F(CaClientTest, RenewsByANewProofInEachAttempt) {
  server_.service().FailNext({kDraining, kDraining});
  CaClientOptions options = Options();
  options.renew_by_proof = true;
  const absl::StatusOr<std::unique_ptr<CaClient>> client = CaClient::Create(std::move(options));
  ASSERT_TRUE(client.ok()) << client.status();
  const absl::StatusOr<Issued> issued = (*client)->Renew({.csr_der = csr_});
  ASSERT_TRUE(issued.ok()) << issued.status();
  const std::vector<std::string> proofs = server_.service().proofs();
  ASSERT_EQ(proofs.size(), 3u);
  EXPECT_NE(proofs[0], proofs[1]);
  EXPECT_NE(proofs[1], proofs[2]);
  const auto requests = server_.service().requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0].request_id(), requests[2].request_id());
}

TEST_F(CaClientTest, RenewsInBatchesToo) {
  IssueOptions renewal;
  renewal.renewal = true;
  const auto results = MakeClient()->IssueBatch({renewal, Request()});
  ASSERT_TRUE(results.ok()) << results.status();
  for (const absl::StatusOr<Issued>& result : *results) {
    EXPECT_TRUE(result.ok()) << result.status();
  }
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

// The attempts were for waiting, and that came to its end.
TEST_F(CaClientTest, ARefusalAfterWaitingDoesNotCountTheAttempts) {
  std::vector<FakeError> errors(3, kDraining);
  errors.push_back({grpc::INVALID_ARGUMENT, "DNS:evil.example is not allowed", "SAN_NOT_ALLOWED",
                    "csr.subject_alt_name"});
  server_.service().FailNext(errors);
  EXPECT_EQ(MakeClient()->Issue(Request()).status().message(), "DNS:evil.example is not allowed");
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

TEST_F(CaClientTest, GetsWhatWasIssued) {
  const auto client = MakeClient();
  const absl::StatusOr<Issued> issued = client->Issue(Request());
  ASSERT_TRUE(issued.ok());
  server_.service().FailNext({kDraining});
  const absl::StatusOr<Recorded> recorded = client->Get(issued->serial);
  ASSERT_TRUE(recorded.ok()) << recorded.status();
  EXPECT_EQ(recorded->issued.certificate_der, issued->certificate_der);
  EXPECT_EQ(recorded->identity, "spiffe://fleet.example/svc/web");
  EXPECT_EQ(recorded->requester, "spiffe://fleet.example/user/admin");
  EXPECT_EQ(recorded->profile, "server");
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
