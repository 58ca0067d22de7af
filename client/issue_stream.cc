#include "client/issue_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/issue_stream_call.h"
#include "client/status_from_grpc.h"
#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::client {

IssueStream::IssueStream(std::unique_ptr<Call> call, Settings settings)
    : settings_(std::move(settings)), call_(std::move(call)) {}

IssueStream::~IssueStream() {
  if (!end_.has_value()) {
    call_->Cancel();
    call_->Finish().IgnoreError();
  }
}

absl::Status IssueStream::Send(uint64_t id, const IssueOptions& options) {
  v1::StreamIssueCertificatesRequest message;
  message.set_id(id);
  FLEETCA_ASSIGN_OR_RETURN(*message.mutable_request(), BuildIssueRequest(options));
  FLEETCA_ASSIGN_OR_RETURN(AskedCertificate asked, AskedBy(message.request(), settings_.asking));
  {
    absl::MutexLock lock(&mutex_);
    if (!unanswered_.emplace(id, std::move(asked)).second) {
      return InvalidArgument(Reason::kRequestIdInvalid, "id",
                             absl::StrCat("id ", id, " is of a request not answered yet"));
    }
  }
  if (!call_->Write(message)) {
    return Unavailable(Reason::kServerUnreachable, "the stream has ended: open a new one");
  }
  return absl::OkStatus();
}

void IssueStream::FinishSending() { call_->FinishWriting(); }

absl::StatusOr<std::optional<StreamAnswer>> IssueStream::Receive() {
  v1::StreamIssueCertificatesResponse response;
  if (end_.has_value() || !call_->Read(&response)) {
    FLEETCA_RETURN_IF_ERROR(Finish());
    return std::nullopt;
  }
  if (response.chain_der_size() > 0) {
    chain_der_.assign(response.chain_der().begin(), response.chain_der().end());
  }
  std::optional<AskedCertificate> asked;
  {
    absl::MutexLock lock(&mutex_);
    if (auto node = unanswered_.extract(response.id())) {
      asked = std::move(node.mapped());
    }
  }
  if (!asked.has_value()) {
    call_->Cancel();
    return AnswerInvalid(absl::StrCat("nothing with id ", response.id(), " was asked"));
  }
  return StreamAnswer{response.id(), ReadOutcome(response, *asked)};
}

absl::StatusOr<Issued> IssueStream::ReadOutcome(const v1::StreamIssueCertificatesResponse& response,
                                                const AskedCertificate& asked) const {
  if (response.has_error()) {
    FLEETCA_RETURN_IF_ERROR(StatusFromRpc(response.error()));
  }
  if (!response.has_certificate()) {
    return AnswerInvalid("it holds neither a certificate nor an error");
  }
  return ReadIssued(response.certificate(), chain_der_, asked, settings_.now(),
                    settings_.roots_der);
}

absl::Status IssueStream::Finish() {
  if (!end_.has_value()) {
    end_ = settings_.explain(call_->Finish());
  }
  FLEETCA_RETURN_IF_ERROR(*end_);
  absl::MutexLock lock(&mutex_);
  if (!unanswered_.empty()) {
    return AnswerInvalid(
        absl::StrCat("the stream ended with ", unanswered_.size(), " requests unanswered"));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client
