// What becomes of the parts of a commit: the one rule of all engines.
#ifndef FLEETCA_STORE_RECORDS_COMMIT_PLAN_H_
#define FLEETCA_STORE_RECORDS_COMMIT_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "store/commit.h"
#include "store/records/commit_keys.h"
#include "store/records/join_token_record.h"
#include "store/records/lineage_plan.h"
#include "store/records/revocation_plan.h"

namespace fleetca::store {

// What an engine holds of a commit's keys, looked up while nobody else can change it.
struct CommitFacts {
  // By the certificate's place in the commit: whose request_key was recorded before.
  absl::flat_hash_map<uint32_t, std::unique_ptr<const CertificateRecord>> earlier;
  // Of those that the commit uses or revokes, those that are there, by hash.
  absl::flat_hash_map<absl::string_view, JoinTokenState> tokens;
  // Of those that the commit uses, those that were used before, by hash.
  absl::flat_hash_set<absl::string_view> used_jwts;
  // Those that the commit's steps are of, by id.
  LineagePlan::Facts lineages;
  uint64_t epoch = 0;  // how often the store was restored
  RevocationFacts revocations;
};

// What is to be written of a commit, which it aliases.
struct CommitPlan {
  // Whether there is anything to be written.
  bool Writes() const {
    return stored > 0 || !revoked_tokens.empty() || !commit->new_tokens.empty() ||
           revocations.Writes();
  }
  // The latest time in what is written, in milliseconds since the epoch and not below 0.
  int64_t LatestMark() const;

  const Commit* commit = nullptr;
  CommitOutcomes outcomes;
  size_t stored = 0;  // of the certificates
  std::vector<CountedTokenUse> token_uses;
  std::vector<const JwtUse*> jwt_uses;
  std::vector<LineageWrite> lineages;
  std::vector<const RevokedJoinToken*> revoked_tokens;
  RevocationPlan revocations;
};

// `keys` are those of ReadCommitKeys, `facts` what the engine found of them. Both may end before
// the plan does.
CommitPlan PlanCommit(const Commit& commit, const CommitKeys& keys, CommitFacts facts);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_COMMIT_PLAN_H_
