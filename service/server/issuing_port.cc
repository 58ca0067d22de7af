#include "service/server/issuing_port.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/support/byte_buffer.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/memory_limit.h"
#include "base/status_macros.h"
#include "service/net/channel_arguments.h"
#include "service/net/tls_credentials.h"
#include "service/rpc/access_check.h"

namespace fleetca::service {
namespace {

// Our own methods take octets (service/call/wire_message.h); gRPC's take no large messages.
uint64_t MessageBytes(absl::string_view method, const void* message) {
  return absl::StartsWith(method, "/fleetca.")
             ? static_cast<const grpc::ByteBuffer*>(message)->Length()
             : 0;
}

// What the gRPC port's messages may take, unfinished ones included: a part of the machine, and not
// more however large it is.
struct MessageMemory {
  explicit MessageMemory(size_t max_message_bytes)
      : quota(std::clamp<uint64_t>(MemoryLimit() / 4, uint64_t{64} << 20, uint64_t{384} << 20)),
        // Two messages fit, however large they are configured to be.
        in_all(std::max<uint64_t>(quota / 2, 4 * max_message_bytes)),
        per_caller(std::max<uint64_t>(quota / 6, 2 * max_message_bytes)) {
    quota = std::max(quota, 2 * in_all);
  }
  uint64_t quota;
  uint64_t in_all;
  uint64_t per_caller;
};

size_t OrAtMost(size_t configured, size_t most) {
  return configured == 0 ? most : std::min(configured, most);
}

ListenerOptions MainListener(const ServerConfig& config, uint64_t descriptors) {
  const LimitsConfig& limits = config.limits;
  const MessageMemory memory(limits.max_message_bytes);
  ListenerOptions options{.name = "main",
                          .address = config.listener.address,
                          .field = "listener.address",
                          .trims_memory = true,
                          .message_size = MessageBytes};
  options.limits.max_connections = OrAtMost(limits.max_connections, descriptors / 2);
  options.limits.max_per_address =
      OrAtMost(limits.max_connections_per_address, options.limits.max_connections);
  options.limits.max_per_caller = limits.max_connections_per_caller;
  // Several of the largest messages may be on their way.
  options.limits.unanswered_bytes =
      std::min<uint64_t>(4 * limits.max_message_bytes, memory.per_caller);
  options.limits.unanswered_bytes_per_caller = memory.per_caller;
  options.limits.unanswered_bytes_in_all = memory.in_all;
  options.limits.bytes_per_message = 16 << 10;
  // A thread of gRPC reads a connection until nothing is left, so what is left should be bounded.
  options.limits.receive_buffer_bytes = 128 << 10;
  options.limits.bytes_per_answer = 0;
  options.limits.message_timeout = limits.message_timeout;
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<IssuingPort>> IssuingPort::Start(
    const ServerConfig& config, const ServerTls& tls, RunningCa& ca, IssueQueue& queue,
    v1::ServerDescription description, ReadOwnCertificates own_certificates, uint64_t descriptors,
    WriteHttpStatistics http) {
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<PeerReader> caller_reader,
                           PeerReader::Create({.issuing_cas = ca.issuing_cas(),
                                               .trust_domain = config.trust_domain,
                                               .oids = config.issuer.oids,
                                               .store = &ca.store()},
                                              &ca.revocations()));
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<ControlPool> pool, ControlPool::Start({}));
  FLEETCA_ASSIGN_OR_RETURN(
      std::unique_ptr<RevocationWatchers> watchers,
      RevocationWatchers::Start(ca.store(), ca.revocations(), *caller_reader, {}));
  auto port = absl::WrapUnique(
      new IssuingPort(config, std::move(caller_reader), std::move(pool), std::move(watchers), ca,
                      queue, std::move(description), std::move(own_certificates), std::move(http)));
  FLEETCA_RETURN_IF_ERROR(port->Listen(config, tls, ca, descriptors));
  return port;
}

IssuingPort::IssuingPort(const ServerConfig& config, std::unique_ptr<PeerReader> caller_reader,
                         std::unique_ptr<ControlPool> pool,
                         std::unique_ptr<RevocationWatchers> watchers, RunningCa& ca,
                         IssueQueue& queue, v1::ServerDescription description,
                         ReadOwnCertificates own_certificates, WriteHttpStatistics http)
    : description_(std::move(description)),
      caller_reader_(std::move(caller_reader)),
      pool_(std::move(pool)),
      watchers_(std::move(watchers)),
      intake_(queue, *caller_reader_, ca.chain(),
              IssueLimits{config.limits.max_batch_items, config.limits.max_message_bytes,
                          config.limits.stream_window},
              &ca.renewal_proofs()),
      service_(intake_, *caller_reader_, ca.store(), ca.bundles(), ca.renewal_windows(), *pool_),
      tokens_(*caller_reader_, ca.join_tokens(), *pool_),
      revocation_(*caller_reader_, ca.policies(), ca.revoker(), ca.identity_blocks(), *watchers_,
                  *pool_),
      renewal_(*caller_reader_, ca.early_renewals(), *pool_),
      policy_(
          *caller_reader_, [&ca](absl::string_view sha256) { return ca.ApplyPolicy(sha256); },
          config.policy_file, *pool_),
      statistics_(description_, queue, ca.issuer().stats(), ca.store().stats(),
                  std::move(own_certificates),
                  {&ca.revocations(), &ca.revoker(), watchers_.get(), &ca.renewal_windows(),
                   &ca.renewal_proofs(), &ca.possession(), std::move(http)}) {}

IssuingPort::~IssuingPort() {
  if (server_ != nullptr) {
    static_cast<void>(FinishDrain(absl::Now()));  // calls are cut off, as there is no time left
  }
}

absl::Status IssuingPort::Listen(const ServerConfig& config, const ServerTls& tls, RunningCa& ca,
                                 uint64_t descriptors) {
  FLEETCA_ASSIGN_OR_RETURN(listener_, Listener::Listen(MainListener(config, descriptors)));
  FLEETCA_ASSIGN_OR_RETURN(auto credentials, tls.CredentialsForCertificates());
  credentials->SetAuthMetadataProcessor(
      std::make_shared<AccessCheck>(*caller_reader_, ca.policies(), ca.clock_rule(),
                                    listener_->callers(), config.listener.reflection));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetChannelArguments(config.limits.max_message_bytes, builder);
  grpc::ResourceQuota quota("main");
  quota.Resize(MessageMemory(config.limits.max_message_bytes).quota);
  builder.SetResourceQuota(quota);
  listener_->AddTo(credentials, builder);
  builder.RegisterService(&service_);
  builder.RegisterService(&tokens_);
  builder.RegisterService(&revocation_);
  builder.RegisterService(&renewal_);
  builder.RegisterService(&policy_);
  builder.RegisterService(&statistics_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    return DidNotStart("listener.address");
  }
  FLEETCA_RETURN_IF_ERROR(listener_->Serve());
  for (const char* name : {kIssuingServiceName, kTokenServiceName, kRevocationServiceName,
                           kRenewalServiceName, kOwnCertificatesName}) {
    SetServing(name, true);
  }
  return absl::OkStatus();
}

void IssuingPort::SetServing(const std::string& service_name, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(service_name, serving);
}

absl::Status IssuingPort::CheckListener() const {
  return listener_->accepting()
             ? absl::OkStatus()
             : Unavailable(Reason::kInternal,
                           "The issuing port accepts no connections; see the log for the reason, "
                           "such as too few descriptors");
}

void IssuingPort::BeginDrain() {
  listener_->StopAccepting();
  server_->GetHealthCheckService()->Shutdown();
  service_.BeginDrain();
  watchers_->BeginDrain();
}

bool IssuingPort::FinishDrain(absl::Time deadline) {
  server_->Shutdown(absl::ToChronoTime(deadline));  // returns when every call has ended
  server_->Wait();
  server_.reset();
  return absl::Now() < deadline;
}

}  // namespace fleetca::service
