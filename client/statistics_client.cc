#include "client/statistics_client.h"

#include <utility>

#include "base/status_macros.h"
#include "client/connection_error.h"
#include "client/issued.h"
#include "client/status_from_grpc.h"

namespace fleetca::client {
namespace {

OwnCertificate FromProto(const v1::OwnCertificate& message) {
  OwnCertificate own;
  own.what = message.what();
  own.file = message.file();
  own.subject = message.subject();
  own.spiffe_id = message.spiffe_id();
  own.serial_number = message.serial_number();
  own.not_after = TimeFromProto(message.not_after());
  own.in_warning_time = message.in_warning_time();
  own.warning = message.warning();
  if (message.has_last_renewal_attempt_time()) {
    own.last_renewal_attempt_time = TimeFromProto(message.last_renewal_attempt_time());
  }
  own.renewal_error = message.renewal_error();
  return own;
}

Statistics FromProto(const v1::GetStatisticsResponse& response) {
  Statistics statistics;
  statistics.version = response.server().version();
  statistics.start_time = TimeFromProto(response.start_time());
  statistics.read_time = TimeFromProto(response.read_time());
  statistics.issued = response.issuing().issued();
  statistics.replayed = response.issuing().replayed();
  statistics.validated = response.issuing().validated();
  statistics.refused = response.issuing().refused();
  statistics.queued = response.issuing().queued();
  statistics.cpu_seconds =
      response.process().user_cpu_seconds() + response.process().system_cpu_seconds();
  statistics.resident_bytes = response.process().resident_bytes();
  for (const v1::OwnCertificate& own : response.own_certificates()) {
    statistics.own_certificates.push_back(FromProto(own));
  }
  return statistics;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StatisticsClient>> StatisticsClient::Create(
    CaClientOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity,
                           LoadTlsIdentity(options.files, ClockOf(options).Now()));
  return std::unique_ptr<StatisticsClient>(new StatisticsClient(std::move(options), identity));
}

StatisticsClient::StatisticsClient(CaClientOptions options, const TlsIdentity& identity)
    : options_(std::move(options)),
      channel_(MakeChannel(options_.channel(), identity.credentials)),
      stub_(v1::StatisticsService::NewStub(channel_)) {}

absl::StatusOr<Statistics> StatisticsClient::Get() const {
  v1::GetStatisticsResponse response;
  FLEETCA_RETURN_IF_ERROR(CallWithRetries(options_, *channel_, [&](absl::Duration remaining) {
    grpc::ClientContext context;
    SetAttemptDeadline(options_, remaining, &context);
    response.Clear();
    const grpc::Status status =
        stub_->GetStatistics(&context, v1::GetStatisticsRequest(), &response);
    return ExplainConnectionError(StatusFromGrpc(status), options_.address, options_.files);
  }));
  return FromProto(response);
}

}  // namespace fleetca::client
