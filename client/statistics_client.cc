#include "client/statistics_client.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/status_macros.h"
#include "client/issued.h"
#include "client/service_connection.h"
#include "fleetca/v1/statistics.grpc.pb.h"

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

HttpStatistics FromProto(const v1::HttpStatistics& message) {
  HttpStatistics http;
  http.answers.insert(message.answers().begin(), message.answers().end());
  http.statuses.insert(message.statuses().begin(), message.statuses().end());
  http.body_bytes = message.body_bytes();
  http.connections = message.connections();
  http.accepted_connections = message.accepted_connections();
  http.refused_connections = message.refused_connections();
  http.ocsp_signed = message.ocsp_signed();
  http.ocsp_cached = message.ocsp_cached();
  http.crls_signed = message.crls_signed();
  return http;
}

RevocationStatistics FromProto(const v1::RevocationStatistics& message) {
  return {.loaded = message.loaded(),
          .sequence = message.sequence(),
          .known = message.known(),
          .blocked = message.blocked(),
          .revoked = message.revoked(),
          .refused_revoked = message.refused_revoked(),
          .refused_blocked = message.refused_blocked(),
          .watchers = message.watchers()};
}

Statistics FromProto(const v1::GetStatisticsResponse& response) {
  Statistics statistics;
  statistics.version = response.server().version();
  statistics.start_time = TimeFromProto(response.start_time());
  statistics.read_time = TimeFromProto(response.read_time());
  const v1::IssuingStatistics& issuing = response.issuing();
  statistics.issued = issuing.issued();
  statistics.replayed = issuing.replayed();
  statistics.validated = issuing.validated();
  statistics.refused = issuing.refused();
  statistics.queued = issuing.queued();
  statistics.renewed = issuing.renewed();
  statistics.renewed_by_proof = issuing.renewed_by_proof();
  statistics.refused_proofs = issuing.refused_proofs();
  statistics.stale_lineages = issuing.stale_lineages();
  statistics.blocked_lineages = issuing.blocked_lineages();
  statistics.renewal_infos = issuing.renewal_infos();
  statistics.moved_windows = issuing.moved_windows();
  statistics.cpu_seconds =
      response.process().user_cpu_seconds() + response.process().system_cpu_seconds();
  statistics.resident_bytes = response.process().resident_bytes();
  statistics.possession_path = response.server().possession();
  statistics.possession = {.by_lanes = response.possession().by_lanes(),
                           .checked_again = response.possession().checked_again(),
                           .left_to_openssl = response.possession().left_to_openssl(),
                           .disagreements = response.possession().disagreements()};
  if (response.has_revocation()) {
    statistics.revocation = FromProto(response.revocation());
  }
  if (response.has_http()) {
    statistics.http = FromProto(response.http());
  }
  for (const v1::OwnCertificate& own : response.own_certificates()) {
    statistics.own_certificates.push_back(FromProto(own));
  }
  return statistics;
}

}  // namespace

struct StatisticsClient::Connection : ServiceConnection<v1::StatisticsService> {
  using ServiceConnection::ServiceConnection;
};

absl::StatusOr<std::unique_ptr<StatisticsClient>> StatisticsClient::Create(
    CaClientOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity, options.MakeIdentity());
  return absl::WrapUnique(
      new StatisticsClient(std::make_unique<Connection>(std::move(options), identity)));
}

StatisticsClient::StatisticsClient(std::unique_ptr<const Connection> connection)
    : connection_(std::move(connection)) {}

StatisticsClient::~StatisticsClient() = default;

absl::StatusOr<Statistics> StatisticsClient::Get() const {
  v1::GetStatisticsResponse response;
  FLEETCA_RETURN_IF_ERROR(
      connection_->Call<v1::GetStatisticsRequest>(&Connection::Stub::GetStatistics, {}, &response));
  return FromProto(response);
}

}  // namespace fleetca::client
