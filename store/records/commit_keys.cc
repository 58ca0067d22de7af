#include "store/records/commit_keys.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/block_record.h"
#include "store/records/crl_state_record.h"
#include "store/records/early_renewal_record.h"
#include "store/records/join_token_record.h"
#include "store/records/jwt_use_record.h"
#include "store/records/lineage_record.h"
#include "store/records/record.h"
#include "store/records/revocation_record.h"

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
  number = 0;
  for (const LineageStep& step : commit.lineage_steps) {
    FLEETCA_RETURN_IF_ERROR(CheckLineageStep(step));
    FLEETCA_ASSIGN_OR_RETURN(const uint32_t certificate, Find(serials, step.serial, "lineage"));
    keys.push_back({CommitKey::Kind::kLineage, certificate, number++,
                    LineageOf(commit.certificates[certificate])});
  }
  return absl::OkStatus();
}

// A certificate counts for one token of each kind: its outcome says how often that one was used.
absl::Status CheckOneOfEachKind(const CommitKeys& keys, size_t certificates) {
  struct Used {
    CommitKey::Kind kind;
    absl::string_view name;
    std::vector<bool> by;
  };
  Used all[] = {{CommitKey::Kind::kToken, "join token", std::vector<bool>(certificates)},
                {CommitKey::Kind::kJwt, "JWT", std::vector<bool>(certificates)},
                {CommitKey::Kind::kLineage, "lineage", std::vector<bool>(certificates)}};
  for (const CommitKey& key : keys) {
    for (Used& used : all) {
      if (used.kind != key.kind) {
        continue;
      }
      if (used.by[key.certificate]) {
        return Internal(Reason::kInternal,
                        absl::StrCat("one certificate uses the ", used.name, " of hash or id ",
                                     absl::BytesToHexString(key.key),
                                     " and another one, or the same one twice"));
      }
      used.by[key.certificate] = true;
    }
  }
  return absl::OkStatus();
}

bool ChangesRevocations(const Commit& commit) {
  return !commit.revocations.empty() || !commit.blocks.empty() || !commit.unblocks.empty() ||
         !commit.crl_states.empty() || !commit.early_renewals.empty() ||
         !commit.ended_early_renewals.empty();
}

bool GoesOn(const CertificateRecord& record) {
  return !record.lineage.empty() && record.lineage != record.serial;
}

// No certificate goes on with a lineage unseen, and none takes a step in a lineage of its own.
absl::Status CheckSteps(const Commit& commit, const CommitKeys& keys) {
  const auto steps =
      static_cast<size_t>(std::count_if(keys.begin(), keys.end(), [&commit](const CommitKey& key) {
        return key.kind == CommitKey::Kind::kLineage &&
               GoesOn(commit.certificates[key.certificate]);
      }));
  const auto going_on = static_cast<size_t>(
      std::count_if(commit.certificates.begin(), commit.certificates.end(), GoesOn));
  if (steps != going_on || steps != commit.lineage_steps.size()) {
    return Internal(Reason::kInternal,
                    absl::StrCat("a commit has ", commit.lineage_steps.size(), " steps for ",
                                 going_on, " certificates that go on with a lineage"));
  }
  return absl::OkStatus();
}

template <typename Item>
absl::Status CheckDistinct(std::vector<Item> items, absl::string_view what) {
  std::sort(items.begin(), items.end());
  return std::adjacent_find(items.begin(), items.end()) == items.end()
             ? absl::OkStatus()
             : Internal(Reason::kInternal, absl::StrCat("a commit names one ", what, " twice"));
}

absl::Status AddRevocations(const Commit& commit, CommitKeys& keys) {
  std::vector<BlockTarget> targets;
  std::vector<CrlId> crls;
  for (const Revocation& revocation : commit.revocations) {
    FLEETCA_RETURN_IF_ERROR(CheckRevocation(revocation));
  }
  for (const Block& block : commit.blocks) {
    FLEETCA_RETURN_IF_ERROR(CheckBlock(block));
    targets.push_back(block.target);
    // Steps of that lineage are decided before it is blocked, or after.
    if (block.target.kind == BlockKind::kLineage) {
      keys.push_back({CommitKey::Kind::kLineage, CommitKey::kNoCertificate, 0, block.target.value});
    }
  }
  for (const Unblock& unblock : commit.unblocks) {
    FLEETCA_RETURN_IF_ERROR(CheckBlockTarget(unblock.target));
    targets.push_back(unblock.target);
    if (unblock.target.kind == BlockKind::kLineage) {
      keys.push_back(
          {CommitKey::Kind::kLineage, CommitKey::kNoCertificate, 0, unblock.target.value});
    }
  }
  for (const CrlState& state : commit.crl_states) {
    FLEETCA_RETURN_IF_ERROR(CheckCrlState(state));
    crls.push_back(state.crl);
  }
  std::vector<uint64_t> renewals(commit.ended_early_renewals.begin(),
                                 commit.ended_early_renewals.end());
  for (const EarlyRenewal& renewal : commit.early_renewals) {
    FLEETCA_RETURN_IF_ERROR(CheckEarlyRenewal(renewal));
    renewals.push_back(renewal.id);
  }
  FLEETCA_RETURN_IF_ERROR(CheckDistinct(std::move(targets), "target of blocks"));
  FLEETCA_RETURN_IF_ERROR(CheckDistinct(std::move(crls), "CRL"));
  FLEETCA_RETURN_IF_ERROR(CheckDistinct(std::move(renewals), "early renewal"));
  keys.push_back(RevocationKeys().front());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CommitKeys> ReadCommitKeys(const Commit& commit) {
  for (const JoinToken& token : commit.new_tokens) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinToken(token));
  }
  CommitKeys keys;
  keys.reserve(commit.certificates.size() + commit.token_uses.size() + commit.jwt_uses.size() +
               commit.lineage_steps.size() + commit.revoked_tokens.size());
  uint32_t number = 0;
  for (const CertificateRecord& record : commit.certificates) {
    FLEETCA_RETURN_IF_ERROR(CheckRecord(record));
    if (!record.request_key.empty()) {
      keys.push_back({CommitKey::Kind::kRequest, number, 0, record.request_key});
    }
    ++number;
  }
  if (!commit.token_uses.empty() || !commit.jwt_uses.empty() || !commit.lineage_steps.empty()) {
    FLEETCA_RETURN_IF_ERROR(AddUses(commit, keys));
    FLEETCA_RETURN_IF_ERROR(CheckOneOfEachKind(keys, commit.certificates.size()));
  }
  FLEETCA_RETURN_IF_ERROR(CheckSteps(commit, keys));
  for (const RevokedJoinToken& revoked : commit.revoked_tokens) {
    FLEETCA_RETURN_IF_ERROR(CheckJoinTokenHash(revoked.hash));
    keys.push_back({CommitKey::Kind::kToken, CommitKey::kNoCertificate, 0, revoked.hash});
  }
  if (ChangesRevocations(commit)) {
    FLEETCA_RETURN_IF_ERROR(AddRevocations(commit, keys));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

CommitKeys RevocationKeys() {
  return {{CommitKey::Kind::kRevocations, CommitKey::kNoCertificate, 0, ""}};
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
