// How far one reader of the revocations is, and what it hears next.
#ifndef FLEETCA_SERVICE_RPC_REVOCATION_PLACE_H_
#define FLEETCA_SERVICE_RPC_REVOCATION_PLACE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fleetca/v1/revocation.pb.h"
#include "store/store.h"

namespace fleetca::service {

// First a snapshot, page by page, unless the reader goes on where it was; then the changes.
// Thread-compatible.
class RevocationPlace {
 public:
  // From the position that the reader names, where this store gave it and has what came after;
  // otherwise from a snapshot.
  RevocationPlace(const v1::WatchRevocationsRequest& request, const store::Store& store);

  // Whether there is something to tell: a page of the snapshot, a change up to `sequence`, or that
  // the reader knows all, of which it was not told yet.
  bool HasNews(uint64_t sequence) const { return !told_all_ || position_ < sequence; }

  // The next message, with at most `page` revocations; without any when nothing is new. `now` is a
  // time before the call. The store's errors, after which it may be asked again. May wait for the
  // disk.
  absl::StatusOr<v1::WatchRevocationsResponse> Next(const store::Store& store, size_t page,
                                                    absl::Time now);

 private:
  absl::StatusOr<v1::WatchRevocationsResponse> NextOfSnapshot(const store::Store& store,
                                                              size_t page);
  void BeginSnapshot(const store::Store& store);

  // Past the snapshot.
  bool following_ = false;
  // Whether the last message had a time.
  bool told_all_ = false;
  // Up to which change the reader knows all, once it follows.
  uint64_t position_ = 0;
  // Where the snapshot goes on; empty: it begins.
  std::string from_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_REVOCATION_PLACE_H_
