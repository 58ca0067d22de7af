#include "service/rpc/revocation_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "service/rpc/control_call.h"
#include "service/rpc/revocation_messages.h"
#include "x509/san.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

constexpr uint32_t kDefaultPage = 100;
constexpr uint32_t kMaxPage = 1000;

// Whether the request is for the very certificate that the caller shows, whose key TLS has proved.
bool IsForOwnCertificate(const CertificateCaller& caller,
                         const v1::RevokeCertificatesRequest& request) {
  return caller.held != nullptr && request.serial_numbers().values_size() == 1 &&
         request.serial_numbers().values(0) == caller.held->serial;
}

// The CA has issued nothing for an identity of another trust domain and never will, so who blocks
// one has mistyped it, and the one that is meant would stay unblocked.
absl::Status CheckIsOfCallersTrustDomain(absl::string_view identity,
                                         const CertificateCaller& caller) {
  FLEETCA_RETURN_IF_ERROR(x509::CheckSpiffeId(identity, "identity"));
  const absl::string_view own = x509::SpiffeTrustDomain(caller.spiffe_id);
  if (own.empty() || x509::SpiffeTrustDomain(identity) == own) {
    return absl::OkStatus();
  }
  return InvalidArgument(
      Reason::kSanInvalid, "identity",
      absl::StrCat(
          identity, " is not in the trust domain \"", own,
          "\", for which alone the CA issues; there is nothing to block. Is it spelled right?"));
}

}  // namespace

template <typename Request, typename Response>
grpc::ServerUnaryReactor* RevocationService::Launch(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response,
    absl::Status (RevocationService::*handle)(const CertificateCaller&, const Request&,
                                              Response*)) {
  return StartControlCall<Request, Response>(
      pool_, caller_reader_, context, request, response,
      [this, handle](const CertificateCaller& caller, const Request& message, Response* answer) {
        return (this->*handle)(caller, message, answer);
      });
}

grpc::ServerUnaryReactor* RevocationService::RevokeCertificates(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Launch(context, request, response, &RevocationService::Revoke);
}

absl::Status RevocationService::Revoke(const CertificateCaller& caller,
                                       const v1::RevokeCertificatesRequest& request,
                                       v1::RevokeCertificatesResponse* response) {
  const absl::Status right =
      policies_.Current()->CheckRight(caller.spiffe_id, Right::kRevokeCertificates);
  if (!right.ok()) {
    if (!IsForOwnCertificate(caller, request)) {
      return right;
    }
    if (!request.dry_run()) {
      FLEETCA_RETURN_IF_ERROR(own_.Take(caller.spiffe_id, SteadyTime()));
    }
  }
  FLEETCA_ASSIGN_OR_RETURN(RevokeRequest wanted, ReadRevokeRequest(request));
  wanted.revoked_by = caller.spiffe_id;
  FLEETCA_ASSIGN_OR_RETURN(const RevokeResult result, revoker_.Revoke(wanted));
  response->set_revoked(result.revoked);
  response->set_upgraded(result.upgraded);
  response->set_unchanged(result.unchanged);
  response->set_sequence(result.sequence);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* RevocationService::BlockIdentity(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return Launch(context, request, response, &RevocationService::Block);
}

absl::Status RevocationService::Block(const CertificateCaller& caller,
                                      const v1::BlockIdentityRequest& request,
                                      v1::BlockIdentityResponse* response) {
  FLEETCA_RETURN_IF_ERROR(CheckIsOfCallersTrustDomain(request.identity(), caller));
  FLEETCA_ASSIGN_OR_RETURN(const store::Block block,
                           blocks_.Block(request.identity(), request.reason(), caller.spiffe_id));
  WriteBlock(block, response->mutable_block());
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* RevocationService::UnblockIdentity(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return Launch(context, request, response, &RevocationService::Unblock);
}

absl::Status RevocationService::Unblock(const CertificateCaller& caller,
                                        const v1::UnblockIdentityRequest& request,
                                        v1::UnblockIdentityResponse* response) {
  FLEETCA_ASSIGN_OR_RETURN(const bool was_blocked,
                           blocks_.Unblock(request.identity(), caller.spiffe_id));
  response->set_was_blocked(was_blocked);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* RevocationService::UnblockLineage(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return Launch(context, request, response, &RevocationService::UnblockLine);
}

absl::Status RevocationService::UnblockLine(const CertificateCaller& caller,
                                            const v1::UnblockLineageRequest& request,
                                            v1::UnblockLineageResponse* response) {
  FLEETCA_ASSIGN_OR_RETURN(const bool was_blocked,
                           blocks_.UnblockLineage(request.lineage(), caller.spiffe_id));
  response->set_was_blocked(was_blocked);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* RevocationService::ListBlocks(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return Launch(context, request, response, &RevocationService::List);
}

absl::Status RevocationService::List(const CertificateCaller&, const v1::ListBlocksRequest& request,
                                     v1::ListBlocksResponse* response) {
  if (request.page_size() > kMaxPage) {
    return InvalidArgument(
        Reason::kRequestTooLarge, "page_size",
        absl::StrCat("page_size is ", request.page_size(), "; ask for at most ", kMaxPage));
  }
  FLEETCA_ASSIGN_OR_RETURN(
      BlockPage page, blocks_.List(request.page_token(),
                                   request.page_size() == 0 ? kDefaultPage : request.page_size()));
  for (const store::Block& block : page.blocks) {
    WriteBlock(block, response->add_blocks());
  }
  response->set_next_page_token(std::move(page.next));
  return absl::OkStatus();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* RevocationService::WatchRevocations(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return watchers_.Watch(context, request);
}

}  // namespace fleetca::service
