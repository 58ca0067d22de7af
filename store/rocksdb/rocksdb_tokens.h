// Join tokens in RocksDB. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_TOKENS_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_TOKENS_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "store/join_token.h"
#include "store/records/join_token_record.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

void PutTokens(const Database& database, absl::Span<const JoinToken> tokens,
               rocksdb::WriteBatch& batch);
void PutTokenUses(const Database& database, absl::Span<const CountedTokenUse> uses,
                  rocksdb::WriteBatch& batch);
void PutTokenRevocations(const Database& database,
                         absl::Span<const RevokedJoinToken* const> revoked,
                         rocksdb::WriteBatch& batch);

// As of JoinTokens.
absl::StatusOr<JoinTokenState> ReadToken(const Database& database, absl::string_view hash);
absl::Status ForEachToken(const Database& database, absl::string_view from,
                          JoinTokenVisitor visitor);

// As of Store, through `write`, which is called for a thousand entries or so at a time. What was
// noted of tokens that are gone, by a write that overtook their end, goes too.
absl::StatusOr<size_t> DropTokens(const Database& database, absl::Time expired_before,
                                  absl::FunctionRef<absl::Status(rocksdb::WriteBatch&)> write);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_TOKENS_H_
