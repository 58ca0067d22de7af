#include "service/rpc/ca_service.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/call/answer_at_once.h"
#include "service/call/status_to_rpc.h"
#include "service/issuance/issuer.h"
#include "service/rpc/batch_issue.h"
#include "service/rpc/control_call.h"
#include "service/rpc/messages.h"
#include "service/rpc/renewal_messages.h"
#include "service/rpc/stream_issue.h"
#include "service/rpc/unary_issue.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

// The method's place in the proto's service.
constexpr int kBatchIssueCertificates = 1;

}  // namespace

void WriteTrustBundle(const TrustBundle& bundle, v1::GetTrustBundleResponse* response) {
  response->set_trust_domain(bundle.trust_domain);
  response->set_version(bundle.version);
  for (const std::string& root : bundle.roots) {
    response->add_roots_der(root);
  }
}

CaService::CaService(const IssuanceIntake& intake, CallerReader& caller_reader,
                     const store::Store& store, const CurrentTrustBundle& bundles,
                     RenewalWindows& windows, ControlPool& pool)
    : intake_(intake),
      caller_reader_(caller_reader),
      store_(store),
      bundles_(bundles),
      windows_(windows),
      pool_(pool) {
  using Handler =
      grpc::internal::CallbackClientStreamingHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
  const auto begin = [this](grpc::CallbackServerContext* context, grpc::ByteBuffer* response) {
    return BeginBatch(context, response);
  };
  // gRPC has no one call for it. This one sets the kind of the method, by which gRPC does not wait
  // for the message, and the next one its handler.
  MarkMethodStreamed(kBatchIssueCertificates, new Handler(begin));
  MarkMethodRawCallback(kBatchIssueCertificates, new Handler(begin));
}

grpc::ServerUnaryReactor* CaService::IssueCertificate(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  return StartIssue(intake_, context, request, response);
}

grpc::ServerReadReactor<grpc::ByteBuffer>* CaService::BeginBatch(
    grpc::CallbackServerContext* context, grpc::ByteBuffer* response) {
  return StartBatchIssue(intake_, open_, context, response);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* CaService::StreamIssueCertificates(
    grpc::CallbackServerContext* context) {
  return StartStreamIssue(intake_, open_, context);
}

grpc::ServerUnaryReactor* CaService::RenewCertificate(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  return StartRenew(intake_, context, request, response);
}

grpc::ServerUnaryReactor* CaService::GetRenewalInfo(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  return StartControlCall<v1::GetRenewalInfoRequest, v1::GetRenewalInfoResponse>(
      pool_, caller_reader_, context, request, response,
      [this](const CertificateCaller&, const auto& message, auto* answer) {
        return TellWindows(message, answer);
      });
}

absl::Status CaService::TellWindows(const v1::GetRenewalInfoRequest& request,
                                    v1::GetRenewalInfoResponse* response) const {
  if (request.serial_numbers().empty()) {
    return InvalidArgument(Reason::kRequestEmpty, "serial_numbers",
                           "The request has no serial number; send at least one");
  }
  if (request.serial_numbers_size() > kMaxRenewalInfos) {
    return InvalidArgument(
        Reason::kRequestTooLarge, "serial_numbers",
        absl::StrCat("The request has ", request.serial_numbers_size(),
                     " serial numbers; send at most ", kMaxRenewalInfos, " in one call"));
  }
  const std::vector<absl::string_view> serials(request.serial_numbers().begin(),
                                               request.serial_numbers().end());
  FLEETCA_ASSIGN_OR_RETURN(const auto windows, windows_.Find(serials));
  for (const absl::StatusOr<RenewalWindow>& window : windows) {
    v1::RenewalInfoResult* const result = response->add_results();
    if (window.ok()) {
      WriteRenewalWindow(*window, result->mutable_info());
    } else {
      *result->mutable_error() = ToRpcStatus(window.status());
    }
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* CaService::GetCertificate(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  return StartControlCall<v1::GetCertificateRequest, v1::GetCertificateResponse>(
      pool_, caller_reader_, context, request, response,
      [this](const CertificateCaller&, const auto& message, auto* answer) {
        return Get(message.serial_number(), answer);
      });
}

absl::Status CaService::Get(absl::string_view serial, v1::GetCertificateResponse* response) const {
  const absl::StatusOr<x509::SerialNumber> parsed = x509::SerialNumber::FromBytes(serial);
  if (!parsed.ok()) {
    return InvalidArgument(Reason::kSerialInvalid, "serial_number", parsed.status().message());
  }
  absl::StatusOr<store::CertificateRecord> record = store_.GetBySerial(serial);
  if (absl::IsNotFound(record.status())) {
    return NotFound(Reason::kNotFound, "serial_number",
                    absl::StrCat("No certificate has the serial number ", parsed->ToHex()));
  }
  FLEETCA_RETURN_IF_ERROR(record.status());
  const absl::StatusOr<store::Revocation> revocation = store_.GetRevocation(serial);
  if (revocation.ok()) {
    WriteTimestamp(revocation->revoked_at, response->mutable_revoke_time());
    response->set_revocation_reason(static_cast<v1::RevocationReason>(revocation->reason));
    response->set_revoker(revocation->revoked_by);
  } else if (!absl::IsNotFound(revocation.status())) {
    return revocation.status();
  }
  response->set_identity(record->identity);
  response->set_requester(record->requester);
  response->set_profile(record->profile);
  WriteTimestamp(record->issued_at, response->mutable_issue_time());
  WriteIssuedCertificate(AnswerFromRecord(*std::move(record)), response->mutable_certificate());
  for (const std::string& der : intake_.chain()) {
    response->add_chain_der(der);
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* CaService::GetTrustBundle(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  return AnswerAtOnce<v1::GetTrustBundleRequest, v1::GetTrustBundleResponse>(
      context, *request, response, [&](const auto&, auto* answer) {
        WriteTrustBundle(*bundles_.Current(), answer);
        return absl::OkStatus();
      });
}

}  // namespace fleetca::service
