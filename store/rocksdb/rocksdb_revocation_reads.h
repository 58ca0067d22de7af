// Looking up revocations, blocks, CRL states and early renewals in RocksDB. Private to the RocksDB
// target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_REVOCATION_READS_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_REVOCATION_READS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/blocks.h"
#include "store/crl_states.h"
#include "store/early_renewals.h"
#include "store/revocations.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// As of Revocations.
absl::StatusOr<Revocation> ReadRevocation(const Database& database, absl::string_view serial,
                                          const rocksdb::ReadOptions& options);
absl::StatusOr<uint64_t> ForEachRevocationIn(const Database& database, const RevocationScope& scope,
                                             absl::string_view from, RevocationVisitor visitor);
absl::StatusOr<RevocationChanges> ReadFeed(const Database& database, uint64_t after, size_t limit);

// As of Blocks.
absl::StatusOr<Block> ReadBlock(const Database& database, const BlockTarget& target,
                                const rocksdb::ReadOptions& options);
absl::Status ForEachBlockOfKind(const Database& database, BlockKind kind, absl::string_view from,
                                BlockVisitor visitor);

// As of CrlStates.
absl::StatusOr<CrlState> ReadCrlState(const Database& database, const CrlId& crl);
absl::Status ForEachStateOfACrl(const Database& database, CrlStateVisitor visitor);

// As of EarlyRenewals.
absl::Status ForEachEarlyRenewalIn(const Database& database, EarlyRenewalVisitor visitor);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_REVOCATION_READS_H_
