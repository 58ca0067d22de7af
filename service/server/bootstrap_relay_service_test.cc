#include "service/server/bootstrap_relay_service.h"

#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <grpcpp/test/default_reactor_test_peer.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/call/status_to_rpc.h"
#include "service/call/testing/fake_calls.h"
#include "service/rpc/testing/rpc_fixture.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::EdgeFixture;
using ::fleetca::testing::FakeExecutor;
using ::fleetca::testing::FakeUnaryCall;
using ::fleetca::testing::IsError;
using ::fleetca::testing::Issued;
using ::fleetca::testing::WireReason;

std::vector<TokenIssuerConfig> Issuers() {
  TokenIssuerConfig ci;
  ci.rules = {{"https://ci.test", {}, "/job/{name}"}};
  return {ci};
}

// Whose count of calls a test may set.
class CountedService : public BootstrapRelayService {
 public:
  using BootstrapRelayService::BootstrapRelayService;
  using BootstrapRelayService::calls_;
};

class BootstrapRelayServiceTest : public EdgeFixture {
 protected:
  // One that is not answered here and now ends by Pop.
  std::unique_ptr<FakeUnaryCall> Issue(const internal::v1::IssueCertificateRequest& request) {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->Bind(service_.IssueCertificate(&call->context, &request, &response_));
    return call;
  }
  static internal::v1::IssueCertificateRequest ByJwtFor(const std::string& identity) {
    internal::v1::IssueCertificateRequest request;
    request.mutable_credential()->mutable_jwt()->set_identity(identity);
    request.mutable_request()->set_csr_der("a CSR");
    return request;
  }

  FakeExecutor executor_;
  testing::FakeClock clock_;
  RelayedCallers callers_{"fleet.test", Issuers(), clock_};
  std::vector<absl::Status> heard_;
  std::vector<absl::Status> reported_;
  internal::v1::IssueCertificateResponse response_;
  int overran_ = 0;
  CountedService service_{
      intake_,
      callers_,
      {.settings =
           [] {
             internal::v1::GetSettingsResponse settings;
             settings.set_trust_domain("fleet.test");
             return settings;
           },
       .heard = [this](const absl::Status& listener) { heard_.push_back(listener); },
       .read_files =
           [](const std::vector<std::string>& paths) -> absl::StatusOr<std::vector<SecretBytes>> {
         if (paths != std::vector<std::string>{"tls.crt"}) {
           return FailedPrecondition(Reason::kFileInvalid, "It is none of the settings' files");
         }
         std::vector<SecretBytes> contents;
         contents.push_back(SecretBytes("a certificate"));
         return contents;
       },
       .started = [this](const absl::Status& status) { reported_.push_back(status); },
       .overran = [this] { ++overran_; }}};
};

TEST_F(BootstrapRelayServiceTest, TellsTheSettingsAndHearsOfTheListener) {
  internal::v1::GetSettingsRequest request;
  for (const bool says : {false, true}) {
    grpc::CallbackServerContext context;
    grpc::testing::DefaultReactorTestPeer peer(&context);
    if (says) {
      *request.mutable_listener() =
          ToRpcStatus(Unavailable(Reason::kInternal, "It has no descriptors"));
    }
    internal::v1::GetSettingsResponse settings;
    EXPECT_EQ(service_.GetSettings(&context, &request, &settings), peer.reactor());
    ASSERT_TRUE(peer.test_status_set());
    EXPECT_TRUE(peer.test_status().ok());
    EXPECT_EQ(settings.trust_domain(), "fleet.test");
  }
  ASSERT_EQ(heard_.size(), 1u) << "the first one says nothing";
  EXPECT_EQ(heard_[0].message(), "It has no descriptors");
}

TEST_F(BootstrapRelayServiceTest, ReadsTheFilesThatItIsGivenAndNoOthers) {
  for (const bool known : {true, false}) {
    FakeUnaryCall call(executor_);
    internal::v1::ReadFilesRequest request;
    request.add_paths(known ? "tls.crt" : "issuing-ca.key");
    internal::v1::ReadFilesResponse response;
    call.Bind(service_.ReadFiles(&call.context, &request, &response));
    EXPECT_TRUE(call.WaitUntilDone().ok());
    const absl::Status status = FromRpcStatus(response.status());
    EXPECT_EQ(status.ok(), known) << status;
    EXPECT_EQ(response.contents_size(), known ? 1 : 0);
  }
}

// Until gRPC has forgotten a call, the contents are in memory.
TEST_F(BootstrapRelayServiceTest, ReadsFilesForOneCallAtATime) {
  internal::v1::ReadFilesRequest request;
  request.add_paths("tls.crt");
  internal::v1::ReadFilesResponse first, second, third;
  FakeUnaryCall calls[] = {FakeUnaryCall(executor_), FakeUnaryCall(executor_),
                           FakeUnaryCall(executor_)};
  grpc::ServerUnaryReactor* const reactor = service_.ReadFiles(&calls[0].context, &request, &first);
  calls[1].Bind(service_.ReadFiles(&calls[1].context, &request, &second));
  EXPECT_EQ(calls[1].WaitUntilDone().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(second.contents_size(), 0);
  calls[0].Bind(reactor);
  EXPECT_TRUE(calls[0].WaitUntilDone().ok());
  calls[2].Bind(service_.ReadFiles(&calls[2].context, &request, &third));
  EXPECT_TRUE(calls[2].WaitUntilDone().ok());
  EXPECT_EQ(third.contents_size(), 1);
}

// What the process says of itself is kept and logged.
TEST_F(BootstrapRelayServiceTest, CutsWhatItHears) {
  grpc::CallbackServerContext context;
  grpc::testing::DefaultReactorTestPeer peer(&context);
  internal::v1::GetSettingsRequest request;
  *request.mutable_listener() =
      ToRpcStatus(Unavailable(Reason::kInternal, std::string(50'000, 'x')));
  internal::v1::GetSettingsResponse settings;
  service_.GetSettings(&context, &request, &settings);
  ASSERT_EQ(heard_.size(), 1u);
  EXPECT_EQ(heard_[0].code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(heard_[0].message(), std::string(1024, 'x'));
}

TEST_F(BootstrapRelayServiceTest, TooManyCallsAreRefusedAndMoreEndTheProcess) {
  for (const int calls : {kMaxCallsOfProcess, kMaxCallsOfProcess + 1, kCallsThatEndProcess}) {
    service_.calls_ = calls;
    const bool admitted = calls <= kMaxCallsOfProcess;
    internal::v1::ReadFilesRequest files;
    files.add_paths("tls.crt");
    internal::v1::ReadFilesResponse contents;
    FakeUnaryCall call(executor_);
    call.Bind(service_.ReadFiles(&call.context, &files, &contents));
    EXPECT_EQ(call.WaitUntilDone().ok(), admitted);
    EXPECT_EQ(contents.contents_size(), admitted ? 1 : 0);
    {
      grpc::CallbackServerContext context;
      grpc::testing::DefaultReactorTestPeer peer(&context);
      const internal::v1::GetSettingsRequest request;
      internal::v1::GetSettingsResponse settings;
      service_.GetSettings(&context, &request, &settings);
      EXPECT_EQ(peer.test_status().ok(), admitted);
      EXPECT_EQ(settings.trust_domain().empty(), !admitted);
    }
    {
      grpc::CallbackServerContext context;
      grpc::testing::DefaultReactorTestPeer peer(&context);
      const internal::v1::ReportStartRequest request;
      internal::v1::ReportStartResponse response;
      service_.ReportStart(&context, &request, &response);
      EXPECT_EQ(peer.test_status().ok(), admitted);
      EXPECT_EQ(reported_.size(), 1u) << "only of the first round";
    }
    const auto request = ByJwtFor("spiffe://fleet.test/operator/admin");
    EXPECT_EQ(
        Issue(request)->WaitUntilDone().error_code(),
        admitted ? grpc::StatusCode::PERMISSION_DENIED : grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(overran_, calls == kCallsThatEndProcess ? 4 : 0);
  }
}

// Over the wire, where gRPC counts.
TEST_F(BootstrapRelayServiceTest, ACallCountsUntilItIsForgotten) {
  grpc::ServerBuilder builder;
  builder.RegisterService(&service_);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  int ends[2] = {-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
  grpc::AddInsecureChannelFromFd(server.get(), ends[0]);
  const auto stub = internal::v1::BootstrapRelayService::NewStub(
      grpc::CreateInsecureChannelFromFd("issuing-process", ends[1]));
  std::thread asking([&] {
    internal::v1::IssueCertificateResponse response;
    grpc::ClientContext context;
    EXPECT_TRUE(
        stub->IssueCertificate(&context, ByJwtFor("spiffe://fleet.test/job/build"), &response)
            .ok());
  });
  Issuance& issuance = Pop();
  EXPECT_EQ(service_.calls_, 1);
  issuance.Answer(Issued("certificate"));
  asking.join();
  internal::v1::GetSettingsResponse settings;
  grpc::ClientContext context;
  EXPECT_TRUE(stub->GetSettings(&context, {}, &settings).ok());
  server->Shutdown();
  server->Wait();
  EXPECT_EQ(service_.calls_, 0);
}

TEST_F(BootstrapRelayServiceTest, HearsHowTheStartWentWithItsReason) {
  for (const absl::Status& outcome :
       {absl::OkStatus(), FailedPrecondition(Reason::kFileInvalid, "No such key")}) {
    grpc::CallbackServerContext context;
    grpc::testing::DefaultReactorTestPeer peer(&context);
    internal::v1::ReportStartRequest request;
    *request.mutable_status() = ToRpcStatus(outcome);
    internal::v1::ReportStartResponse response;
    service_.ReportStart(&context, &request, &response);
    ASSERT_TRUE(peer.test_status_set());
    EXPECT_TRUE(peer.test_status().ok());
  }
  ASSERT_EQ(reported_.size(), 2u);
  FLEETCA_EXPECT_OK(reported_[0]);
  EXPECT_THAT(reported_[1], IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_EQ(reported_[1].message(), "No such key");
}

TEST_F(BootstrapRelayServiceTest, ARequestIsQueuedForWhomTheCredentialSpeaks) {
  const auto request = ByJwtFor("spiffe://fleet.test/job/build");
  const auto call = Issue(request);
  Issuance& issuance = Pop();
  EXPECT_EQ(IdentityOf(*issuance.caller), "spiffe://fleet.test/job/build");
  EXPECT_EQ(AttestationOf(*issuance.caller), x509::Attestation::kJwt);
  EXPECT_EQ(issuance.request.csr_der, "a CSR");
  issuance.Answer(Issued("certificate"));
  EXPECT_TRUE(call->WaitUntilDone().ok());
  EXPECT_EQ(response_.response().certificate().certificate_der(), "certificate");
}

TEST_F(BootstrapRelayServiceTest, WhatNoTokenCouldHaveBroughtIsRefused) {
  for (const char* identity :
       {"", "spiffe://fleet.test/operator/admin", "spiffe://other.test/job/build"}) {
    const auto request = ByJwtFor(identity);
    EXPECT_EQ(WireReason(Issue(request)->WaitUntilDone()), "CALLER_NOT_ALLOWED") << identity;
  }
  EXPECT_EQ(queue_.size(), 0u);
}

TEST_F(BootstrapRelayServiceTest, ARenewalNeedsAProof) {
  internal::v1::RenewCertificateRequest request;
  internal::v1::RenewCertificateResponse response;
  const auto renew = [&] {
    auto call = std::make_unique<FakeUnaryCall>(executor_);
    call->Bind(service_.RenewCertificate(&call->context, &request, &response));
    return WireReason(call->WaitUntilDone());
  };
  EXPECT_EQ(renew(), "CALLER_UNKNOWN");
  request.mutable_request()->set_proof("a proof");
  EXPECT_EQ(renew(), "RENEWAL_PROOF_INVALID") << "nobody judges them here";
  request.mutable_request()->set_csr_der(std::string(20'000, 'x'));
  EXPECT_EQ(renew(), "REQUEST_TOO_LARGE");
  EXPECT_EQ(queue_.size(), 0u);
}

TEST_F(BootstrapRelayServiceTest, TooLargeARequestIsRefused) {
  auto request = ByJwtFor("spiffe://fleet.test/job/build");
  request.mutable_request()->set_csr_der(std::string(20'000, 'x'));
  EXPECT_EQ(WireReason(Issue(request)->WaitUntilDone()), "REQUEST_TOO_LARGE");
}

}  // namespace
}  // namespace fleetca::service
