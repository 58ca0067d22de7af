#include "service/edge/issuing_port.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/edge/channel_arguments.h"
#include "service/edge/method_guard.h"
#include "service/edge/tls_credentials.h"

namespace fleetca::service {

absl::StatusOr<std::unique_ptr<IssuingPort>> IssuingPort::Start(const ServerConfig& config,
                                                                Authority& authority,
                                                                IssueQueue& queue,
                                                                v1::ServerDescription description) {
  auto port = absl::WrapUnique(new IssuingPort(config, authority, queue, std::move(description)));
  FLEETCA_RETURN_IF_ERROR(port->Listen(config, authority));
  return port;
}

IssuingPort::IssuingPort(const ServerConfig& config, Authority& authority, IssueQueue& queue,
                         v1::ServerDescription description)
    : description_(std::move(description)),
      authenticator_(config.trust_domain, config.issuer.oids, Clock::System()),
      gate_(queue, authenticator_, authority.chain(),
            IssueLimits{config.limits.max_batch_items, config.limits.max_message_bytes,
                        config.limits.stream_window}),
      service_(gate_, authority.policies(), authority.store(), authority.bundle()),
      tokens_(authenticator_, authority.join_tokens()),
      statistics_(authenticator_, authority.policies(), description_, queue,
                  authority.issuer().stats(), authority.store().stats()) {}

IssuingPort::~IssuingPort() {
  if (server_ != nullptr) {
    FinishDrain(absl::Now());
  }
}

absl::Status IssuingPort::Listen(const ServerConfig& config, Authority& authority) {
  FLEETCA_ASSIGN_OR_RETURN(auto credentials, CreateTlsCredentials(config.listener));
  credentials->SetAuthMetadataProcessor(std::make_shared<MethodGuard>(
      authenticator_, authority.policies(), config.listener.reflection));

  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetChannelArguments(config.limits.max_message_bytes, builder);
  builder.AddListeningPort(config.listener.address, credentials, &port_);
  builder.RegisterService(&service_);
  builder.RegisterService(&tokens_);
  builder.RegisterService(&statistics_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    server_.reset();
    return CannotListen(config.listener.address, "listener.address");
  }
  for (const char* name : {kIssuingServiceName, kTokenServiceName}) {
    SetServing(name, true);
  }
  return absl::OkStatus();
}

void IssuingPort::SetServing(const std::string& service_name, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(service_name, serving);
}

void IssuingPort::BeginDrain() {
  server_->GetHealthCheckService()->Shutdown();
  service_.BeginDrain();
}

bool IssuingPort::FinishDrain(absl::Time deadline) {
  server_->Shutdown(absl::ToChronoTime(deadline));  // returns when every call has ended
  server_->Wait();
  server_.reset();
  return absl::Now() < deadline;
}

}  // namespace fleetca::service
