#include "store/records/join_token_record.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kToken[] = "join token of hash";
constexpr char kRevocation[] = "revocation of a join token, of key";
constexpr char kUse[] = "use of a join token, of key";
constexpr char kDoNotFill[] = "has fields that do not fill it";
constexpr size_t kTimeSize = sizeof(uint64_t);
constexpr size_t kUsesSize = sizeof(uint32_t);

}  // namespace

absl::Status CheckJoinTokenHash(absl::string_view hash) {
  if (hash.size() != kJoinTokenHashSize) {
    return Internal(Reason::kInternal, absl::StrCat("a join token's hash has ", hash.size(),
                                                    " octets instead of ", kJoinTokenHashSize));
  }
  return absl::OkStatus();
}

absl::Status CheckJoinToken(const JoinToken& token) {
  FLEETCA_RETURN_IF_ERROR(CheckJoinTokenHash(token.hash));
  if (token.identity.empty() || token.uses == 0) {
    return Internal(Reason::kInternal,
                    absl::StrCat("the join token of hash ", absl::BytesToHexString(token.hash),
                                 " has no ", token.uses == 0 ? "uses" : "identity"));
  }
  return absl::OkStatus();
}

absl::Status JoinTokenNotFound() {
  return NotFound(Reason::kNotFound, "token", "there is no such join token");
}

std::string EncodeJoinToken(const JoinToken& token) {
  std::string value;
  BeginValue(value);
  AppendTime(absl::ToUnixSeconds(token.created_at), value);
  AppendTime(absl::ToUnixSeconds(token.expires_at), value);
  AppendBigEndian(token.uses, kUsesSize, value);
  AppendString(token.identity, value);
  AppendString(token.profile, value);
  AppendString(token.creator, value);
  SealValue(token.hash, value);
  return value;
}

std::string EncodeJoinTokenRevocation(absl::string_view key,
                                      const JoinTokenRevocation& revocation) {
  std::string value;
  BeginValue(value);
  AppendTime(absl::ToUnixSeconds(revocation.revoked_at), value);
  AppendString(revocation.revoker, value);
  SealValue(key, value);
  return value;
}

std::string EncodeJoinTokenUse(absl::string_view key, const JoinTokenUse& use) {
  std::string value;
  BeginValue(value);
  AppendString(use.serial, value);
  SealValue(key, value);
  return value;
}

absl::StatusOr<JoinToken> DecodeJoinToken(absl::string_view hash, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields,
                           OpenValue(kToken, hash, value, 2 * kTimeSize + kUsesSize));
  JoinToken token;
  token.hash = std::string(hash);
  token.created_at = absl::FromUnixSeconds(TakeTime(fields));
  token.expires_at = absl::FromUnixSeconds(TakeTime(fields));
  token.uses = static_cast<uint32_t>(TakeInteger(fields, kUsesSize));
  if (!TakeString(fields, token.identity) || !TakeString(fields, token.profile) ||
      !TakeString(fields, token.creator) || !fields.empty()) {
    return DamagedValue(kToken, hash, kDoNotFill);
  }
  return token;
}

absl::StatusOr<JoinTokenRevocation> DecodeJoinTokenRevocation(absl::string_view key,
                                                              absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields, OpenValue(kRevocation, key, value, kTimeSize));
  JoinTokenRevocation revocation;
  revocation.revoked_at = absl::FromUnixSeconds(TakeTime(fields));
  if (!TakeString(fields, revocation.revoker) || !fields.empty()) {
    return DamagedValue(kRevocation, key, kDoNotFill);
  }
  return revocation;
}

absl::StatusOr<JoinTokenUse> DecodeJoinTokenUse(absl::string_view key, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields, OpenValue(kUse, key, value, 0));
  JoinTokenUse use;
  use.hash = std::string(HashOfTokenKey(key));
  use.uses = UsesOfTokenUseKey(key);
  if (!TakeString(fields, use.serial) || !fields.empty()) {
    return DamagedValue(kUse, key, kDoNotFill);
  }
  return use;
}

}  // namespace fleetca::store
