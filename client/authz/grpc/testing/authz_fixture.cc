#include "client/authz/grpc/testing/authz_fixture.h"

#include <grpcpp/generic/generic_stub.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client::testing {
namespace {

constexpr absl::string_view kTable = R"(
  methods { method: "/fleetca.client.testing.CallerTestService/Read" roles: ["reader", "writer"] }
  methods { method: "/fleetca.client.testing.CallerTestService/Write" roles: "writer" }
  methods { method: "/fleetca.client.testing.CallerTestService/Follow" any_identity: true }
)";

}  // namespace

class AuthzFixture::Service final : public CallerTestService::Service {
 public:
  explicit Service(AuthzProcessor* authz) : authz_(authz) {}

  grpc::Status Read(grpc::ServerContext* context, const Question*, SeenCaller* seen) override {
    return See(*context, seen);
  }
  grpc::Status Write(grpc::ServerContext* context, const Question*, SeenCaller* seen) override {
    return See(*context, seen);
  }
  grpc::Status Follow(grpc::ServerContext* context,
                      grpc::ServerReaderWriter<SeenCaller, Question>* stream) override {
    Question question;
    while (stream->Read(&question)) {
      SeenCaller seen;
      if (const grpc::Status status = See(*context, &seen); !status.ok()) {
        return status;
      }
      stream->Write(seen);
    }
    return grpc::Status::OK;
  }

 private:
  grpc::Status See(const grpc::ServerContext& context, SeenCaller* seen) {
    const absl::StatusOr<Grants> caller = authz_->Caller(context);
    if (!caller.ok()) {
      return grpc::Status(static_cast<grpc::StatusCode>(caller.status().code()),
                          "from the handler");
    }
    seen->set_identity(caller->identity);
    seen->mutable_roles()->Add(caller->roles.begin(), caller->roles.end());
    seen->set_region(std::string(caller->Attribute("region").value_or("")));
    return grpc::Status::OK;
  }

  AuthzProcessor* const authz_;
};

void AuthzFixture::SetUpTestSuite() {
  if (fleet_ == nullptr) {
    fleet_ = new TestFleet();
  }
}

AuthzFixture::~AuthzFixture() {
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now());
  }
}

AuthzOptions AuthzFixture::Options() const {
  AuthzOptions options;
  options.verifier.roots = {fleet_->root.certificate};
  options.verifier.trust_domain = "fleet.example";
  options.verifier.audience = "svc/orders";
  options.verifier.clock = &clock_;
  auto table = MethodRoles::Parse(kTable, "roles.textproto");
  FLEETCA_EXPECT_OK(table);
  options.methods = *std::move(table);
  return options;
}

void AuthzFixture::Start(AuthzOptions options) {
  server_.reset();
  TestLeaf leaf;
  leaf.dns_names = {"localhost"};
  leaf.not_before = absl::Now() - absl::Hours(1);
  leaf.not_after = absl::Now() + absl::Hours(1);
  const TestIdentity identity = fleet_->IssueFromRoot(leaf);
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  tls.pem_root_certs = fleet_->root_pem();
  tls.pem_key_cert_pairs.push_back({identity.key_pem, identity.chain_pem});
  const auto credentials = grpc::SslServerCredentials(tls);
  auto authz = InstallAuthz(std::move(options), credentials.get());
  FLEETCA_ASSERT_OK(authz);
  authz_ = *std::move(authz);
  service_ = std::make_unique<Service>(authz_.get());
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  ASSERT_NE(server_, nullptr);
}

TestLeaf AuthzFixture::Leaf(std::vector<std::string> roles) {
  TestLeaf leaf;
  leaf.uris = {"spiffe://fleet.example/svc/web"};
  leaf.authz = x509::FleetAuthz{.policy_revision = 7,
                                .roles = std::move(roles),
                                .audience = {{"svc/orders"}},
                                .attributes = {{"region", "eu-1"}}};
  return leaf;
}

std::shared_ptr<grpc::Channel> AuthzFixture::Channel(const TestIdentity* identity,
                                                     grpc::ChannelArguments arguments) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = fleet_->root_pem();
  if (identity != nullptr) {
    tls.pem_private_key = identity->key_pem;
    tls.pem_cert_chain = identity->chain_pem;
  }
  arguments.SetSslTargetNameOverride("localhost");
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_), grpc::SslCredentials(tls),
                                   arguments);
}

std::unique_ptr<AuthzFixture::Stub> AuthzFixture::Connect(const TestIdentity* identity,
                                                          grpc::ChannelArguments arguments) {
  return CallerTestService::NewStub(Channel(identity, std::move(arguments)));
}

grpc::Status AuthzFixture::Read(Stub& stub, SeenCaller* seen) {
  grpc::ClientContext context;
  SeenCaller answer;
  const grpc::Status status = stub.Read(&context, Question(), &answer);
  if (seen != nullptr) {
    *seen = answer;
  }
  return status;
}

grpc::Status AuthzFixture::Write(Stub& stub) {
  grpc::ClientContext context;
  SeenCaller answer;
  return stub.Write(&context, Question(), &answer);
}

grpc::Status AuthzFixture::CallUnknownMethod(const TestIdentity& identity) {
  grpc::GenericStub stub(Channel(&identity, {}));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::Slice nothing;
  const auto call =
      stub.PrepareUnaryCall(&context, "/fleetca.client.testing.CallerTestService/Erase",
                            grpc::ByteBuffer(&nothing, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status;
}

}  // namespace fleetca::client::testing
