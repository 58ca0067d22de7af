// What becomes of the revocations, blocks, CRL states and early renewals of a commit: the one rule
// of all engines.
#ifndef FLEETCA_STORE_RECORDS_REVOCATION_PLAN_H_
#define FLEETCA_STORE_RECORDS_REVOCATION_PLAN_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/commit.h"
#include "store/records/feed_record.h"

namespace fleetca::store {

// What an engine holds of what a commit revokes and blocks. By serials that alias the commit.
struct RevocationFacts {
  FeedState feed;
  absl::flat_hash_set<absl::string_view> recorded;  // of the revocations' serials
  absl::flat_hash_map<absl::string_view, Revocation> revocations;
  absl::btree_map<BlockTarget, Block> blocks;
  absl::btree_map<CrlId, CrlState> crl_states;
  absl::btree_map<uint64_t, EarlyRenewal> early_renewals;  // by id
};

// An entry as it is to be, and as it is now where there is one.
template <typename Entry>
struct Changed {
  Entry now;
  std::optional<Entry> before;
};

struct Unblocked {
  Unblock now;
  Block before;
};

// What is to be written.
struct RevocationPlan {
  bool ChangesFeed() const { return !revocations.empty() || !blocks.empty() || !unblocks.empty(); }
  bool Writes() const {
    return ChangesFeed() || !crl_states.empty() || !early_renewals.empty() ||
           !ended_early_renewals.empty();
  }
  // The latest time in what is written; the epoch where there is none.
  absl::Time LatestTime() const;

  Changed<FeedState> feed;
  std::vector<Changed<Revocation>> revocations;
  std::vector<Changed<Block>> blocks;
  std::vector<Unblocked> unblocks;
  std::vector<Changed<CrlState>> crl_states;
  std::vector<EarlyRenewal> early_renewals;
  std::vector<EarlyRenewal> ended_early_renewals;  // as they are now
};

// Adds an outcome for each item to `outcomes`.
RevocationPlan PlanRevocations(const Commit& commit, const RevocationFacts& facts,
                               CommitOutcomes& outcomes);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_REVOCATION_PLAN_H_
