#include "client/authz/grpc/authz_processor.h"

#include <string>
#include <utility>

#include "base/errors.h"
#include "base/time_since_boot.h"
#include "client/authz/grpc/testing/authz_fixture.h"
#include "client/authz/revocations.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::SeenCaller;
using testing::TestIdentity;
using testing::TestLeaf;

MATCHER_P2(IsRefused, code, sentence, "") {
  *result_listener << "which is " << arg.error_code() << " \"" << arg.error_message() << "\"";
  return arg.error_code() == code && arg.error_message().find(sentence) != std::string::npos;
}

auto IsUnauthenticated(const char* sentence) {
  return IsRefused(grpc::StatusCode::UNAUTHENTICATED, sentence);
}
auto IsDenied(const char* sentence) {
  return IsRefused(grpc::StatusCode::PERMISSION_DENIED, sentence);
}

#define EXPECT_GRPC_OK(call)                            \
  if (const grpc::Status status = (call); true) {       \
    EXPECT_TRUE(status.ok()) << status.error_message(); \
  }

class AuthzProcessorTest : public testing::AuthzFixture {};

TEST_F(AuthzProcessorTest, ARoleOpensItsMethodsAndTheHandlerSeesTheGrants) {
  Start(Options());
  const auto reader = ConnectAs(Leaf({"reader"}));
  SeenCaller seen;
  EXPECT_GRPC_OK(Read(*reader, &seen));
  EXPECT_EQ(seen.identity(), "spiffe://fleet.example/svc/web");
  EXPECT_THAT(seen.roles(), ElementsAre("reader"));
  EXPECT_EQ(seen.region(), "eu-1");
  EXPECT_THAT(Write(*reader), IsDenied("none of its roles"));

  const auto writer = ConnectAs(Leaf({"audit", "writer"}));
  EXPECT_GRPC_OK(Write(*writer));
  EXPECT_GRPC_OK(Read(*writer, &seen));
  EXPECT_THAT(seen.roles(), ElementsAre("audit", "writer"));
}

TEST_F(AuthzProcessorTest, WithoutTheExtensionThereAreNoRoles) {
  Start(Options());
  TestLeaf leaf = Leaf({});
  leaf.authz.reset();
  const auto caller = ConnectAs(leaf);
  EXPECT_THAT(Read(*caller), IsDenied("grants no roles"));

  grpc::ClientContext context;
  const auto stream = caller->Follow(&context);
  SeenCaller seen;
  ASSERT_TRUE(stream->Write({}) && stream->Read(&seen)) << "any identity may";
  EXPECT_EQ(seen.identity(), "spiffe://fleet.example/svc/web");
  EXPECT_THAT(seen.roles(), IsEmpty());
  stream->WritesDone();
  EXPECT_GRPC_OK(stream->Finish());
}

TEST_F(AuthzProcessorTest, RolesForAnotherAudienceDoNotCount) {
  Start(Options());
  TestLeaf leaf = Leaf({"writer"});
  leaf.authz->audience = {{"svc/billing"}};
  EXPECT_THAT(Write(*ConnectAs(leaf)), IsDenied("for other services"));
}

TEST_F(AuthzProcessorTest, RefusesACallerWithoutACertificate) {
  Start(Options());
  EXPECT_THAT(Read(*Connect(nullptr)), IsUnauthenticated("no client certificate"));
}

TEST_F(AuthzProcessorTest, RefusesACertificateOfAnotherFleet) {
  Start(Options());
  const testing::TestFleet other;
  const TestIdentity identity = other.Issue(Leaf({"writer"}));
  EXPECT_THAT(Write(*Connect(&identity)), IsUnauthenticated("no valid chain"));
}

TEST_F(AuthzProcessorTest, RefusesTwoIdentities) {
  Start(Options());
  TestLeaf leaf = Leaf({"writer"});
  leaf.uris.push_back("spiffe://fleet.example/svc/admin");
  EXPECT_THAT(Write(*ConnectAs(leaf)), IsUnauthenticated("2 URI names"));
}

TEST_F(AuthzProcessorTest, AnOpenConnectionExpires) {
  Start(Options());
  const auto caller = ConnectAs(Leaf({"writer"}));
  clock_.Advance(absl::Hours(1));
  EXPECT_GRPC_OK(Write(*caller));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Write(*caller), IsUnauthenticated("renew it"));
}

TEST_F(AuthzProcessorTest, ALongStreamCanAskAgain) {
  Start(Options());
  const auto caller = ConnectAs(Leaf({"writer"}));
  grpc::ClientContext context;
  const auto stream = caller->Follow(&context);
  SeenCaller seen;
  ASSERT_TRUE(stream->Write({}) && stream->Read(&seen));
  EXPECT_THAT(seen.roles(), ElementsAre("writer"));
  authz_->SetMinimumPolicyRevision(8);
  ASSERT_TRUE(stream->Write({}) && stream->Read(&seen));
  EXPECT_THAT(seen.roles(), IsEmpty());
  clock_.Advance(absl::Hours(2));
  stream->Write({});
  EXPECT_FALSE(stream->Read(&seen));
  EXPECT_THAT(stream->Finish(), IsUnauthenticated("from the handler"));
}

TEST_F(AuthzProcessorTest, Checklist59_ARevokedCallerIsRefusedOnTheConnectionThatItHas) {
  const auto revocations = *Revocations::Create({});
  AuthzOptions options = Options();
  options.verifier.revocations = revocations;
  Start(std::move(options));
  const TestIdentity identity = fleet_->Issue(Leaf({"writer"}));
  const auto caller = Connect(&identity);
  EXPECT_THAT(Write(*caller), IsRefused(grpc::StatusCode::UNAVAILABLE,
                                        "retry in a few seconds (fleetca: REVOCATIONS_UNKNOWN)"));
  revocations->SetCurrent(x509::kTestNow, TimeSinceBoot());
  EXPECT_GRPC_OK(Write(*caller));
  grpc::ClientContext context;
  const auto stream = caller->Follow(&context);
  SeenCaller seen;
  ASSERT_TRUE(stream->Write({}) && stream->Read(&seen));

  const auto ders = x509::DecodePem(x509::kPemCertificate, identity.certificate_pem);
  const auto leaf = x509::ParseCertificate(ders->front());
  revocations->Add(leaf->serial, {x509::kTestNow, 1});
  EXPECT_THAT(Write(*caller), IsDenied("(fleetca: CERTIFICATE_REVOKED)"));
  // A handler that asks again hears it as well.
  stream->Write({});
  EXPECT_FALSE(stream->Read(&seen));
  EXPECT_FALSE(stream->Finish().ok());
  // Others go on.
  EXPECT_GRPC_OK(Write(*ConnectAs(Leaf({"writer"}))));
}

TEST_F(AuthzProcessorTest, AnOpenConnectionLosesRolesOfAnOldPolicy) {
  Start(Options());
  const auto caller = ConnectAs(Leaf({"writer"}));
  authz_->SetMinimumPolicyRevision(7);
  EXPECT_GRPC_OK(Write(*caller));
  authz_->SetMinimumPolicyRevision(8);
  EXPECT_THAT(Write(*caller), IsDenied("outdated policy"));
}

// Whether or not the server has it.
TEST_F(AuthzProcessorTest, DeniesAMethodThatIsNotListed) {
  AuthzOptions options = Options();
  const absl::string_view only_read =
      "methods { method: \"/fleetca.client.testing.CallerTestService/Read\" roles: \"writer\" }";
  options.methods = *MethodRoles::Parse(only_read, "roles.textproto");
  Start(std::move(options));
  const TestIdentity identity = fleet_->Issue(Leaf({"writer"}));
  const auto caller = Connect(&identity);
  EXPECT_GRPC_OK(Read(*caller));
  EXPECT_THAT(Write(*caller), IsDenied("none of its roles"));
  EXPECT_EQ(CallUnknownMethod(identity).error_message(), Write(*caller).error_message());
  EXPECT_THAT(CallUnknownMethod(identity), IsDenied("none of its roles"));
}

// What a proxy would add, and anyone can.
TEST_F(AuthzProcessorTest, IgnoresForwardedIdentities) {
  Start(Options());
  const std::string writer = "spiffe://fleet.example/svc/writer";
  const TestIdentity other = fleet_->Issue(Leaf({"writer"}));
  const auto reader = ConnectAs(Leaf({"reader"}));
  for (const bool write : {false, true}) {
    grpc::ClientContext context;
    context.AddMetadata("x-forwarded-client-cert", "URI=" + writer);
    context.AddMetadata("x-spiffe-id", writer);
    context.AddMetadata("x-fleet-roles", "writer");
    context.AddMetadata("x509_uri", writer);
    context.AddMetadata("x509_pem_cert-bin", other.certificate_pem);
    context.AddMetadata("authorization", "Bearer writer");
    SeenCaller seen;
    if (write) {
      EXPECT_THAT(reader->Write(&context, {}, &seen), IsDenied("none of its roles"));
    } else {
      EXPECT_GRPC_OK(reader->Read(&context, {}, &seen));
      EXPECT_EQ(seen.identity(), "spiffe://fleet.example/svc/web");
      EXPECT_THAT(seen.roles(), ElementsAre("reader"));
    }
  }
}

// The caller learns nothing of the method, the operator everything.
TEST_F(AuthzProcessorTest, TheLogHasWhatTheAnswerHasNot) {
  Start(Options());
  const auto reader = ConnectAs(Leaf({"reader"}));
  ::testing::internal::CaptureStderr();
  const grpc::Status denied = Write(*reader);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(denied.error_message(), Not(HasSubstr("writer")));
  EXPECT_THAT(
      log, AllOf(HasSubstr("spiffe://fleet.example/svc/web"), HasSubstr("CallerTestService/Write"),
                 HasSubstr("any of writer"), HasSubstr("reader"), HasSubstr("granted")));
}

TEST_F(AuthzProcessorTest, RemembersABoundedNumberOfCallers) {
  AuthzOptions options = Options();
  options.max_cached_peers = 1;
  Start(std::move(options));
  const auto reader = ConnectAs(Leaf({"reader"}));
  const auto writer = ConnectAs(Leaf({"writer"}));
  for (int round = 0; round < 2; ++round) {
    EXPECT_GRPC_OK(Read(*reader));
    EXPECT_GRPC_OK(Write(*writer));
    EXPECT_THAT(Write(*reader), IsDenied("none of its roles"));
  }
}

TEST_F(AuthzProcessorTest, AContextWithoutACallHasNoCaller) {
  Start(Options());
  const grpc::ServerContext context;
  EXPECT_THAT(authz_->Caller(context),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown));
}

TEST_F(AuthzProcessorTest, RefusesOptions) {
  AuthzOptions options = Options();
  options.verifier.roots.clear();
  EXPECT_THAT(AuthzProcessor::Create(options), IsInvalid(Reason::kConfigInvalid, "roots"));
  options = Options();
  options.max_cached_peers = 0;
  EXPECT_THAT(AuthzProcessor::Create(options),
              IsInvalid(Reason::kConfigInvalid, "max_cached_peers"));
}

}  // namespace
}  // namespace fleetca::client
