// Uses of one-use JWTs in RocksDB. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_JWTS_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_JWTS_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "store/jwt_use.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

void PutJwtUses(const Database& database, absl::Span<const JwtUse* const> uses,
                rocksdb::WriteBatch& batch);

// As of Store.
absl::StatusOr<JwtUse> ReadJwtUse(const Database& database, absl::string_view id_hash);

// As of Store, through `write`, which is called for a thousand uses or so at a time.
absl::StatusOr<size_t> DropJwtUses(const Database& database, absl::Time expired_before,
                                   absl::FunctionRef<absl::Status(rocksdb::WriteBatch&)> write);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_JWTS_H_
