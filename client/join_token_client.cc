#include "client/join_token_client.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/issued.h"
#include "client/lifetime.h"
#include "client/service_connection.h"
#include "fleetca/v1/join_tokens.grpc.pb.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kTokenPrefix = "fcj_";

JoinToken FromProto(const v1::JoinToken& token) {
  JoinToken out;
  out.id = token.id();
  out.identity = token.identity();
  out.profile = token.profile();
  out.creator = token.creator();
  out.create_time = TimeFromProto(token.create_time());
  out.expire_time = TimeFromProto(token.expire_time());
  out.uses = token.uses();
  out.uses_left = token.uses_left();
  out.last_serial_number = token.last_serial_number();
  if (token.has_revoke_time()) {
    out.revoke_time = TimeFromProto(token.revoke_time());
  }
  out.revoker = token.revoker();
  return out;
}

absl::Status CheckAnswer(const CreateTokensOptions& asked,
                         const v1::CreateJoinTokensResponse& response) {
  if (static_cast<size_t>(response.tokens_size()) != asked.identities.size()) {
    return AnswerInvalid(absl::StrCat(response.tokens_size(), " tokens for ",
                                      asked.identities.size(), " identities"));
  }
  for (size_t i = 0; i < asked.identities.size(); ++i) {
    const v1::CreatedJoinToken& token = response.tokens(static_cast<int>(i));
    if (token.info().identity() != asked.identities[i] || token.info().profile() != asked.profile) {
      return AnswerInvalid("a token is for another identity or profile than was asked for");
    }
    if (!absl::StartsWith(token.token(), kTokenPrefix)) {
      return AnswerInvalid("it holds something that is not a join token");
    }
  }
  return absl::OkStatus();
}

void WipeTokens(v1::CreateJoinTokensResponse* response) {
  for (v1::CreatedJoinToken& token : *response->mutable_tokens()) {
    WipeString(*token.mutable_token());
  }
}

}  // namespace

struct JoinTokenClient::Connection : ServiceConnection<v1::JoinTokenService> {
  using ServiceConnection::ServiceConnection;
};

absl::StatusOr<std::unique_ptr<JoinTokenClient>> JoinTokenClient::Create(CaClientOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity, options.MakeIdentity());
  return absl::WrapUnique(
      new JoinTokenClient(std::make_unique<Connection>(std::move(options), identity)));
}

JoinTokenClient::JoinTokenClient(std::unique_ptr<const Connection> connection)
    : connection_(std::move(connection)) {}

JoinTokenClient::~JoinTokenClient() = default;

absl::StatusOr<std::vector<CreatedJoinToken>> JoinTokenClient::CreateTokens(
    const CreateTokensOptions& options) const {
  v1::CreateJoinTokensRequest request;
  request.mutable_identities()->Assign(options.identities.begin(), options.identities.end());
  request.set_profile(options.profile);
  request.set_uses(options.uses);
  if (options.lifetime.has_value()) {
    FLEETCA_RETURN_IF_ERROR(SetLifetime(*options.lifetime, request.mutable_lifetime()));
  }
  v1::CreateJoinTokensResponse response;
  absl::Cleanup wipe = [&response] { WipeTokens(&response); };
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::CreateJoinTokensRequest>(
      &Connection::Stub::CreateJoinTokens, request, &response));
  FLEETCA_RETURN_IF_ERROR(CheckAnswer(options, response));
  std::vector<CreatedJoinToken> created;
  created.reserve(options.identities.size());
  for (const v1::CreatedJoinToken& token : response.tokens()) {
    created.push_back({SecretBytes(token.token()), FromProto(token.info())});
  }
  return created;
}

absl::StatusOr<TokenPage> JoinTokenClient::ListTokens(const ListTokensOptions& options,
                                                      const std::string& page_token) const {
  v1::ListJoinTokensRequest request;
  request.set_identity(options.identity);
  request.set_usable_only(options.usable_only);
  request.set_page_size(kMaxTokensPerCall);
  request.set_page_token(page_token);
  v1::ListJoinTokensResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::ListJoinTokensRequest>(
      &Connection::Stub::ListJoinTokens, request, &response));
  if (!page_token.empty() && response.next_page_token() == page_token) {
    return AnswerInvalid("a page of the list names itself as the next one");
  }
  TokenPage page;
  for (const v1::JoinToken& token : response.tokens()) {
    page.tokens.push_back(FromProto(token));
  }
  page.next_page_token = response.next_page_token();
  return page;
}

absl::StatusOr<std::vector<JoinToken>> JoinTokenClient::RevokeTokens(
    absl::Span<const std::string> ids) const {
  v1::RevokeJoinTokensRequest request;
  request.mutable_ids()->Assign(ids.begin(), ids.end());
  v1::RevokeJoinTokensResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::RevokeJoinTokensRequest>(
      &Connection::Stub::RevokeJoinTokens, request, &response));
  if (static_cast<size_t>(response.tokens_size()) != ids.size()) {
    return AnswerInvalid(absl::StrCat(response.tokens_size(), " tokens for ", ids.size(), " ids"));
  }
  std::vector<JoinToken> tokens;
  for (const v1::JoinToken& token : response.tokens()) {
    tokens.push_back(FromProto(token));
  }
  return tokens;
}

}  // namespace fleetca::client
