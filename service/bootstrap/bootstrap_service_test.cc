#include "service/bootstrap/bootstrap_service.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/bearer_token_limit.h"
#include "base/clock.h"
#include "base/errors.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "service/bootstrap/testing/fake_issuing_process.h"
#include "service/caller/bearer_token.h"

namespace fleetca::service {
namespace {

using internal::v1::IssueCertificateRequest;
using internal::v1::IssueCertificateResponse;
using internal::v1::RenewCertificateRequest;
using internal::v1::RenewCertificateResponse;

constexpr size_t kMaxMessageBytes = 1000;

std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  return details.ParseFromString(status.error_details()) && details.details_size() > 0 &&
                 details.details(0).UnpackTo(&info)
             ? info.reason()
             : "";
}

// The service behind a server without a port.
class BootstrapServiceTest : public ::testing::Test {
 protected:
  BootstrapServiceTest() {
    v1::GetTrustBundleResponse bundle;
    bundle.set_version("1");
    service_ = std::make_unique<BootstrapService>(issuing_process_.stub(), tokens_,
                                                  kMaxMessageBytes, bundle);
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::CertificateAuthorityService::NewStub(
        server_->InProcessChannel(grpc::ChannelArguments()));
  }
  ~BootstrapServiceTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  grpc::Status Issue(const v1::IssueCertificateRequest& request,
                     v1::IssueCertificateResponse* response, const std::string& token = "fjt_x",
                     std::chrono::milliseconds patience = std::chrono::seconds(30)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    if (!token.empty()) {
      context.AddMetadata("authorization", "Bearer " + token);
    }
    return stub_->IssueCertificate(&context, request, response);
  }
  grpc::Status Issue(const std::string& token = "fjt_x") {
    v1::IssueCertificateResponse response;
    return Issue({}, &response, token);
  }

  // Of `size` bytes on the wire.
  static v1::IssueCertificateRequest RequestOf(size_t size) {
    v1::IssueCertificateRequest request;
    request.set_csr_der(std::string(size, 'x'));
    request.mutable_csr_der()->resize(2 * size - request.ByteSizeLong());
    EXPECT_EQ(request.ByteSizeLong(), size);
    return request;
  }

  testing::FakeIssuingProcess issuing_process_;
  BearerReader tokens_{nullptr, Clock::System()};
  std::unique_ptr<BootstrapService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::CertificateAuthorityService::Stub> stub_;
};

TEST_F(BootstrapServiceTest, RequestAndTokenGoAcrossAndTheAnswerComesBack) {
  IssueCertificateRequest asked;
  issuing_process_.SetIssue([&asked](grpc::ServerContext& context,
                                     const IssueCertificateRequest& request,
                                     IssueCertificateResponse* response) {
    asked = request;
    EXPECT_LT(context.deadline(), std::chrono::system_clock::now() + std::chrono::seconds(31));
    response->mutable_response()->add_chain_der("chain");
    return grpc::Status::OK;
  });
  v1::IssueCertificateRequest request;
  request.set_csr_der("csr");
  request.set_request_id("id");
  v1::IssueCertificateResponse response;
  ASSERT_TRUE(Issue(request, &response, "fjt_secret").ok());
  EXPECT_EQ(asked.request().SerializeAsString(), request.SerializeAsString());
  EXPECT_EQ(asked.credential().join_token_hash(), HashJoinToken("fjt_secret"));
  ASSERT_EQ(response.chain_der_size(), 1);
  EXPECT_EQ(response.chain_der(0), "chain");
}

TEST_F(BootstrapServiceTest, ARefusalIsPassedOnWithItsDetails) {
  issuing_process_.SetIssue(
      [](grpc::ServerContext&, const IssueCertificateRequest&, IssueCertificateResponse*) {
        return ToGrpcStatus(InvalidArgument(Reason::kKeyWeak, "csr_der", "The key is weak"));
      });
  const grpc::Status status = Issue();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(absl::StrContains(status.error_message(), "The key is weak"));
  EXPECT_EQ(ReasonOf(status), "KEY_WEAK");
}

TEST_F(BootstrapServiceTest, NothingGoesAcrossWithoutAToken) {
  std::atomic<int> asked = 0;
  issuing_process_.SetIssue(
      [&asked](grpc::ServerContext&, const IssueCertificateRequest&, IssueCertificateResponse*) {
        ++asked;
        return grpc::Status::OK;
      });
  EXPECT_EQ(Issue("").error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(asked, 0);
}

TEST_F(BootstrapServiceTest, ARenewalGoesAcrossWithItsProofAndWithoutAToken) {
  RenewCertificateRequest asked;
  std::atomic<int> times = 0;
  issuing_process_.SetRenew(
      [&](const RenewCertificateRequest& request, RenewCertificateResponse* response) {
        ++times;
        asked = request;
        response->mutable_response()->add_chain_der("chain");
        return grpc::Status::OK;
      });
  const auto renew = [this](const v1::RenewCertificateRequest& request,
                            v1::RenewCertificateResponse* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return stub_->RenewCertificate(&context, request, response);
  };
  v1::RenewCertificateRequest request;
  v1::RenewCertificateResponse response;
  request.set_request_id("id");
  EXPECT_EQ(ReasonOf(renew(request, &response)), "CALLER_UNKNOWN") << "without a proof";
  request.set_proof(std::string(kMaxBearerTokenBytes + 1, 'p'));
  EXPECT_FALSE(renew(request, &response).ok());
  EXPECT_EQ(times, 0);
  // What it says is for the issuing process to judge.
  request.set_proof("no proof");
  ASSERT_TRUE(renew(request, &response).ok());
  EXPECT_EQ(asked.request().SerializeAsString(), request.SerializeAsString());
  ASSERT_EQ(response.chain_der_size(), 1);
  EXPECT_EQ(response.chain_der(0), "chain");
}

TEST_F(BootstrapServiceTest, Checklist43_AMessageOfTheLimitAndOneOctetMore) {
  v1::IssueCertificateResponse response;
  EXPECT_TRUE(Issue(RequestOf(kMaxMessageBytes), &response).ok());
  const grpc::Status more = Issue(RequestOf(kMaxMessageBytes + 1), &response);
  EXPECT_EQ(more.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(more), "REQUEST_TOO_LARGE");
}

TEST_F(BootstrapServiceTest, AnIssuingProcessThatIsGoneIsToldWithoutSockets) {
  issuing_process_.Stop();
  const grpc::Status status = Issue();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "DRAINING");
  EXPECT_TRUE(absl::StrContains(status.error_message(), "retry in a second"));
}

TEST_F(BootstrapServiceTest, SoManyAreAskedAtOnceAndNoMore) {
  absl::Notification go_on;
  std::atomic<int> waiting = 0;
  issuing_process_.SetIssue(
      [&](grpc::ServerContext&, const IssueCertificateRequest&, IssueCertificateResponse*) {
        ++waiting;
        go_on.WaitForNotification();
        return grpc::Status::OK;
      });
  struct Call {
    grpc::ClientContext context;
    v1::IssueCertificateRequest request;
    v1::IssueCertificateResponse response;
    grpc::Status status;
    absl::Notification done;
  };
  std::vector<std::unique_ptr<Call>> calls;
  for (int i = 0; i < kMaxRelayed; ++i) {
    Call& call = *calls.emplace_back(std::make_unique<Call>());
    call.context.AddMetadata("authorization", "Bearer fjt_x");
    stub_->async()->IssueCertificate(&call.context, &call.request, &call.response,
                                     [&call](grpc::Status status) {
                                       call.status = status;
                                       call.done.Notify();
                                     });
  }
  // Nothing else is asked before all places are taken: one more call would take the place of one of
  // these.
  const absl::Time end = absl::Now() + absl::Seconds(60);
  while (waiting < kMaxRelayed && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  ASSERT_EQ(waiting, kMaxRelayed);
  v1::IssueCertificateResponse response;
  const grpc::Status refused = Issue({}, &response, "fjt_x");
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refused), "QUEUE_FULL");
  go_on.Notify();
  for (const std::unique_ptr<Call>& call : calls) {
    call->done.WaitForNotification();
    EXPECT_TRUE(call->status.ok()) << call->status.error_message();
  }
  // The places are free again.
  EXPECT_TRUE(Issue().ok());
}

TEST_F(BootstrapServiceTest, AStrangerWhoGoesTakesHisQuestionAlong) {
  absl::Notification asked;
  absl::Notification given_up;
  issuing_process_.SetIssue(
      [&](grpc::ServerContext& context, const IssueCertificateRequest&, IssueCertificateResponse*) {
        asked.Notify();
        const absl::Time end = absl::Now() + absl::Seconds(30);
        while (!context.IsCancelled() && absl::Now() < end) {
          absl::SleepFor(absl::Milliseconds(5));
        }
        EXPECT_TRUE(context.IsCancelled());
        given_up.Notify();
        return grpc::Status::CANCELLED;
      });
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer fjt_x");
  std::thread stranger([&] {
    v1::IssueCertificateResponse response;
    EXPECT_EQ(stub_->IssueCertificate(&context, {}, &response).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  asked.WaitForNotification();
  context.TryCancel();
  given_up.WaitForNotification();
  stranger.join();
}

TEST_F(BootstrapServiceTest, TheBundleIsTheOneThatWasSetLast) {
  const auto version = [this] {
    grpc::ClientContext context;
    v1::GetTrustBundleResponse bundle;
    EXPECT_TRUE(stub_->GetTrustBundle(&context, {}, &bundle).ok());
    return bundle.version();
  };
  EXPECT_EQ(version(), "1");
  v1::GetTrustBundleResponse next;
  next.set_version("2");
  service_->SetTrustBundle(next);
  EXPECT_EQ(version(), "2");
}

}  // namespace
}  // namespace fleetca::service
