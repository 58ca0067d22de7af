// A TLS session outlives the certificate it began with, and forgets the intermediates.
#include <grpc/grpc_security.h>
#include <grpc/grpc_security_constants.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/authz/grpc/testing/authz_fixture.h"
#include "gtest/gtest.h"
#include "x509/certificate_pool.h"

namespace fleetca::client {
namespace {

using testing::SeenCaller;
using testing::TestIdentity;

class SessionResumptionTest : public testing::AuthzFixture {
 protected:
  ~SessionResumptionTest() override { grpc_ssl_session_cache_destroy(sessions_); }

  // A new connection, which takes up the session of the last one.
  std::unique_ptr<Stub> ConnectAgain(const TestIdentity& identity) {
    const grpc_arg arg = grpc_ssl_session_cache_create_channel_arg(sessions_);
    grpc::ChannelArguments arguments;
    arguments.SetPointerWithVtable(arg.key, arg.value.pointer.p, arg.value.pointer.vtable);
    return Connect(&identity, arguments);
  }

  // A call, and whether its connection took up a session.
  static std::pair<grpc::Status, bool> Call(Stub& stub) {
    grpc::ClientContext context;
    SeenCaller seen;
    const grpc::Status status = stub.Write(&context, {}, &seen);
    const auto reused =
        context.auth_context()->FindPropertyValues(GRPC_SSL_SESSION_REUSED_PROPERTY);
    return {status, reused.size() == 1 && reused[0] == "true"};
  }

  void OthersCall(int callers) {
    for (int i = 0; i < callers; ++i) {
      EXPECT_TRUE(Write(*ConnectAs(Leaf({"writer"}))).ok());
    }
  }

  grpc_ssl_session_cache* const sessions_ = grpc_ssl_session_cache_create_lru(8);
};

TEST_F(SessionResumptionTest, ASessionDoesNotOutliveTheCertificate) {
  Start(Options());
  const TestIdentity identity = fleet_->Issue(Leaf({"writer"}));
  const auto [first, first_reused] = Call(*ConnectAgain(identity));
  EXPECT_TRUE(first.ok()) << first.error_message();
  EXPECT_FALSE(first_reused);
  const auto [second, second_reused] = Call(*ConnectAgain(identity));
  EXPECT_TRUE(second.ok()) << second.error_message();
  ASSERT_TRUE(second_reused);

  clock_.Advance(absl::Hours(1) + absl::Seconds(1));
  const auto [third, third_reused] = Call(*ConnectAgain(identity));
  EXPECT_TRUE(third_reused);
  EXPECT_EQ(third.error_code(), grpc::StatusCode::UNAUTHENTICATED) << third.error_message();
}

// The session's ticket has the leaf alone. Who is not remembered is verified with the issuing CAs
// that the server knows.
TEST_F(SessionResumptionTest, TheServersIntermediatesStandInForTheCallers) {
  for (const bool known : {true, false}) {
    AuthzOptions options = Options();
    options.max_cached_peers = 1;
    if (known) {
      options.verifier.intermediates = x509::CertificatePool::OfCas({fleet_->issuing.certificate});
    }
    Start(std::move(options));
    const TestIdentity identity = fleet_->Issue(Leaf({"writer"}));
    EXPECT_TRUE(Call(*ConnectAgain(identity)).first.ok());
    OthersCall(1);
    const auto [status, reused] = Call(*ConnectAgain(identity));
    ASSERT_TRUE(reused) << known;
    EXPECT_EQ(status.error_code(), known ? grpc::StatusCode::OK : grpc::StatusCode::UNAUTHENTICATED)
        << status.error_message();
  }
}

}  // namespace
}  // namespace fleetca::client
