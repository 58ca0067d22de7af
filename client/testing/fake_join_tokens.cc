#include "client/testing/fake_join_tokens.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace fleetca::client::testing {
namespace {

constexpr absl::Duration kDefaultLifetime = absl::Minutes(10);

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  out->set_seconds(absl::ToUnixSeconds(time));
}

bool HasUse(const v1::JoinToken& token) {
  return token.uses_left() > 0 && !token.has_revoke_time() &&
         absl::FromUnixSeconds(token.expire_time().seconds()) > absl::Now();
}

std::string SecretOf(size_t index) { return absl::StrFormat("fcj_%043d", index); }

}  // namespace

void FakeJoinTokens::FailNext(std::vector<FakeError> errors) {
  absl::MutexLock lock(&mutex_);
  errors_.assign(errors.begin(), errors.end());
}

void FakeJoinTokens::Tamper(std::function<void(v1::CreateJoinTokensResponse*)> tamper) {
  absl::MutexLock lock(&mutex_);
  tamper_ = std::move(tamper);
}

void FakeJoinTokens::LimitPages(size_t size) {
  absl::MutexLock lock(&mutex_);
  page_limit_ = size;
}

bool FakeJoinTokens::IsUsable(absl::string_view token) const {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if (SecretOf(i) == token) {
      return HasUse(tokens_[i]);
    }
  }
  return false;
}

void FakeJoinTokens::Use(absl::string_view token) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if (SecretOf(i) == token) {
      tokens_[i].set_uses_left(tokens_[i].uses_left() - 1);
    }
  }
}

std::vector<v1::CreateJoinTokensRequest> FakeJoinTokens::create_requests() const {
  absl::MutexLock lock(&mutex_);
  return create_requests_;
}

std::vector<v1::JoinToken> FakeJoinTokens::tokens() const {
  absl::MutexLock lock(&mutex_);
  return tokens_;
}

grpc::Status FakeJoinTokens::NextCallStatus() {
  if (errors_.empty()) {
    return grpc::Status::OK;
  }
  const FakeError error = errors_.front();
  errors_.pop_front();
  return error.code == grpc::StatusCode::OK ? grpc::Status::OK : error.ToGrpc();
}

grpc::Status FakeJoinTokens::CreateJoinTokens(grpc::ServerContext*,
                                              const v1::CreateJoinTokensRequest* request,
                                              v1::CreateJoinTokensResponse* response) {
  absl::MutexLock lock(&mutex_);
  create_requests_.push_back(*request);
  if (const grpc::Status status = NextCallStatus(); !status.ok()) {
    return status;
  }
  const absl::Duration lifetime =
      request->has_lifetime() ? absl::Seconds(request->lifetime().seconds()) : kDefaultLifetime;
  for (const std::string& identity : request->identities()) {
    v1::CreatedJoinToken* created = response->add_tokens();
    created->set_token(SecretOf(tokens_.size()));
    v1::JoinToken* info = created->mutable_info();
    info->set_id(absl::StrFormat("%016x", tokens_.size()));
    info->set_identity(identity);
    info->set_profile(request->profile());
    info->set_creator("spiffe://fleet.example/user/admin");
    SetTime(absl::Now(), info->mutable_create_time());
    SetTime(absl::Now() + lifetime, info->mutable_expire_time());
    info->set_uses(std::max(request->uses(), 1u));
    info->set_uses_left(info->uses());
    tokens_.push_back(*info);
  }
  if (tamper_) {
    tamper_(response);
  }
  return grpc::Status::OK;
}

grpc::Status FakeJoinTokens::ListJoinTokens(grpc::ServerContext*,
                                            const v1::ListJoinTokensRequest* request,
                                            v1::ListJoinTokensResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (const grpc::Status status = NextCallStatus(); !status.ok()) {
    return status;
  }
  size_t i = 0;
  if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &i)) {
    return FakeError{grpc::StatusCode::INVALID_ARGUMENT, "no page has this token", "CONFIG_INVALID",
                     "page_token", absl::ZeroDuration()}
        .ToGrpc();
  }
  const size_t end =
      std::min(tokens_.size(), i + std::min<size_t>(request->page_size(), page_limit_));
  for (; i < end; ++i) {
    const bool wanted =
        (request->identity().empty() || tokens_[i].identity() == request->identity()) &&
        (!request->usable_only() || HasUse(tokens_[i]));
    if (wanted) {
      *response->add_tokens() = tokens_[i];
    }
  }
  if (end < tokens_.size()) {
    response->set_next_page_token(absl::StrCat(end));
  }
  return grpc::Status::OK;
}

grpc::Status FakeJoinTokens::RevokeJoinTokens(grpc::ServerContext*,
                                              const v1::RevokeJoinTokensRequest* request,
                                              v1::RevokeJoinTokensResponse* response) {
  absl::MutexLock lock(&mutex_);
  if (const grpc::Status status = NextCallStatus(); !status.ok()) {
    return status;
  }
  std::vector<v1::JoinToken*> found;
  for (const std::string& id : request->ids()) {
    const auto token =
        std::find_if(tokens_.begin(), tokens_.end(),
                     [&id](const v1::JoinToken& candidate) { return candidate.id() == id; });
    if (token == tokens_.end()) {
      return FakeError{grpc::StatusCode::NOT_FOUND, absl::StrCat("no join token has the id ", id),
                       "NOT_FOUND", "ids", absl::ZeroDuration()}
          .ToGrpc();
    }
    found.push_back(&*token);
  }
  for (v1::JoinToken* token : found) {
    if (!token->has_revoke_time()) {
      SetTime(absl::Now(), token->mutable_revoke_time());
      token->set_revoker("spiffe://fleet.example/user/admin");
    }
    *response->add_tokens() = *token;
  }
  return grpc::Status::OK;
}

}  // namespace fleetca::client::testing
