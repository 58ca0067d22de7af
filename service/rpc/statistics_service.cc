#include "service/rpc/statistics_service.h"

#include <google/protobuf/stubs/common.h>
#include <grpcpp/grpcpp.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/histogram.h"
#include "base/openssl.h"
#include "base/process_usage.h"
#include "base/status_macros.h"
#include "base/version.h"
#include "service/call/answer_at_once.h"
#include "service/rpc/messages.h"

namespace fleetca::service {
namespace {

void WriteHistogram(const Histogram& histogram, v1::Histogram* message) {
  const HistogramSnapshot snapshot = histogram.Snapshot();
  message->mutable_buckets()->Reserve(static_cast<int>(snapshot.buckets().size()));
  for (const HistogramSnapshot::Bucket& bucket : snapshot.buckets()) {
    v1::Histogram::Bucket* written = message->add_buckets();
    written->set_upper_bound(bucket.upper_bound);
    written->set_count(bucket.count);
  }
  message->set_sum(snapshot.sum());
}

absl::Status WriteProcess(v1::ProcessStatistics* message) {
  FLEETCA_ASSIGN_OR_RETURN(const ProcessUsage usage, ReadProcessUsage());
  message->set_user_cpu_seconds(absl::ToDoubleSeconds(usage.user_cpu));
  message->set_system_cpu_seconds(absl::ToDoubleSeconds(usage.system_cpu));
  message->set_resident_bytes(usage.resident_bytes);
  message->set_peak_resident_bytes(usage.peak_resident_bytes);
  message->set_threads(usage.threads);
  message->set_open_files(usage.open_files);
  return absl::OkStatus();
}

void WriteOwnCertificate(const OwnCertificateState& state, v1::OwnCertificate* message) {
  const OwnCertificate& certificate = state.certificate;
  message->set_what(certificate.what);
  message->set_file(certificate.file);
  message->set_subject(certificate.subject);
  message->set_spiffe_id(certificate.spiffe_id);
  message->set_serial_number(certificate.serial_number);
  WriteTimestamp(certificate.not_after, message->mutable_not_after());
  message->set_in_warning_time(!state.warning.empty());
  message->set_warning(state.warning);
  if (state.last_renewal_attempt.has_value()) {
    WriteTimestamp(*state.last_renewal_attempt, message->mutable_last_renewal_attempt_time());
  }
  message->set_renewal_error(state.renewal_error);
}

}  // namespace

void DescribeBuildAndMachine(v1::ServerDescription* description) {
  description->set_version(kVersion);
  auto& libraries = *description->mutable_libraries();
  libraries["OpenSSL"] = OpenSSL_version(OPENSSL_VERSION_STRING);
  libraries["gRPC"] = grpc::Version();
  libraries["Protobuf"] = google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION);
#ifdef __clang__
  description->set_compiler(absl::StrCat("clang ", __clang_version__));
#else
  description->set_compiler(absl::StrCat("g++ ", __VERSION__));
#endif
#ifdef __OPTIMIZE__
  description->set_optimized(true);
#endif
  Machine machine = DescribeMachine();
  description->set_cpu_model(std::move(machine.cpu_model));
  description->set_cpus(machine.cpus);
  description->set_cpus_allowed(machine.cpus_allowed);
  description->set_kernel(std::move(machine.kernel));
}

namespace {

void WriteRevocation(const StatisticsParts& parts, v1::RevocationStatistics* message) {
  if (parts.known != nullptr) {
    const KnownRevocations::Counts counts = parts.known->counts();
    message->set_loaded(parts.known->CheckComplete().ok());
    message->set_sequence(parts.known->sequence());
    message->set_known(counts.revoked);
    message->set_blocked(counts.blocked);
    message->set_refused_revoked(counts.refused_revoked);
    message->set_refused_blocked(counts.refused_blocked);
  }
  if (parts.revoker != nullptr) {
    message->set_revoked(parts.revoker->revoked());
  }
  if (parts.watchers != nullptr) {
    message->set_watchers(parts.watchers->size());
  }
}

void WritePossession(const x509::PossessionVerifier& verifier,
                     v1::GetStatisticsResponse* response) {
  const x509::PossessionStatistics statistics = verifier.statistics();
  response->mutable_server()->set_possession(
      std::string(x509::PossessionPathText(statistics.path)));
  v1::PossessionStatistics& possession = *response->mutable_possession();
  possession.set_by_lanes(statistics.by_lanes);
  possession.set_checked_again(statistics.checked_again);
  possession.set_left_to_openssl(statistics.left_to_openssl);
  possession.set_disagreements(statistics.disagreements);
}

}  // namespace

grpc::ServerUnaryReactor* StatisticsService::GetStatistics(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return AnswerAtOnce<v1::GetStatisticsRequest, v1::GetStatisticsResponse>(
      context, *request, response, [this](const auto&, auto* answer) { return Read(answer); });
}

absl::Status StatisticsService::Read(v1::GetStatisticsResponse* response) const {
  // The CPU time is read first: what the rest of this call costs belongs to what comes after.
  FLEETCA_RETURN_IF_ERROR(WriteProcess(response->mutable_process()));
  WriteTimestamp(absl::Now(), response->mutable_read_time());
  WriteTimestamp(start_time_, response->mutable_start_time());
  v1::IssuingStatistics& issuing = *response->mutable_issuing();
  issuing.set_issued(issuing_.issued);
  issuing.set_replayed(issuing_.replayed);
  issuing.set_validated(issuing_.validated);
  issuing.set_refused(issuing_.refused + queue_.stats().refused());
  issuing.set_queued(queue_.size());
  issuing.set_renewed(issuing_.renewed);
  issuing.set_renewed_by_proof(issuing_.renewed_by_proof);
  issuing.set_refused_proofs(issuing_.refused_proofs +
                             (parts_.proofs == nullptr ? 0 : parts_.proofs->refused()));
  issuing.set_stale_lineages(issuing_.stale_lineages);
  issuing.set_blocked_lineages(issuing_.blocked_lineages);
  if (parts_.windows != nullptr) {
    issuing.set_renewal_infos(parts_.windows->told());
    issuing.set_moved_windows(parts_.windows->moved());
  }
  WriteHistogram(issuing_.batch_size, issuing.mutable_batch_size());
  v1::StoreStatistics& store = *response->mutable_store();
  WriteHistogram(stored_.commit_records, store.mutable_commit_records());
  WriteHistogram(stored_.commit_microseconds, store.mutable_commit_microseconds());
  WriteHistogram(stored_.sync_microseconds, store.mutable_sync_microseconds());
  WriteRevocation(parts_, response->mutable_revocation());
  if (parts_.http == nullptr || !parts_.http(response->mutable_http())) {
    response->clear_http();
  }
  *response->mutable_server() = description_;
  if (parts_.possession != nullptr) {
    WritePossession(*parts_.possession, response);
  }
  for (const OwnCertificateState& state : own_certificates_()) {
    WriteOwnCertificate(state, response->add_own_certificates());
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service
