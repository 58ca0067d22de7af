#include "service/rpc/join_token_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/join/join_token.h"
#include "service/rpc/control_call.h"
#include "service/rpc/messages.h"

namespace fleetca::service {
namespace {

constexpr uint32_t kDefaultPage = 100;
constexpr uint32_t kMaxPage = 1000;

void WriteToken(const store::JoinTokenState& state, v1::JoinToken* out) {
  const store::JoinToken& token = state.token;
  out->set_id(JoinTokenId(token.hash));
  out->set_identity(token.identity);
  out->set_profile(token.profile);
  out->set_creator(token.creator);
  WriteTimestamp(token.created_at, out->mutable_create_time());
  WriteTimestamp(token.expires_at, out->mutable_expire_time());
  out->set_uses(token.uses);
  out->set_uses_left(token.uses - state.uses);
  out->set_last_serial_number(state.last_serial);
  if (state.revocation.has_value()) {
    WriteTimestamp(state.revocation->revoked_at, out->mutable_revoke_time());
    out->set_revoker(state.revocation->revoker);
  }
}

absl::StatusOr<TokenListRequest> ReadListRequest(const v1::ListJoinTokensRequest& request) {
  if (request.page_size() > kMaxPage) {
    return InvalidArgument(
        Reason::kRequestTooLarge, "page_size",
        absl::StrCat("page_size is ", request.page_size(), "; ask for at most ", kMaxPage));
  }
  if (!request.page_token().empty() && request.page_token().size() != store::kJoinTokenHashSize) {
    return InvalidArgument(Reason::kConfigInvalid, "page_token",
                           "page_token is not one that this server gave; begin without one");
  }
  return TokenListRequest{.identity = request.identity(),
                          .usable_only = request.usable_only(),
                          .limit = request.page_size() == 0 ? kDefaultPage : request.page_size(),
                          .from = request.page_token()};
}

}  // namespace

template <typename Request, typename Response>
grpc::ServerUnaryReactor* JoinTokenService::Launch(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response,
    absl::Status (JoinTokenService::*handle)(const CertificateCaller&, const Request&, Response*)) {
  return StartControlCall<Request, Response>(
      pool_, caller_reader_, context, request, response,
      [this, handle](const CertificateCaller& caller, const Request& message, Response* answer) {
        return (this->*handle)(caller, message, answer);
      });
}

grpc::ServerUnaryReactor* JoinTokenService::CreateJoinTokens(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return Launch(context, request, response, &JoinTokenService::Create);
}

absl::Status JoinTokenService::Create(const CertificateCaller& caller,
                                      const v1::CreateJoinTokensRequest& request,
                                      v1::CreateJoinTokensResponse* response) {
  NewTokensRequest wanted;
  wanted.identities.assign(request.identities().begin(), request.identities().end());
  wanted.profile = request.profile();
  if (request.has_lifetime()) {
    FLEETCA_ASSIGN_OR_RETURN(wanted.lifetime, ReadLifetime(request.lifetime()));
  }
  wanted.uses = request.uses() == 0 ? 1 : request.uses();
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<NewToken> made, tokens_.Create(caller, wanted));
  for (const NewToken& token : made) {
    v1::CreatedJoinToken* out = response->add_tokens();
    out->set_token(std::string(token.token.view()));
    WriteToken(token.state, out->mutable_info());
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* JoinTokenService::ListJoinTokens(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return Launch(context, request, response, &JoinTokenService::List);
}

absl::Status JoinTokenService::List(const CertificateCaller& caller,
                                    const v1::ListJoinTokensRequest& request,
                                    v1::ListJoinTokensResponse* response) {
  FLEETCA_ASSIGN_OR_RETURN(const TokenListRequest wanted, ReadListRequest(request));
  FLEETCA_ASSIGN_OR_RETURN(const TokenList list, tokens_.List(wanted));
  for (const store::JoinTokenState& state : list.tokens) {
    WriteToken(state, response->add_tokens());
  }
  response->set_next_page_token(list.next);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* JoinTokenService::RevokeJoinTokens(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return Launch(context, request, response, &JoinTokenService::Revoke);
}

absl::Status JoinTokenService::Revoke(const CertificateCaller& caller,
                                      const v1::RevokeJoinTokensRequest& request,
                                      v1::RevokeJoinTokensResponse* response) {
  const std::vector<std::string> ids(request.ids().begin(), request.ids().end());
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<store::JoinTokenState> revoked,
                           tokens_.Revoke(caller, ids));
  for (const store::JoinTokenState& state : revoked) {
    WriteToken(state, response->add_tokens());
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service
