#include "service/join/join_tokens.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "service/join/join_token.h"
#include "service/policy/policy.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kDropInterval = absl::Hours(1);
// Tokens that one List looks at, of which few may be wanted.
constexpr size_t kMaxVisited = 20000;
constexpr size_t kIdDigits = 16;

absl::Status CheckCount(size_t count, absl::string_view field) {
  if (count == 0) {
    return InvalidArgument(Reason::kRequestEmpty, field,
                           absl::StrCat("The request names no ", field, "; send at least one"));
  }
  if (count > kMaxTokensPerCall) {
    return InvalidArgument(Reason::kRequestTooLarge, field,
                           absl::StrCat("The request has ", count, " ", field, "; send at most ",
                                        kMaxTokensPerCall, " in one call"));
  }
  return absl::OkStatus();
}

absl::Status CheckRequest(const NewTokensRequest& request) {
  FLEETCA_RETURN_IF_ERROR(CheckCount(request.identities.size(), "identities"));
  if (request.lifetime < absl::Seconds(1) || request.lifetime > kMaxTokenLifetime ||
      !IsWholeSeconds(request.lifetime)) {
    return InvalidArgument(
        Reason::kLifetimeInvalid, "lifetime",
        absl::StrCat("lifetime ", absl::FormatDuration(request.lifetime),
                     " cannot be the lifetime of a join token; give whole seconds, from 1 to "
                     "30 days"));
  }
  if (request.uses == 0 || request.uses > kMaxTokenUses) {
    return InvalidArgument(
        Reason::kConfigInvalid, "uses",
        absl::StrCat("uses is ", request.uses, "; a token is good for 1 to ", kMaxTokenUses));
  }
  return absl::OkStatus();
}

bool IsId(absl::string_view id) {
  return id.size() == kIdDigits && std::all_of(id.begin(), id.end(), absl::ascii_isxdigit);
}

}  // namespace

absl::StatusOr<std::vector<NewToken>> JoinTokens::Create(const CertificateCaller& creator,
                                                         const NewTokensRequest& request) {
  const std::shared_ptr<const Policy> policy = policies_.Current();
  FLEETCA_RETURN_IF_ERROR(CheckRequest(request));
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time exact_now, Now());
  const absl::Time now = FloorToSecond(exact_now);
  std::vector<NewToken> made;
  std::vector<store::JoinToken> records;
  for (const absl::string_view identity : request.identities) {
    // Who makes a token could ask for the certificate as well: the right adds nothing to that.
    FLEETCA_RETURN_IF_ERROR(policy->CheckMayAsk(creator.spiffe_id, identity, request.profile));
    FLEETCA_ASSIGN_OR_RETURN(SecretBytes token, MakeJoinToken());
    records.push_back({.hash = HashJoinToken(token.view()),
                       .identity = std::string(identity),
                       .profile = std::string(request.profile),
                       .creator = creator.spiffe_id,
                       .created_at = now,
                       .expires_at = now + request.lifetime,
                       .uses = request.uses});
    made.push_back({std::move(token), {.token = records.back()}});
  }
  FLEETCA_RETURN_IF_ERROR(store_.Write({.new_tokens = records}).status());
  for (const store::JoinToken& record : records) {
    log::Info("A join token was made", {{"token", JoinTokenId(record.hash)},
                                        {"identity", record.identity},
                                        {"profile", record.profile},
                                        {"uses", record.uses},
                                        {"expires", TimeToText(record.expires_at)},
                                        {"creator", record.creator}});
  }
  DropOld(now);
  return made;
}

absl::StatusOr<TokenList> JoinTokens::List(const TokenListRequest& request) const {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, Now());
  TokenList list;
  size_t visited = 0;
  FLEETCA_RETURN_IF_ERROR(
      store_.ForEachJoinToken(request.from, [&](const store::JoinTokenState& state) {
        if (list.tokens.size() >= request.limit || visited++ >= kMaxVisited) {
          list.next = state.token.hash;
          return false;
        }
        if ((request.identity.empty() || state.token.identity == request.identity) &&
            (!request.usable_only || WhyUnusable(state, now).empty())) {
          list.tokens.push_back(state);
        }
        return true;
      }));
  return list;
}

absl::StatusOr<std::vector<store::JoinTokenState>> JoinTokens::Revoke(
    const CertificateCaller& revoker, absl::Span<const std::string> ids) {
  FLEETCA_RETURN_IF_ERROR(CheckCount(ids.size(), "ids"));
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, Now());
  std::vector<store::RevokedJoinToken> tokens;
  for (const std::string& id : ids) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string hash, FindHash(id));
    tokens.push_back({hash, {.revoked_at = FloorToSecond(now), .revoker = revoker.spiffe_id}});
  }
  FLEETCA_RETURN_IF_ERROR(store_.Write({.revoked_tokens = tokens}).status());
  std::vector<store::JoinTokenState> revoked;
  for (const store::RevokedJoinToken& token : tokens) {
    FLEETCA_ASSIGN_OR_RETURN(revoked.emplace_back(), store_.GetJoinToken(token.hash));
    log::Info("A join token was revoked", {{"token", JoinTokenId(token.hash)},
                                           {"identity", revoked.back().token.identity},
                                           {"revoker", revoker.spiffe_id}});
  }
  return revoked;
}

absl::StatusOr<absl::Time> JoinTokens::Now() const {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  return std::max(now, store_.latest_time());
}

absl::StatusOr<std::string> JoinTokens::FindHash(absl::string_view id) const {
  std::string hash;
  if (IsId(id)) {
    const std::string start = absl::HexStringToBytes(id);
    FLEETCA_RETURN_IF_ERROR(store_.ForEachJoinToken(start, [&](const store::JoinTokenState& state) {
      if (absl::StartsWith(state.token.hash, start)) {
        hash = state.token.hash;
      }
      return false;
    }));
  }
  if (hash.empty()) {
    return NotFound(Reason::kNotFound, "ids",
                    absl::StrCat("No join token has the id \"", absl::CHexEscape(id),
                                 "\", and none was revoked; ids are 16 hex digits, as "
                                 "`fleetca token list` shows them"));
  }
  return hash;
}

void JoinTokens::DropOld(absl::Time now) {
  {
    absl::MutexLock lock(&mutex_);
    if (now < last_drop_ + kDropInterval) {
      return;
    }
    last_drop_ = now;
  }
  const absl::StatusOr<size_t> dropped = store_.DropJoinTokens(now - kTokenRetention);
  if (!dropped.ok()) {
    log::Warning("Old join tokens stay", {{"error", dropped.status().message()}});
  } else if (*dropped > 0) {
    log::Info("Join tokens that expired long ago were dropped", {{"tokens", *dropped}});
  }
}

}  // namespace fleetca::service
