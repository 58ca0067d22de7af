// Blocks identities, and takes blocks of identities and lineages back.
#ifndef FLEETCA_SERVICE_REVOCATION_IDENTITY_BLOCKS_H_
#define FLEETCA_SERVICE_REVOCATION_IDENTITY_BLOCKS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/revocation/revocation_follower.h"
#include "service/time/clock_rule.h"
#include "store/block.h"
#include "store/store.h"

namespace fleetca::service {

// The most octets of why somebody is blocked.
inline constexpr size_t kMaxBlockReasonSize = 1024;

// A part of the blocks, by kind and then by value.
struct BlockPage {
  std::vector<store::Block> blocks;
  // Where the next page begins; empty: there is no more.
  std::string next;
};

// Thread-safe; the references outlive it.
class IdentityBlocks {
 public:
  IdentityBlocks(store::Store& store, RevocationFollower& follower, const ClockRule& clock_rule)
      : store_(store), follower_(follower), clock_rule_(clock_rule) {}
  IdentityBlocks(const IdentityBlocks&) = delete;
  IdentityBlocks& operator=(const IdentityBlocks&) = delete;

  // Nothing new is issued to the SPIFFE ID or for it from when this returns; what it has stays
  // valid. The block that there is, which is an earlier one where it was blocked before.
  // INVALID_ARGUMENT: kSanInvalid, kConfigInvalid for a reason that is too long. UNAVAILABLE:
  // kClockRefused, kRevocationsUnknown; the store's errors.
  absl::StatusOr<store::Block> Block(absl::string_view identity, absl::string_view reason,
                                     absl::string_view blocked_by);

  // Whether it was blocked. The errors as above.
  absl::StatusOr<bool> Unblock(absl::string_view identity, absl::string_view unblocked_by);

  // The same of the lineage that the certificate with this serial number belongs to, 20 octets; or
  // of the lineage with this id, whose first certificate may be pruned. INVALID_ARGUMENT
  // kSerialInvalid; NOT_FOUND kNotFound when it is neither; the others as above.
  absl::StatusOr<bool> UnblockLineage(absl::string_view serial, absl::string_view unblocked_by);

  // Identities, lineages and keys, at most `limit` of them, from `from` on: empty, or the `next` of
  // the page before. INVALID_ARGUMENT kConfigInvalid for another; the store's errors.
  absl::StatusOr<BlockPage> List(absl::string_view from, size_t limit) const;

 private:
  // The id of the lineage that UnblockLineage is asked for.
  absl::StatusOr<std::string> FindLineage(absl::string_view serial) const;
  absl::StatusOr<bool> TakeBack(store::BlockTarget target, absl::string_view unblocked_by);

  store::Store& store_;
  RevocationFollower& follower_;
  const ClockRule& clock_rule_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_IDENTITY_BLOCKS_H_
