#include "client/testing/fake_service.h"

#include <utility>

#include "absl/strings/strip.h"
#include "client/issued.h"

namespace fleetca::client::testing {
namespace {

constexpr absl::Duration kLife = absl::Hours(24);

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  out->set_seconds(absl::ToUnixSeconds(time));
}

v1::IssuedCertificate ToProto(const FakeCertificate& made) {
  v1::IssuedCertificate certificate;
  certificate.set_certificate_der(made.der);
  certificate.set_serial_number(std::string(made.serial.bytes()));
  SetTime(made.not_before, certificate.mutable_not_before());
  SetTime(made.not_after, certificate.mutable_not_after());
  SetTime(made.not_after - kLife / 3, certificate.mutable_renew_after());
  return certificate;
}

// Whom a certificate is for: who renews, the identity that the request names, or one.
std::string IdentityOf(const v1::IssueCertificateRequest& request,
                       const std::optional<ShownCertificate>& shown) {
  if (request.has_renewal()) {
    return shown->identity;
  }
  return request.identity().empty() ? "spiffe://fleet.example/svc/web" : request.identity();
}

// What a policy may say to a request for a certificate of this identity.
v1::Decision MakeDecision(const v1::IssueCertificateRequest& request, const std::string& identity) {
  v1::Decision decision;
  decision.set_identity(identity);
  decision.set_caller_rule("admins");
  decision.set_subject_rule("services");
  decision.set_profile(request.profile());
  decision.add_names("URI:" + decision.identity());
  decision.add_names("DNS:web.fleet.example");
  decision.add_roles("reader");
  decision.add_roles("writer");
  decision.add_audience("echo");
  v1::DecidedAttribute* attribute = decision.add_attributes();
  attribute->set_name("team");
  attribute->set_value("web");
  decision.mutable_lifetime()->set_seconds(absl::ToInt64Seconds(kLife));
  decision.mutable_max_lifetime()->set_seconds(7 * absl::ToInt64Seconds(kLife));
  decision.set_policy_revision(3);
  decision.set_revocation("crl");
  return decision;
}

void SetChain(const std::vector<std::string>& chain,
              google::protobuf::RepeatedPtrField<std::string>* out) {
  out->Assign(chain.begin(), chain.end());
}

}  // namespace

void FakeService::FailNext(std::vector<FakeError> errors) {
  absl::MutexLock lock(&mutex_);
  errors_.assign(errors.begin(), errors.end());
}

void FakeService::FailNextItems(std::vector<FakeError> errors) {
  absl::MutexLock lock(&mutex_);
  item_errors_.assign(errors.begin(), errors.end());
}

void FakeService::Tamper(
    std::function<void(v1::IssuedCertificate*, std::vector<std::string>* chain)> tamper) {
  absl::MutexLock lock(&mutex_);
  tamper_ = std::move(tamper);
}

void FakeService::AcceptToken(std::string token) {
  absl::MutexLock lock(&mutex_);
  accepted_token_ = std::move(token);
}

void FakeService::ServeRoots(std::vector<std::string> roots_der) {
  absl::MutexLock lock(&mutex_);
  roots_der_ = std::move(roots_der);
}

void FakeService::NoteAuthorization(const grpc::ServerContext& context) {
  absl::MutexLock lock(&mutex_);
  const auto [begin, end] = context.client_metadata().equal_range("authorization");
  for (auto entry = begin; entry != end; ++entry) {
    authorizations_.emplace_back(entry->second.data(), entry->second.size());
  }
}

grpc::Status FakeService::Authenticate(const grpc::ServerContext& context,
                                       const std::string& request_id, std::string* join_token) {
  NoteAuthorization(context);
  if (context.auth_context()->IsPeerAuthenticated()) {
    return grpc::Status::OK;
  }
  absl::MutexLock lock(&mutex_);
  const std::string header = authorizations_.empty() ? "" : authorizations_.back();
  absl::string_view token = header;
  if (absl::ConsumePrefix(&token, "Bearer ")) {
    if (!accepted_token_.empty() && token == accepted_token_) {
      return grpc::Status::OK;
    }
    // A used token still gets the certificate that it was used for.
    if (join_tokens_.IsUsable(token) || by_request_id_.contains(request_id)) {
      *join_token = std::string(token);
      return grpc::Status::OK;
    }
  }
  return FakeError{grpc::StatusCode::UNAUTHENTICATED, "this token is of no use", "CALLER_UNKNOWN",
                   "", absl::ZeroDuration()}
      .ToGrpc();
}

grpc::Status FakeService::NextCallStatus() {
  absl::MutexLock lock(&mutex_);
  if (errors_.empty()) {
    return grpc::Status::OK;
  }
  const grpc::Status status = errors_.front().ToGrpc();
  errors_.pop_front();
  return status;
}

absl::StatusOr<FakeOrder> FakeService::OrderFor(
    const v1::IssueCertificateRequest& request,
    const std::optional<ShownCertificate>& shown) const {
  FakeOrder order;
  if (request.has_renewal()) {
    order.names = shown->names;
    order.spki = shown->spki;
  } else {
    order.names = {{x509::NameType::kDns, "web.fleet.example"}};
    if (!request.identity().empty()) {
      order.names.insert(order.names.begin(), {x509::NameType::kUri, request.identity()});
    }
  }
  if (!request.has_renewal() || request.has_csr_der()) {
    const absl::StatusOr<absl::string_view> spki = CsrPublicKey(request.csr_der());
    if (!spki.ok()) {
      return spki.status();
    }
    order.spki = std::string(*spki);
  }
  return order;
}

google::rpc::Status FakeService::IssueOne(const v1::IssueCertificateRequest& request,
                                          const std::optional<ShownCertificate>& shown,
                                          v1::IssuedCertificate* certificate,
                                          std::vector<std::string>* chain) {
  absl::MutexLock lock(&mutex_);
  requests_.push_back(request);
  *chain = {ca_.issuing_der()};
  if (!item_errors_.empty()) {
    const FakeError error = item_errors_.front();
    item_errors_.pop_front();
    if (error.code != grpc::StatusCode::OK) {
      return error.ToRpc();
    }
  }
  const std::string& request_id = request.request_id();
  if (!request_id.empty() && (request_id.size() < 16 || request_id.size() > 64)) {
    return FakeError{grpc::StatusCode::INVALID_ARGUMENT, "bad request_id", "REQUEST_ID_INVALID",
                     "request_id", absl::ZeroDuration()}
        .ToRpc();
  }
  if (request.has_renewal() && !shown.has_value()) {
    return lineages_.Refusal(request, shown)->ToRpc();
  }
  const absl::StatusOr<FakeOrder> order = OrderFor(request, shown);
  if (!order.ok()) {
    return FakeError{grpc::StatusCode::INVALID_ARGUMENT, "bad CSR", "CSR_MALFORMED", "csr",
                     absl::ZeroDuration()}
        .ToRpc();
  }
  const auto known = by_request_id_.find(request_id);
  const bool is_new = known == by_request_id_.end();
  if (request.has_renewal() && is_new) {
    if (const auto refusal = lineages_.Refusal(request, shown)) {
      return refusal->ToRpc();
    }
  }
  if (request.validate_only()) {
    *certificate->mutable_decision() = MakeDecision(request, IdentityOf(request, shown));
    return google::rpc::Status();
  }
  if (!is_new) {
    if (known->second.request != request.SerializeAsString()) {
      return FakeError{grpc::StatusCode::ALREADY_EXISTS, "request_id was used for another request",
                       "REQUEST_ID_REUSED", "request_id", absl::ZeroDuration()}
          .ToRpc();
    }
    *certificate = known->second.certificate;
    certificate->set_replayed(true);
  } else {
    *certificate = ToProto(ca_.Issue(*order));
    if (request.has_renewal()) {
      lineages_.Step(shown->serial, certificate->serial_number());
    }
    const Kept kept = {*certificate, request.SerializeAsString(), IdentityOf(request, shown),
                       request.profile(), absl::Now()};
    if (!request_id.empty()) {
      by_request_id_[request_id] = kept;
    }
    by_serial_[certificate->serial_number()] = kept;
  }
  if (tamper_) {
    tamper_(certificate, chain);
  }
  return google::rpc::Status();
}

grpc::Status FakeService::IssueCertificate(grpc::ServerContext* context,
                                           const v1::IssueCertificateRequest* request,
                                           v1::IssueCertificateResponse* response) {
  std::string join_token;
  if (const grpc::Status status = Authenticate(*context, request->request_id(), &join_token);
      !status.ok()) {
    return status;
  }
  return IssueFor(ShownBy(*context), join_token, *request, response);
}

grpc::Status FakeService::IssueFor(const std::optional<ShownCertificate>& shown,
                                   const std::string& join_token,
                                   const v1::IssueCertificateRequest& request,
                                   v1::IssueCertificateResponse* response) {
  if (const grpc::Status status = NextCallStatus(); !status.ok()) {
    absl::MutexLock lock(&mutex_);
    requests_.push_back(request);
    return status;
  }
  std::vector<std::string> chain;
  const google::rpc::Status status =
      IssueOne(request, shown, response->mutable_certificate(), &chain);
  if (status.code() == 0 && !request.validate_only() && !join_token.empty() &&
      !response->certificate().replayed()) {
    join_tokens_.Use(join_token);
  }
  SetChain(chain, response->mutable_chain_der());
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), status.message(),
                      status.SerializeAsString());
}

grpc::Status FakeService::RenewCertificate(grpc::ServerContext* context,
                                           const v1::RenewCertificateRequest* request,
                                           v1::RenewCertificateResponse* response) {
  v1::IssueCertificateRequest issue;
  issue.mutable_renewal();
  if (request->has_csr_der()) {
    issue.set_csr_der(request->csr_der());
  }
  issue.set_profile(request->profile());
  issue.set_request_id(request->request_id());
  issue.set_validate_only(request->validate_only());
  v1::IssueCertificateResponse issued;
  if (!request->proof().empty()) {
    absl::MutexLock lock(&mutex_);
    proofs_.push_back(request->proof());
  }
  const std::optional<ShownCertificate> proven = ShownByProof(request->proof());
  const grpc::Status status = proven.has_value() ? IssueFor(proven, "", issue, &issued)
                                                 : IssueCertificate(context, &issue, &issued);
  *response->mutable_certificate() = issued.certificate();
  *response->mutable_chain_der() = issued.chain_der();
  return status;
}

grpc::Status FakeService::BatchIssueCertificates(grpc::ServerContext* context,
                                                 const v1::BatchIssueCertificatesRequest* request,
                                                 v1::BatchIssueCertificatesResponse* response) {
  if (const grpc::Status status = NextCallStatus(); !status.ok()) {
    return status;
  }
  if (request->requests().empty()) {
    return FakeError{grpc::StatusCode::INVALID_ARGUMENT, "no request in the batch", "REQUEST_EMPTY",
                     "requests", absl::ZeroDuration()}
        .ToGrpc();
  }
  std::vector<std::string> chain;
  for (const v1::IssueCertificateRequest& item : request->requests()) {
    v1::BatchIssueResult* result = response->add_results();
    v1::IssuedCertificate certificate;
    const google::rpc::Status status = IssueOne(item, ShownBy(*context), &certificate, &chain);
    if (status.code() == 0) {
      *result->mutable_certificate() = certificate;
    } else {
      *result->mutable_error() = status;
    }
  }
  SetChain(chain, response->mutable_chain_der());
  return grpc::Status::OK;
}

grpc::Status FakeService::StreamIssueCertificates(
    grpc::ServerContext* context,
    grpc::ServerReaderWriter<v1::StreamIssueCertificatesResponse,
                             v1::StreamIssueCertificatesRequest>* stream) {
  v1::StreamIssueCertificatesRequest request;
  bool chain_sent = false;
  while (stream->Read(&request)) {
    v1::StreamIssueCertificatesResponse response;
    response.set_id(request.id());
    std::vector<std::string> chain;
    v1::IssuedCertificate certificate;
    const google::rpc::Status status =
        IssueOne(request.request(), ShownBy(*context), &certificate, &chain);
    if (status.code() == 0) {
      *response.mutable_certificate() = certificate;
    } else {
      *response.mutable_error() = status;
    }
    if (!chain_sent && status.code() == 0) {
      SetChain(chain, response.mutable_chain_der());
      chain_sent = true;
    }
    stream->Write(response);
  }
  return NextCallStatus();
}

grpc::Status FakeService::GetCertificate(grpc::ServerContext*,
                                         const v1::GetCertificateRequest* request,
                                         v1::GetCertificateResponse* response) {
  if (const grpc::Status status = NextCallStatus(); !status.ok()) {
    return status;
  }
  absl::MutexLock lock(&mutex_);
  const auto found = by_serial_.find(request->serial_number());
  if (found == by_serial_.end()) {
    return FakeError{grpc::StatusCode::NOT_FOUND, "no certificate has this serial", "NOT_FOUND",
                     "serial_number", absl::ZeroDuration()}
        .ToGrpc();
  }
  std::vector<std::string> chain = {ca_.issuing_der()};
  *response->mutable_certificate() = found->second.certificate;
  if (tamper_) {
    tamper_(response->mutable_certificate(), &chain);
  }
  SetChain(chain, response->mutable_chain_der());
  response->set_identity(found->second.identity);
  response->set_requester("spiffe://fleet.example/user/admin");
  response->set_profile(found->second.profile);
  SetTime(found->second.issue_time, response->mutable_issue_time());
  return grpc::Status::OK;
}

grpc::Status FakeService::GetRenewalInfo(grpc::ServerContext*,
                                         const v1::GetRenewalInfoRequest* request,
                                         v1::GetRenewalInfoResponse* response) {
  if (const grpc::Status status = NextCallStatus(); !status.ok()) {
    return status;
  }
  absl::MutexLock lock(&mutex_);
  for (const std::string& serial : request->serial_numbers()) {
    v1::RenewalInfoResult* const result = response->add_results();
    const auto found = by_serial_.find(serial);
    if (found == by_serial_.end()) {
      *result->mutable_error() =
          FakeError{grpc::StatusCode::NOT_FOUND, "no certificate has this serial", "NOT_FOUND",
                    "serial_numbers", absl::ZeroDuration()}
              .ToRpc();
      continue;
    }
    const v1::IssuedCertificate& certificate = found->second.certificate;
    const int64_t start = certificate.not_before().seconds();
    const int64_t validity = certificate.not_after().seconds() - start;
    v1::RenewalInfo& info = *result->mutable_info();
    info.mutable_window_start()->set_seconds(start + validity / 2);
    info.mutable_window_end()->set_seconds(start + validity * 3 / 4);
    info.mutable_retry_after()->set_seconds(3600);
    info.mutable_retry_after()->set_nanos(960'687'618);  // as a server's own clock has it
  }
  return grpc::Status::OK;
}

grpc::Status FakeService::GetTrustBundle(grpc::ServerContext* context,
                                         const v1::GetTrustBundleRequest*,
                                         v1::GetTrustBundleResponse* response) {
  NoteAuthorization(*context);
  if (const grpc::Status status = NextCallStatus(); !status.ok()) {
    return status;
  }
  absl::MutexLock lock(&mutex_);
  response->set_trust_domain("fleet.example");
  response->mutable_roots_der()->Assign(roots_der_.begin(), roots_der_.end());
  response->set_version(std::string(32, '\x01'));
  return grpc::Status::OK;
}

}  // namespace fleetca::client::testing
