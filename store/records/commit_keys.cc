#include "store/records/commit_keys.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/join_token_record.h"
#include "store/records/jwt_use_record.h"
#include "store/records/record.h"

namespace fleetca::store {
namespace {

// Where a serial stands among the certificates.
using Serials = absl::flat_hash_map<absl::string_view, uint32_t>;

absl::StatusOr<uint32_t> Find(const Serials& serials, absl::string_view serial,
                              absl::string_view what) {
  const auto found = serials.find(serial);
  if (found == serials.end()) {
    return Internal(Reason::kInternal,
                    absl::StrCat("a use of a ", what, " is for the serial ",
                                 absl::BytesToHexString(serial), ", which is not written with it"));
  }
  return found->second;
}

absl::Status AddUses(const Commit& commit, CommitKeys& keys) {
  Serials serials;
  serials.reserve(commit.certificates.size());
  uint32_t number = 0;
  for (const CertificateRecord& record : commit.certificates) {
    serials.emplace(record.serial, number++);
  }
  number = 0;
  for (const JoinTokenUse& use : commit.token_uses) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinTokenHash(use.hash));
    FLEETCA_ASSIGN_OR_RETURN(const uint32_t certificate, Find(serials, use.serial, "join token"));
    keys.push_back({CommitKey::Kind::kToken, certificate, number++, use.hash});
  }
  number = 0;
  for (const JwtUse& use : commit.jwt_uses) {
    FLEETCA_RETURN_IF_ERROR(CheckJwtIdHash(use.id_hash));
    FLEETCA_ASSIGN_OR_RETURN(const uint32_t certificate, Find(serials, use.serial, "JWT"));
    keys.push_back({CommitKey::Kind::kJwt, certificate, number++, use.id_hash});
  }
  return absl::OkStatus();
}

// A certificate counts for one token of each kind: its outcome says how often that one was used.
absl::Status CheckOneOfEachKind(const CommitKeys& keys, size_t certificates) {
  std::vector<bool> token(certificates);
  std::vector<bool> jwt(certificates);
  for (const CommitKey& key : keys) {
    if (key.kind == CommitKey::Kind::kRequest) {
      continue;
    }
    const bool is_token = key.kind == CommitKey::Kind::kToken;
    std::vector<bool>& used = is_token ? token : jwt;
    if (used[key.certificate]) {
      return Internal(
          Reason::kInternal,
          absl::StrCat("one certificate uses the ", is_token ? "join token" : "JWT", " of hash ",
                       absl::BytesToHexString(key.key), " and another one, or the same one twice"));
    }
    used[key.certificate] = true;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CommitKeys> ReadCommitKeys(const Commit& commit) {
  for (const JoinToken& token : commit.new_tokens) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinToken(token));
  }
  CommitKeys keys;
  keys.reserve(commit.certificates.size() + commit.token_uses.size() + commit.jwt_uses.size() +
               commit.revoked_tokens.size());
  uint32_t number = 0;
  for (const CertificateRecord& record : commit.certificates) {
    FLEETCA_RETURN_IF_ERROR(CheckRecord(record));
    if (!record.request_key.empty()) {
      keys.push_back({CommitKey::Kind::kRequest, number, 0, record.request_key});
    }
    ++number;
  }
  if (!commit.token_uses.empty() || !commit.jwt_uses.empty()) {
    FLEETCA_RETURN_IF_ERROR(AddUses(commit, keys));
    FLEETCA_RETURN_IF_ERROR(CheckOneOfEachKind(keys, commit.certificates.size()));
  }
  for (const RevokedJoinToken& revoked : commit.revoked_tokens) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinTokenHash(revoked.hash));
    keys.push_back({CommitKey::Kind::kToken, CommitKey::kNoCertificate, 0, revoked.hash});
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

absl::Span<const CommitKey> KeysOfKind(const CommitKeys& keys, CommitKey::Kind kind) {
  const auto begin = std::partition_point(keys.begin(), keys.end(),
                                          [kind](const CommitKey& key) { return key.kind < kind; });
  const auto end = std::partition_point(begin, keys.end(),
                                        [kind](const CommitKey& key) { return key.kind == kind; });
  return absl::MakeConstSpan(keys).subspan(static_cast<size_t>(begin - keys.begin()),
                                           static_cast<size_t>(end - begin));
}

}  // namespace fleetca::store
