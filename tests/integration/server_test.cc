// Issuing as callers meet it: gRPC over mutual TLS, a store on disk, started and stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "client/issue_stream.h"
#include "google/rpc/error_details.pb.h"
#include "store/rocksdb/rocksdb_store.h"
#include "tests/integration/server_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::Named;
using ::fleetca::testing::ServiceRequest;
using ::fleetca::testing::WireReason;

using ServerTest = ::fleetca::testing::ServerFixture;

TEST_F(ServerTest, IssuesFetchesAndRemembersAcrossARestart) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const client::Issued issued,
      Client()->Issue(
          {.csr_der = MakeCsr(), .profile = "service", .request_id = "0123456789abcdef"}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Recorded before, Client()->Get(issued.serial));
  Restart();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Recorded after, Client()->Get(issued.serial));
  for (const client::Recorded& recorded : {before, after}) {
    EXPECT_EQ(recorded.issued.certificate_der, issued.certificate_der);
    EXPECT_EQ(recorded.identity, "spiffe://fleet.test/svc/web");
    EXPECT_EQ(recorded.requester, "spiffe://fleet.test/operator/admin");
    EXPECT_EQ(recorded.profile, "service");
  }
}

TEST_F(ServerTest, Checklist18_ARetryAfterALostAnswerGivesTheSameCertificate) {
  const std::string csr = MakeCsr();
  const client::IssueOptions options = {
      .csr_der = csr, .profile = "service", .request_id = "0123456789abcdef"};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued first, Client()->Issue(options));
  EXPECT_FALSE(first.replayed);
  Restart();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const client::Issued again, Client()->Issue(options));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.certificate_der, first.certificate_der);
  client::IssueOptions other = options;
  other.csr_der = MakeCsr(Named("spiffe://fleet.test/svc/db"));
  EXPECT_THAT(Client()->Issue(other),
              IsError(absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused));
}

TEST_F(ServerTest, TakesPem) {
  v1::IssueCertificateRequest request;
  request.set_csr_pem("text before\n" + x509::EncodePem(x509::kPemCertificateRequest, MakeCsr()));
  request.set_profile("service");
  v1::IssueCertificateResponse response;
  grpc::ClientContext context;
  const grpc::Status status = NewStub()->IssueCertificate(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.certificate().serial_number().size(), 20u);
  EXPECT_EQ(response.chain_der_size(), 1);
  request.set_csr_pem("no PEM at all");
  grpc::ClientContext second;
  const grpc::Status refused = NewStub()->IssueCertificate(&second, request, &response);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(refused), "CSR_MALFORMED");
}

TEST_F(ServerTest, ABatchKeepsItsOrderAndItsGoodItems) {
  v1::BatchIssueCertificatesRequest request;
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    ids.push_back(absl::StrCat("spiffe://fleet.test/", i % 10 == 7 ? "user/" : "svc/", "n", i));
    *request.add_requests() = ServiceRequest(MakeCsr(Named(ids.back())));
  }
  v1::BatchIssueCertificatesResponse response;
  grpc::ClientContext context;
  const grpc::Status status = NewStub()->BatchIssueCertificates(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.results_size(), 100);
  EXPECT_EQ(response.chain_der_size(), 1);
  for (int i = 0; i < 100; ++i) {
    const v1::BatchIssueResult& result = response.results(i);
    if (i % 10 == 7) {
      EXPECT_EQ(result.error().code(), static_cast<int>(absl::StatusCode::kPermissionDenied));
      EXPECT_EQ(WireReason(result.error()), "CALLER_NOT_ALLOWED");
      continue;
    }
    const auto certificate = x509::ParseCertificate(result.certificate().certificate_der());
    FLEETCA_ASSERT_OK(certificate);
    EXPECT_EQ(certificate->SpiffeId(), ids[i]);
  }
}

TEST_F(ServerTest, ABatchHasBounds) {
  const auto stub = NewStub();
  v1::BatchIssueCertificatesRequest request;
  v1::BatchIssueCertificatesResponse response;
  grpc::ClientContext empty_context;
  const grpc::Status empty = stub->BatchIssueCertificates(&empty_context, request, &response);
  EXPECT_EQ(empty.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(empty), "REQUEST_EMPTY");
  const std::string csr = MakeCsr();
  for (int i = 0; i < 1001; ++i) {
    *request.add_requests() = ServiceRequest(csr);
  }
  grpc::ClientContext large_context;
  const grpc::Status large = stub->BatchIssueCertificates(&large_context, request, &response);
  EXPECT_EQ(large.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(large), "REQUEST_TOO_LARGE");
  // A little over our own limit of 8 MiB: below the one at which gRPC refuses the message.
  request.Clear();
  ServiceRequest("").Swap(request.add_requests());
  request.mutable_requests(0)->set_csr_der(std::string((8 << 20) + (256 << 10), 'x'));
  grpc::ClientContext bytes_context;
  const grpc::Status bytes = stub->BatchIssueCertificates(&bytes_context, request, &response);
  EXPECT_EQ(bytes.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(bytes), "REQUEST_TOO_LARGE");
  request.mutable_requests(0)->set_csr_der(std::string(17 << 20, 'x'));
  grpc::ClientContext refused_context;
  EXPECT_EQ(stub->BatchIssueCertificates(&refused_context, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  // An empty request is an error of its own.
  v1::IssueCertificateResponse issued;
  grpc::ClientContext no_csr_context;
  const grpc::Status no_csr = stub->IssueCertificate(&no_csr_context, ServiceRequest(""), &issued);
  EXPECT_EQ(no_csr.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(WireReason(no_csr), "CSR_MISSING");
}

TEST_F(ServerTest, AStreamAnswersEveryRequestById) {
  const auto client = Client();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<client::IssueStream> stream,
                               client->OpenStream());
  constexpr int kRequests = 1000;  // four times the stream's window
  std::thread sender([&stream] {
    for (int i = 0; i < kRequests; ++i) {
      const std::string id =
          absl::StrCat("spiffe://fleet.test/", i % 100 == 0 ? "user/" : "svc/", "n", i);
      FLEETCA_EXPECT_OK(stream->Send(i, {.csr_der = MakeCsr(Named(id)), .profile = "service"}));
    }
    stream->FinishSending();
  });
  std::set<uint64_t> answered;
  while (true) {
    const auto answer = stream->Receive();
    FLEETCA_ASSERT_OK(answer);
    if (!answer->has_value()) {
      break;
    }
    EXPECT_TRUE(answered.insert((*answer)->id).second) << "answered twice";
    if ((*answer)->id % 100 == 0) {
      EXPECT_THAT((*answer)->result,
                  IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
    } else {
      FLEETCA_EXPECT_OK((*answer)->result);
    }
  }
  sender.join();
  EXPECT_EQ(answered.size(), static_cast<size_t>(kRequests));
}

TEST_F(ServerTest, AStreamThatDoesNotReadItsAnswersStopsItself) {
  Restart([](service::ServerConfig& config) { config.limits.stream_window = 4; });
  const auto stub = NewStub();
  grpc::ClientContext context;
  const auto stream = stub->StreamIssueCertificates(&context);
  v1::StreamIssueCertificatesRequest request;
  *request.mutable_request() = ServiceRequest(MakeCsr());
  for (int i = 0; i < 64; ++i) {
    request.set_id(i);
    ASSERT_TRUE(stream->Write(request));
  }
  stream->WritesDone();
  int answers = 0;
  v1::StreamIssueCertificatesResponse response;
  while (stream->Read(&response)) {
    EXPECT_TRUE(response.has_certificate());
    EXPECT_EQ(response.chain_der_size(), answers == 0 ? 1 : 0) << "the chain comes once";
    ++answers;
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answers, 64);
}

TEST_F(ServerTest, AFullShareOfTheQueueSaysSoAndTellsWhenToRetry) {
  Restart([](service::ServerConfig& config) {
    config.limits.queue_capacity = 8;
    config.limits.worker_threads = 1;
    config.limits.worker_batch = 1;
  });
  v1::BatchIssueCertificatesRequest request;
  const std::string csr = MakeCsr();
  for (int i = 0; i < 500; ++i) {
    *request.add_requests() = ServiceRequest(csr);
  }
  v1::BatchIssueCertificatesResponse response;
  grpc::ClientContext context;
  ASSERT_TRUE(NewStub()->BatchIssueCertificates(&context, request, &response).ok());
  int issued = 0;
  int full = 0;
  for (const v1::BatchIssueResult& result : response.results()) {
    if (result.has_certificate()) {
      ++issued;
      continue;
    }
    ++full;
    EXPECT_EQ(result.error().code(), static_cast<int>(absl::StatusCode::kResourceExhausted));
    EXPECT_EQ(WireReason(result.error()), "CALLER_SHARE_FULL");
    bool has_retry_info = false;
    for (const auto& detail : result.error().details()) {
      google::rpc::RetryInfo retry;
      has_retry_info |= detail.UnpackTo(&retry) &&
                        retry.retry_delay().seconds() * 1e9 + retry.retry_delay().nanos() >= 1e8;
    }
    EXPECT_TRUE(has_retry_info);
  }
  EXPECT_EQ(issued, 4);  // alone, a caller may have half of the places
  EXPECT_EQ(full, 496);
}

TEST_F(ServerTest, ADrainLosesNothingThatWasAccepted) {
  constexpr int kThreads = 4;
  std::atomic<bool> stop{false};
  std::atomic<int> issued{0};
  std::vector<std::string> serials[kThreads];
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t, &stop, &issued, &serials] {
      const auto stub = NewStub();
      const std::string csr = MakeCsr();
      while (!stop) {
        v1::IssueCertificateResponse response;
        grpc::ClientContext context;
        const grpc::Status status =
            stub->IssueCertificate(&context, ServiceRequest(csr), &response);
        if (status.ok()) {
          serials[t].push_back(response.certificate().serial_number());
          ++issued;
        } else {
          // gRPC ends what arrives in the instant of the shutdown with CANCELLED.
          EXPECT_THAT(status.error_code(),
                      ::testing::AnyOf(grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::CANCELLED))
              << status.error_message();
          return;
        }
      }
    });
  }
  while (issued < 50) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  FLEETCA_EXPECT_OK(server_->Drain());
  stop = true;
  for (std::thread& thread : threads) {
    thread.join();
  }
  server_.reset();
  // What was recorded was accepted: each of these must have been answered, and nothing else.
  std::multiset<std::string> answered;
  for (const auto& list : serials) {
    answered.insert(list.begin(), list.end());
  }
  std::multiset<std::string> recorded;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<store::Store> store,
                               store::OpenRocksDbStore(Config().store));
  FLEETCA_ASSERT_OK(store->ForEachByExpiry(absl::UnixEpoch(), absl::Now() + absl::Hours(24 * 365),
                                           [&recorded](const store::CertificateRecord& record) {
                                             recorded.insert(record.serial);
                                             return true;
                                           }));
  EXPECT_EQ(recorded, answered);
}

TEST_F(ServerTest, ADrainEndsAnOpenStreamAfterItsAnswers) {
  const auto stub = NewStub();
  grpc::ClientContext context;
  const auto stream = stub->StreamIssueCertificates(&context);
  v1::StreamIssueCertificatesRequest request;
  *request.mutable_request() = ServiceRequest(MakeCsr());
  request.set_id(7);
  ASSERT_TRUE(stream->Write(request));
  v1::StreamIssueCertificatesResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.id(), 7u);
  FLEETCA_EXPECT_OK(server_->Drain());  // does not wait for a client that never ends its stream
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(WireReason(status), "DRAINING");
  server_.reset();
}

}  // namespace
}  // namespace fleetca
