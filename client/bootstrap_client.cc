#include "client/bootstrap_client.h"

#include <utility>

#include "base/errors.h"
#include "base/status_macros.h"
#include "client/channel.h"
#include "client/connection_error.h"
#include "client/issue_answer.h"
#include "client/server_credentials.h"
#include "client/status_from_grpc.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/security/credentials.h"

namespace fleetca::client {
namespace {

// "authorization: Bearer TOKEN". Credentials of a call, unlike metadata, are held back by gRPC
// until the connection is encrypted and the server verified.
std::shared_ptr<grpc::CallCredentials> TokenCredentials(const SecretBytes& token) {
  std::string copy(token.view());
  std::shared_ptr<grpc::CallCredentials> credentials = grpc::AccessTokenCredentials(copy);
  WipeString(copy);
  return credentials;
}

ChannelOptions ChannelOf(const BootstrapOptions& options) {
  ChannelOptions channel;
  channel.address = options.address;
  channel.server_name = options.server_name;
  channel.reconnect_delay = options.backoff.initial_delay;
  channel.max_reconnect_delay = options.backoff.max_delay;
  return channel;
}

ServerTls TlsOf(const BootstrapOptions& options) {
  ServerTls tls;
  tls.roots_der = options.roots_der;
  tls.server_identity = options.server_identity;
  return tls;
}

}  // namespace

struct BootstrapClient::Stub {
  std::unique_ptr<v1::CertificateAuthorityService::StubInterface> service;
};

absl::StatusOr<std::unique_ptr<BootstrapClient>> BootstrapClient::Create(BootstrapOptions options,
                                                                         SecretBytes token) {
  // gRPC would take the roots of the machine's browsers instead.
  if (options.roots_der.empty()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "there are no roots to verify the CA's server by");
  }
  FLEETCA_RETURN_IF_ERROR(CheckServerIdentity(options.server_identity));
  return std::unique_ptr<BootstrapClient>(
      new BootstrapClient(std::move(options), std::move(token)));
}

BootstrapClient::BootstrapClient(BootstrapOptions options, SecretBytes token)
    : options_(std::move(options)),
      token_(std::move(token)),
      channel_(MakeChannel(ChannelOf(options_), ServerCredentials(TlsOf(options_)))),
      stub_(std::make_unique<Stub>(Stub{v1::CertificateAuthorityService::NewStub(channel_)})) {}

BootstrapClient::~BootstrapClient() = default;

absl::Status BootstrapClient::Attempt(const v1::IssueCertificateRequest& request,
                                      absl::Duration remaining,
                                      v1::IssueCertificateResponse* response) const {
  grpc::ClientContext context;
  SetAttemptDeadline(options_, remaining, &context);
  context.set_credentials(TokenCredentials(token_));
  response->Clear();
  const grpc::Status status = stub_->service->IssueCertificate(&context, request, response);
  return ExplainConnectionError(StatusFromGrpc(status), options_.address,
                                TlsFiles{options_.ca_file, "", ""});
}

absl::StatusOr<Issued> BootstrapClient::Issue(const IssueOptions& options) const {
  FLEETCA_ASSIGN_OR_RETURN(const v1::IssueCertificateRequest request, BuildIssueRequest(options));
  FLEETCA_ASSIGN_OR_RETURN(const AskedCertificate asked, AskedBy(request, {}));
  v1::IssueCertificateResponse response;
  FLEETCA_RETURN_IF_ERROR(CallWithRetries(options_, *channel_, [&](absl::Duration remaining) {
    return Attempt(request, remaining, &response);
  }));
  return ReadIssueResponse(response, asked, ClockOf(options_).Now(), options_.roots_der);
}

}  // namespace fleetca::client
