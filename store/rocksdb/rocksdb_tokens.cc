#include "store/rocksdb/rocksdb_tokens.h"

#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "store/records/join_token_record.h"
#include "store/records/keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr uint32_t kDropsInAWrite = 1000;

// Reads the token whose own key `it` stands at, and leaves `it` behind all that is the token's.
absl::StatusOr<JoinTokenState> TakeToken(rocksdb::Iterator& it) {
  JoinTokenState state;
  FLEETCA_ASSIGN_OR_RETURN(state.token, DecodeJoinToken(AsView(it.key()), AsView(it.value())));
  const std::string& hash = state.token.hash;
  for (it.Next(); it.Valid() && it.key().starts_with(hash); it.Next()) {
    if (IsTokenRevocationKey(AsView(it.key()))) {
      FLEETCA_ASSIGN_OR_RETURN(state.revocation,
                               DecodeJoinTokenRevocation(AsView(it.key()), AsView(it.value())));
      continue;
    }
    // Its uses; the last one tells how many.
    it.SeekForPrev(TokenUpperBound(hash));
    if (!it.Valid()) {
      break;
    }
    if (!IsTokenUseKey(AsView(it.key()))) {
      return DamagedValue("entry of a join token, of key", AsView(it.key()), "is of no known kind");
    }
    FLEETCA_ASSIGN_OR_RETURN(CountedTokenUse use,
                             DecodeJoinTokenUse(AsView(it.key()), AsView(it.value())));
    state.uses = use.uses;
    state.last_serial = std::move(use.serial);
  }
  if (!it.status().ok()) {
    return ReadError(it.status());
  }
  return state;
}

std::unique_ptr<rocksdb::Iterator> NewIterator(const Database& database,
                                               const rocksdb::ReadOptions& options) {
  return std::unique_ptr<rocksdb::Iterator>(database.db().NewIterator(options, database.tokens()));
}

rocksdb::ReadOptions ScanOptions() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

}  // namespace

void PutTokens(const Database& database, absl::Span<const JoinToken> tokens,
               rocksdb::WriteBatch& batch) {
  for (const JoinToken& token : tokens) {
    batch.Put(database.tokens(), token.hash, EncodeJoinToken(token));
  }
}

void PutTokenUses(const Database& database, absl::Span<const CountedTokenUse> uses,
                  rocksdb::WriteBatch& batch) {
  for (const CountedTokenUse& use : uses) {
    const std::string key = TokenUseKey(use.hash, use.uses);
    batch.Put(database.tokens(), key, EncodeJoinTokenUse(key, use));
  }
}

void PutTokenRevocations(const Database& database,
                         absl::Span<const RevokedJoinToken* const> revoked,
                         rocksdb::WriteBatch& batch) {
  for (const RevokedJoinToken* token : revoked) {
    const std::string key = TokenRevocationKey(token->hash);
    batch.Put(database.tokens(), key, EncodeJoinTokenRevocation(key, token->revocation));
  }
}

absl::StatusOr<JoinTokenState> ReadToken(const Database& database, absl::string_view hash) {
  if (!IsTokenKey(hash)) {
    return JoinTokenNotFound();
  }
  const std::string upper = TokenUpperBound(hash);
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_slice;
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(database, options);
  it->Seek(AsSlice(hash));
  if (!it->status().ok()) {
    return ReadError(it->status());
  }
  if (!it->Valid() || it->key() != AsSlice(hash)) {
    return JoinTokenNotFound();
  }
  return TakeToken(*it);
}

absl::Status ForEachToken(const Database& database, absl::string_view from,
                          JoinTokenVisitor visitor) {
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(database, ScanOptions());
  it->Seek(AsSlice(from));
  while (it->Valid()) {
    // Of a token before `from`, or of one that is gone.
    if (!IsTokenKey(AsView(it->key()))) {
      it->Next();
      continue;
    }
    FLEETCA_ASSIGN_OR_RETURN(const JoinTokenState state, TakeToken(*it));
    if (!visitor(state)) {
      return absl::OkStatus();
    }
  }
  return it->status().ok() ? absl::OkStatus() : ReadError(it->status());
}

absl::StatusOr<size_t> DropTokens(const Database& database, absl::Time expired_before,
                                  absl::FunctionRef<absl::Status(rocksdb::WriteBatch&)> write) {
  size_t dropped = 0;
  rocksdb::WriteBatch batch;
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(database, ScanOptions());
  it->SeekToFirst();
  while (it->Valid()) {
    if (IsTokenKey(AsView(it->key()))) {
      // Between tokens, so that none is left without what was noted of it.
      if (batch.Count() >= kDropsInAWrite) {
        FLEETCA_RETURN_IF_ERROR(write(batch));
        batch.Clear();
      }
      FLEETCA_ASSIGN_OR_RETURN(const JoinToken token,
                               DecodeJoinToken(AsView(it->key()), AsView(it->value())));
      if (token.expires_at >= expired_before) {
        it->Seek(TokenUpperBound(token.hash));
        continue;
      }
      ++dropped;
    }
    batch.Delete(database.tokens(), it->key());
    it->Next();
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
