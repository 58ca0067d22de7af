// The agent's sockets of a test in a temporary folder, and clients of them.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_SOCKETS_FIXTURE_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_SOCKETS_FIXTURE_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "client/agent/sockets/testing/test_identity.h"
#include "client/agent/sockets/workload_sockets.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "spiffe/workload/workload.grpc.pb.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client::testing {

using X509Reader = std::unique_ptr<grpc::ClientReader<X509SVIDResponse>>;

class SocketsFixture : public ::testing::Test {
 protected:
  ~SocketsFixture() override { sockets_.reset(); }

  std::string Path(const std::string& name = "s") const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  static IdentityOptions Identity(const std::string& name, std::vector<SocketOptions> sockets) {
    IdentityOptions options;
    options.name = name;
    options.sockets = std::move(sockets);
    return options;
  }
  absl::Status Create(const std::vector<IdentityOptions>& identities) {
    FLEETCA_ASSIGN_OR_RETURN(sockets_, WorkloadSockets::Create(identities, held_));
    sockets_->SetPushSpread(absl::ZeroDuration());
    return absl::OkStatus();
  }
  void Start(const std::vector<IdentityOptions>& identities) {
    FLEETCA_ASSERT_OK(Create(identities));
    FLEETCA_ASSERT_OK(sockets_->Start());
  }
  void StartWeb() { Start({Identity("web", {{.path = Path()}})}); }

  // A connection of its own.
  std::shared_ptr<grpc::Channel> Channel(const std::string& name = "s") const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel("unix:" + Path(name), grpc::InsecureChannelCredentials(),
                                     arguments);
  }
  std::unique_ptr<SpiffeWorkloadAPI::Stub> Workload(const std::string& name = "s") const {
    return SpiffeWorkloadAPI::NewStub(Channel(name));
  }
  std::unique_ptr<envoy::service::secret::v3::SecretDiscoveryService::Stub> Sds(
      const std::string& name = "s") const {
    return envoy::service::secret::v3::SecretDiscoveryService::NewStub(Channel(name));
  }
  static void SetUp(grpc::ClientContext* context, int headers = 1) {
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    for (int i = 0; i < headers; ++i) {
      context->AddMetadata("workload.spiffe.io", "true");
    }
  }

  // How a call ends that gets no answer.
  grpc::Status FetchAndFail(const std::string& name = "s", int headers = 1) const {
    const auto stub = Workload(name);
    grpc::ClientContext context;
    SetUp(&context, headers);
    const X509Reader reader = stub->FetchX509SVID(&context, X509SVIDRequest());
    X509SVIDResponse response;
    EXPECT_FALSE(reader->Read(&response));
    return reader->Finish();
  }
  // The SPIFFE ID that the socket hands out, or the code with which it does not.
  std::string Fetched(const std::string& name = "s") const {
    const auto stub = Workload(name);
    grpc::ClientContext context;
    SetUp(&context);
    const X509Reader reader = stub->FetchX509SVID(&context, X509SVIDRequest());
    X509SVIDResponse response;
    if (reader->Read(&response)) {
      context.TryCancel();
      return response.svids(0).spiffe_id();
    }
    return absl::StrCat("code ", static_cast<int>(reader->Finish().error_code()));
  }

  const IdentityMaker maker_;
  // Short, as the path of a socket must be.
  const fleetca::testing::TemporaryFolder folder_{"/tmp"};
  HeldIdentities held_;
  std::unique_ptr<WorkloadSockets> sockets_;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_SOCKETS_FIXTURE_H_
