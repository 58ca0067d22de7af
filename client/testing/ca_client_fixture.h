// A client of a fake server, with a clock that tests own.
#ifndef FLEETCA_CLIENT_TESTING_CA_CLIENT_FIXTURE_H_
#define FLEETCA_CLIENT_TESTING_CA_CLIENT_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>

#include "base/errors.h"
#include "client/ca_client.h"
#include "client/key_and_csr.h"
#include "client/testing/fake_clock.h"
#include "client/testing/fake_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client::testing {

inline FakeError MakeFakeError(grpc::StatusCode code, std::string message, std::string reason) {
  FakeError error;
  error.code = code;
  error.message = std::move(message);
  error.reason = std::move(reason);
  return error;
}

inline FakeError QueueFull(absl::Duration retry_delay) {
  FakeError error = MakeFakeError(grpc::RESOURCE_EXHAUSTED, "the queue is full", "QUEUE_FULL");
  error.retry_delay = retry_delay;
  return error;
}

inline const FakeError kDraining =
    MakeFakeError(grpc::UNAVAILABLE, "the server is draining", "DRAINING");
inline const FakeError kForbidden =
    MakeFakeError(grpc::PERMISSION_DENIED, "you may not", "CALLER_NOT_ALLOWED");
inline const FakeError kNoError = MakeFakeError(grpc::OK, "", "");

inline std::string MakeCsr() {
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

inline void ExpectAnswerInvalid(const absl::Status& status, absl::string_view what) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(GetReason(status), Reason::kAnswerInvalid) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(std::string(what)));
}

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_CA_CLIENT_FIXTURE_H_
