#include "client/ca_client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/connection_error.h"
#include "client/issue_answer.h"
#include "client/issue_stream_call.h"
#include "client/renewal_proof.h"
#include "client/service_connection.h"
#include "client/status_from_grpc.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

std::vector<std::string> ToVector(const google::protobuf::RepeatedPtrField<std::string>& field) {
  return std::vector<std::string>(field.begin(), field.end());
}

absl::StatusOr<Issued> ReadResult(const v1::BatchIssueResult& result,
                                  const std::vector<std::string>& chain_der,
                                  const AskedCertificate& asked, absl::Time now,
                                  absl::Span<const std::string> roots_der) {
  if (result.has_error()) {
    FLEETCA_RETURN_IF_ERROR(StatusFromRpc(result.error()));
  }
  if (!result.has_certificate()) {
    return AnswerInvalid("it holds neither a certificate nor an error");
  }
  return ReadIssued(result.certificate(), chain_der, asked, now, roots_der);
}

// The message that asks for the renewal `issue` by a call of its own.
v1::RenewCertificateRequest RenewRequestOf(const v1::IssueCertificateRequest& issue) {
  v1::RenewCertificateRequest request;
  if (issue.has_csr_der()) {
    request.set_csr_der(issue.csr_der());
  }
  request.set_profile(issue.profile());
  if (issue.has_lifetime()) {
    *request.mutable_lifetime() = issue.lifetime();
  }
  request.set_request_id(issue.request_id());
  request.set_validate_only(issue.validate_only());
  return request;
}

}  // namespace

struct CaClient::Connection : ServiceConnection<v1::CertificateAuthorityService> {
  using ServiceConnection::ServiceConnection;
};

// The messages are built once, so that each retry has the same id.
struct CaClient::BatchState {
  std::vector<v1::IssueCertificateRequest> requests;
  std::vector<AskedCertificate> asked;
  std::vector<absl::StatusOr<Issued>> results;
  std::vector<size_t> pending;
};

absl::StatusOr<std::unique_ptr<CaClient>> CaClient::Create(CaClientOptions options) {
  EndedCertificate ended = EndedCertificate::kRefuse;
  if (options.renew_by_proof) {
    ended = EndedCertificate::kNotShown;
  } else if (options.show_ended) {
    ended = EndedCertificate::kShown;
  }
  FLEETCA_ASSIGN_OR_RETURN(TlsIdentity identity, options.MakeIdentity(ended));
  auto connection = std::make_unique<Connection>(std::move(options), identity);
  return absl::WrapUnique(new CaClient(std::move(connection), std::move(identity)));
}

CaClient::CaClient(std::unique_ptr<const Connection> connection, TlsIdentity identity)
    : connection_(std::move(connection)),
      options_(connection_->options()),
      clock_(ClockOf(options_)),
      roots_der_(std::move(identity.roots_der)),
      asking_{.public_key = std::move(identity.public_key),
              .identity = std::move(identity.identity)},
      certificate_der_(std::move(identity.certificate_der)),
      private_key_(std::move(identity.key)),
      ca_identity_(std::move(identity.ca_identity)) {}

CaClient::~CaClient() = default;

absl::Duration CaClient::deadline() const { return options_.deadline; }

void CaClient::Wait(absl::Duration delay) const {
  WaitBetweenAttempts(options_, connection_->channel(), delay);
}

absl::StatusOr<Issued> CaClient::Issue(const IssueOptions& options) const {
  FLEETCA_ASSIGN_OR_RETURN(const v1::IssueCertificateRequest request, BuildIssueRequest(options));
  FLEETCA_ASSIGN_OR_RETURN(const AskedCertificate asked, AskedBy(request, asking_));
  v1::IssueCertificateResponse response;
  FLEETCA_RETURN_IF_ERROR(
      connection_->Call(&Connection::Stub::IssueCertificate, request, &response));
  return ReadIssueResponse(response, asked, clock_.Now(), roots_der_);
}

absl::StatusOr<Issued> CaClient::Renew(const RenewOptions& options) const {
  FLEETCA_ASSIGN_OR_RETURN(const v1::IssueCertificateRequest issue,
                           BuildIssueRequest({.csr_der = options.csr_der,
                                              .profile = options.profile,
                                              .lifetime = options.lifetime,
                                              .request_id = options.request_id,
                                              .validate_only = options.validate_only,
                                              .renewal = true}));
  FLEETCA_ASSIGN_OR_RETURN(const AskedCertificate asked, AskedBy(issue, asking_));
  v1::RenewCertificateRequest request = RenewRequestOf(issue);
  v1::RenewCertificateResponse response;
  FLEETCA_RETURN_IF_ERROR(
      CallWithRetries(options_, connection_->channel(), [&](absl::Duration remaining) {
        const absl::Status ready = options_.renew_by_proof ? AddProof(&request) : absl::OkStatus();
        return ready.ok() ? connection_->CallOnce(&Connection::Stub::RenewCertificate, request,
                                                  remaining, &response)
                          : ready;
      }));
  return ReadIssueResponse(response, asked, TimeOfRenewal(response), roots_der_);
}

absl::Time CaClient::TimeOfRenewal(const v1::RenewCertificateResponse& response) const {
  const absl::Time now = clock_.Now();
  if (!options_.show_ended || options_.renew_by_proof) {
    return now;
  }
  const absl::StatusOr<x509::Certificate> shown = x509::ParseCertificate(certificate_der_);
  if (!shown.ok() || now <= shown->not_after) {
    return now;
  }
  // The CA took what has ended by this clock: so it is ahead, and nobody knows how far.
  return std::min(shown->not_after, TimeFromProto(response.certificate().not_after()));
}

absl::Status CaClient::AddProof(v1::RenewCertificateRequest* request) const {
  if (ca_identity_.empty()) {
    return InvalidArgument(Reason::kServerIdentity, "certificate",
                           absl::StrCat("the certificate ", options_.files.certificate_file,
                                        " has no SPIFFE ID to tell the CA's from, so no proof can "
                                        "be made for the CA; renew it over the CA's own port"));
  }
  FLEETCA_ASSIGN_OR_RETURN(*request->mutable_proof(),
                           MakeRenewalProof({.certificate_der = certificate_der_,
                                             .key = private_key_.get(),
                                             .server_identity = ca_identity_,
                                             .csr_der = request->csr_der()},
                                            clock_.Now()));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<absl::StatusOr<Issued>>> CaClient::IssueBatch(
    absl::Span<const IssueOptions> items) const {
  if (items.empty()) {
    return InvalidArgument(Reason::kRequestEmpty, "requests", "the batch is empty");
  }
  BatchState batch;
  batch.results.resize(items.size(), absl::UnknownError("not asked"));
  batch.requests.resize(items.size());
  batch.asked.resize(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    absl::StatusOr<v1::IssueCertificateRequest> request = BuildIssueRequest(items[i]);
    if (!request.ok()) {
      batch.results[i] = request.status();
      continue;
    }
    FLEETCA_ASSIGN_OR_RETURN(batch.asked[i], AskedBy(*request, asking_));
    batch.requests[i] = *std::move(request);
    batch.pending.push_back(i);
  }
  FLEETCA_RETURN_IF_ERROR(RunBatch(&batch));
  return std::move(batch.results);
}

// Leaves in `pending` what may succeed on another attempt, and returns the failure among them that
// asks for the longest wait; OK when none is left.
absl::Status CaClient::KeepRetryable(BatchState* batch) {
  const auto wait = [](const absl::Status& status) {
    return GetRetryDelay(status).value_or(absl::ZeroDuration());
  };
  absl::Status failure;
  std::vector<size_t> retryable;
  for (const size_t i : batch->pending) {
    const absl::Status& status = batch->results[i].status();
    if (!IsRetryable(status)) {
      continue;
    }
    retryable.push_back(i);
    if (failure.ok() || wait(status) > wait(failure)) {
      failure = status;
    }
  }
  batch->pending = std::move(retryable);
  return failure;
}

absl::Status CaClient::RunBatch(BatchState* batch) const {
  const absl::Time deadline = clock_.Now() + options_.deadline;
  Backoff backoff(options_.backoff, clock_, deadline);
  bool answered = false;
  while (!batch->pending.empty()) {
    absl::Status failure = AttemptBatch(deadline - clock_.Now(), batch);
    answered |= failure.ok();
    if (failure.ok()) {
      failure = KeepRetryable(batch);
    }
    if (failure.ok()) {
      return failure;
    }
    const std::optional<absl::Duration> delay = backoff.DelayAfter(failure);
    if (!delay.has_value()) {
      return answered ? absl::OkStatus() : AfterAttempts(failure, backoff.attempts());
    }
    Wait(*delay);
  }
  return absl::OkStatus();
}

absl::Status CaClient::AttemptBatch(absl::Duration remaining, BatchState* batch) const {
  v1::BatchIssueCertificatesRequest message;
  for (const size_t i : batch->pending) {
    *message.add_requests() = batch->requests[i];
  }
  v1::BatchIssueCertificatesResponse response;
  absl::Status status = connection_->CallOnce(&Connection::Stub::BatchIssueCertificates, message,
                                              remaining, &response);
  if (status.ok() && static_cast<size_t>(response.results_size()) != batch->pending.size()) {
    status = AnswerInvalid(
        absl::StrCat(response.results_size(), " answers to ", batch->pending.size(), " requests"));
  }
  const std::vector<std::string> chain_der = ToVector(response.chain_der());
  for (size_t k = 0; k < batch->pending.size(); ++k) {
    const size_t i = batch->pending[k];
    batch->results[i] = status.ok() ? ReadResult(response.results(static_cast<int>(k)), chain_der,
                                                 batch->asked[i], clock_.Now(), roots_der_)
                                    : status;
  }
  return status;
}

absl::StatusOr<std::unique_ptr<IssueStream>> CaClient::OpenStream(absl::Duration deadline) const {
  IssueStream::Settings settings;
  settings.roots_der = roots_der_;
  settings.asking = asking_;
  settings.explain = [address = options_.address,
                      files = options_.files](const absl::Status& status) {
    return ExplainConnectionError(status, address, files);
  };
  settings.now = [clock = &clock_] { return clock->Now(); };
  return std::make_unique<IssueStream>(
      std::make_unique<IssueStream::Call>(connection_->stub(), absl::Now() + deadline),
      std::move(settings));
}

Backoff CaClient::StartBackoff() const {
  return Backoff(options_.backoff, clock_, clock_.Now() + options_.deadline);
}

absl::StatusOr<Recorded> CaClient::Get(const x509::SerialNumber& serial) const {
  v1::GetCertificateRequest request;
  request.set_serial_number(std::string(serial.bytes()));
  v1::GetCertificateResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call(&Connection::Stub::GetCertificate, request, &response));
  Recorded recorded;
  FLEETCA_ASSIGN_OR_RETURN(recorded.issued,
                           IssuedFromProto(response.certificate(), ToVector(response.chain_der())));
  if (!(recorded.issued.serial == serial)) {
    return AnswerInvalid("it is another certificate than the one asked for");
  }
  FLEETCA_RETURN_IF_ERROR(VerifyIssued(recorded.issued, roots_der_));
  recorded.identity = response.identity();
  recorded.requester = response.requester();
  recorded.profile = response.profile();
  recorded.issue_time = TimeFromProto(response.issue_time());
  if (response.has_revoke_time()) {
    recorded.revocation = RevokedBy{.revoke_time = TimeFromProto(response.revoke_time()),
                                    .reason = response.revocation_reason(),
                                    .revoker = response.revoker()};
  }
  return recorded;
}

absl::StatusOr<std::vector<absl::StatusOr<RenewalInfo>>> CaClient::GetRenewalInfos(
    absl::Span<const x509::SerialNumber> serials) const {
  v1::GetRenewalInfoRequest request;
  for (const x509::SerialNumber& serial : serials) {
    request.add_serial_numbers(std::string(serial.bytes()));
  }
  v1::GetRenewalInfoResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call(&Connection::Stub::GetRenewalInfo, request, &response));
  if (response.results_size() != request.serial_numbers_size()) {
    return AnswerInvalid("it has another number of renewal windows than was asked for");
  }
  std::vector<absl::StatusOr<RenewalInfo>> infos;
  for (const v1::RenewalInfoResult& result : response.results()) {
    infos.push_back(RenewalInfoFromProto(result));
  }
  return infos;
}

absl::StatusOr<TrustBundle> CaClient::GetTrustBundle() const {
  v1::GetTrustBundleResponse response;
  FLEETCA_RETURN_IF_ERROR(
      connection_->Call(&Connection::Stub::GetTrustBundle, v1::GetTrustBundleRequest(), &response));
  return TrustBundleFromProto(response);
}

}  // namespace fleetca::client
