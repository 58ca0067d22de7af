#include "client/agent/embed/rotating_tls.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "client/testing/fake_ca.h"
#include "client/testing/fake_join_tokens.h"
#include "client/testing/fake_service.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

class RotatingTlsTest : public ::testing::Test {
 protected:
  // For whoever connects to localhost.
  Credential MakeCredential() {
    testing::FakeOrder order;
    order.names = {{x509::NameType::kDns, "localhost"}};
    testing::FakeCa::TlsPair pair = ca_.IssueTls(order);
    std::vector<std::string> chain = *x509::DecodePem(x509::kPemCertificate, pair.chain_pem);
    return {.private_key_pem = SecretBytes(pair.key_pem),
            .certificate_der = chain.front(),
            .chain_der = {chain.begin() + 1, chain.end()},
            .roots_der = {ca_.root_der()}};
  }

  const testing::FakeCa ca_;
  testing::FakeJoinTokens tokens_;
  testing::FakeService service_{ca_, tokens_};
};

// A server, and streams to it over connections of their own.
class Connections {
 public:
  using Stream = grpc::ClientReaderWriter<v1::StreamIssueCertificatesRequest,
                                          v1::StreamIssueCertificatesResponse>;
  struct Connection {
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<v1::CertificateAuthorityService::Stub> stub;
    std::unique_ptr<grpc::ClientContext> context = std::make_unique<grpc::ClientContext>();
    std::unique_ptr<Stream> stream;
  };

  Connections(const RotatingTls& tls, grpc::Service& service) : tls_(tls) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("localhost:0", tls.MakeServerCredentials(), &port_);
    builder.RegisterService(&service);
    server_ = builder.BuildAndStart();
  }

  Connection Connect() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    Connection made;
    made.channel = grpc::CreateCustomChannel(absl::StrCat("localhost:", port_),
                                             tls_.MakeChannelCredentials(), arguments);
    made.stub = v1::CertificateAuthorityService::NewStub(made.channel);
    made.context->set_wait_for_ready(true);
    made.context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    made.stream = made.stub->StreamIssueCertificates(made.context.get());
    return made;
  }

  // Whether the stream answers.
  static bool Answers(Connection& connection) {
    v1::StreamIssueCertificatesRequest request;
    request.mutable_request()->set_csr_der("not a CSR");
    v1::StreamIssueCertificatesResponse response;
    return connection.stream->Write(request) && connection.stream->Read(&response);
  }

  // The certificate that the server showed to it, PEM.
  static std::string ShownTo(const Connection& connection) {
    const auto values = connection.context->auth_context()->FindPropertyValues("x509_pem_cert");
    return values.empty() ? "" : std::string(values[0].data(), values[0].size());
  }

 private:
  const RotatingTls& tls_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(RotatingTlsTest, WhatIsShownChangesAndOpenStreamsGoOn) {
  auto tls = RotatingTls::Create(MakeCredential());
  ASSERT_THAT(tls, fleetca::testing::IsOk());
  Connections connections(**tls, service_);
  Connections::Connection before = connections.Connect();
  ASSERT_TRUE(Connections::Answers(before));

  ASSERT_THAT((*tls)->Show(MakeCredential()), fleetca::testing::IsOk());
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  bool changed = false;
  while (!changed && absl::Now() < deadline) {
    Connections::Connection after = connections.Connect();
    ASSERT_TRUE(Connections::Answers(after));
    changed = Connections::ShownTo(after) != Connections::ShownTo(before);
    after.context->TryCancel();
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_TRUE(changed);
  EXPECT_TRUE(Connections::Answers(before));
  before.context->TryCancel();
}

TEST_F(RotatingTlsTest, WhatDoesNotFitIsNotShown) {
  Credential mixed = MakeCredential();
  mixed.private_key_pem = std::move(MakeCredential().private_key_pem);
  EXPECT_EQ(GetReason(RotatingTls::Create(mixed).status()), Reason::kFileInvalid);
  Credential trusting_nobody = MakeCredential();
  trusting_nobody.roots_der.clear();
  EXPECT_EQ(GetReason(RotatingTls::Create(trusting_nobody).status()), Reason::kFileInvalid);
}

}  // namespace
}  // namespace fleetca::client
