// A gRPC server with an AuthzProcessor and its callers, in one process, over real TLS.
#ifndef FLEETCA_CLIENT_AUTHZ_GRPC_TESTING_AUTHZ_FIXTURE_H_
#define FLEETCA_CLIENT_AUTHZ_GRPC_TESTING_AUTHZ_FIXTURE_H_

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/authz/grpc/authz_processor.h"
#include "client/authz/grpc/caller_test_service.grpc.pb.h"
#include "client/authz/grpc/testing/test_fleet.h"
#include "tests/testing/fake_clock.h"

namespace fleetca::client::testing {

// gRPC does not verify the callers' certificates here, so that their time is the fake clock's and
// all that is refused is refused by us.
class AuthzFixture : public ::testing::Test {
 protected:
  using Stub = CallerTestService::Stub;

  static void SetUpTestSuite();
  ~AuthzFixture() override;

  // "svc/orders", Read for reader and writer, Write for writer, Follow for any identity.
  AuthzOptions Options() const;
  void Start(AuthzOptions options);

  // A certificate of spiffe://fleet.example/svc/web that grants these, by revision 7.
  static TestLeaf Leaf(std::vector<std::string> roles);
  // A connection of its own; null is a caller without a certificate.
  std::unique_ptr<Stub> Connect(const TestIdentity* identity,
                                grpc::ChannelArguments arguments = {});
  std::unique_ptr<Stub> ConnectAs(const TestLeaf& leaf) {
    const TestIdentity identity = fleet_->Issue(leaf);
    return Connect(&identity);
  }
  static grpc::Status Read(Stub& stub, SeenCaller* seen = nullptr);
  static grpc::Status Write(Stub& stub);
  // On a connection of its own.
  grpc::Status CallUnknownMethod(const TestIdentity& identity);

  inline static const TestFleet* fleet_;
  fleetca::testing::FakeClock clock_{x509::kTestNow};
  std::shared_ptr<AuthzProcessor> authz_;

 private:
  class Service;
  std::shared_ptr<grpc::Channel> Channel(const TestIdentity* identity,
                                         grpc::ChannelArguments arguments);

  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AUTHZ_GRPC_TESTING_AUTHZ_FIXTURE_H_
