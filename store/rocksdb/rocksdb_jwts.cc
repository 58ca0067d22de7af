#include "store/rocksdb/rocksdb_jwts.h"

#include <memory>
#include <string>

#include "base/status_macros.h"
#include "store/records/jwt_use_record.h"
#include "store/records/keys.h"

namespace fleetca::store {
namespace {

constexpr uint32_t kEntriesInAWrite = 2000;

}  // namespace

void PutJwtUses(const Database& database, absl::Span<const JwtUse* const> uses,
                rocksdb::WriteBatch& batch) {
  for (const JwtUse* use : uses) {
    batch.Put(database.jwts(), JwtUseKey(use->id_hash), EncodeJwtUse(*use));
    batch.Put(database.jwts(), JwtExpiryKey(use->expires_at, use->id_hash), rocksdb::Slice());
  }
}

absl::StatusOr<JwtUse> ReadJwtUse(const Database& database, absl::string_view id_hash) {
  if (id_hash.size() != kJwtIdHashSize) {
    return JwtUseNotFound();
  }
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.jwts(), JwtUseKey(id_hash), &value);
  if (status.IsNotFound()) {
    return JwtUseNotFound();
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return DecodeJwtUse(id_hash, AsView(value));
}

absl::StatusOr<size_t> DropJwtUses(const Database& database, absl::Time expired_before,
                                   absl::FunctionRef<absl::Status(rocksdb::WriteBatch&)> write) {
  const std::string upper = JwtExpiryUpperBound(expired_before);
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.iterate_upper_bound = &upper_slice;
  const std::unique_ptr<rocksdb::Iterator> it(database.db().NewIterator(options, database.jwts()));
  size_t dropped = 0;
  rocksdb::WriteBatch batch;
  for (it->Seek(JwtExpiryLowerBound()); it->Valid(); it->Next()) {
    if (batch.Count() >= kEntriesInAWrite) {
      FLEETCA_RETURN_IF_ERROR(write(batch));
      batch.Clear();
    }
    batch.Delete(database.jwts(), JwtUseKey(IdHashOfJwtExpiryKey(AsView(it->key()))));
    batch.Delete(database.jwts(), it->key());
    ++dropped;
  }
  if (!it->status().ok()) {
    return ReadError(it->status());
  }
  if (batch.Count() > 0) {
    FLEETCA_RETURN_IF_ERROR(write(batch));
  }
  return dropped;
}

}  // namespace fleetca::store
