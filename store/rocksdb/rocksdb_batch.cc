#include "store/rocksdb/rocksdb_batch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "store/records/keys.h"
#include "store/records/record.h"
#include "store/rocksdb/rocksdb_jwts.h"
#include "store/rocksdb/rocksdb_lineages.h"
#include "store/rocksdb/rocksdb_revocations.h"
#include "store/rocksdb/rocksdb_tokens.h"

namespace fleetca::store {

namespace {

size_t BytesFor(const CommitPlan& plan) {
  // For each record its keys and lengths come to about this much on top; the time mark to less.
  constexpr size_t kOverhead = 256;
  const Commit& commit = *plan.commit;
  const RevocationPlan& revocations = plan.revocations;
  size_t bytes =
      (plan.token_uses.size() + plan.jwt_uses.size() + commit.new_tokens.size() +
       plan.revoked_tokens.size() + 2 * plan.lineages.size() + 2 * revocations.revocations.size() +
       revocations.blocks.size() + revocations.unblocks.size() + revocations.crl_states.size() +
       8 * revocations.early_renewals.size() + 1) *
      kOverhead;
  for (const CertificateRecord& record : commit.certificates) {
    bytes += record.certificate.size() + record.identity.size() + record.requester.size() +
             2 * record.request_key.size() + kOverhead;
  }
  return bytes;
}

}  // namespace

// RocksDB gives each entry a number that rises by one, and notes that of the first at the start of
// the batch.
uint64_t LastNumber(const rocksdb::WriteBatch& batch) {
  uint64_t first = 0;
  if (batch.Data().size() < sizeof(first) || batch.Count() == 0) {
    return 0;
  }
  for (size_t i = sizeof(first); i > 0; --i) {
    first = (first << 8) | static_cast<unsigned char>(batch.Data()[i - 1]);
  }
  return first == 0 ? 0 : first + batch.Count() - 1;
}

rocksdb::WriteBatch MakeBatch(const Database& database, const CommitPlan& plan,
                              const CommitKeys& keys) {
  const absl::Span<const CertificateRecord> records = plan.commit->certificates;
  rocksdb::WriteBatch batch(BytesFor(plan));
  std::vector<std::string> identities;
  identities.reserve(plan.stored);
  std::string value;
  for (size_t i = 0; i < records.size(); ++i) {
    if (plan.outcomes.certificates[i].stored()) {
      EncodeRecord(records[i], value);
      batch.Put(database.certificates(), records[i].serial, value);
      identities.push_back(IdentityKey(records[i].identity, records[i].serial));
    }
  }
  std::sort(identities.begin(), identities.end());
  for (const CommitKey& request : KeysOfKind(keys, CommitKey::Kind::kRequest)) {
    if (plan.outcomes.certificates[request.certificate].stored()) {
      batch.Put(database.requests(), AsSlice(request.key), records[request.certificate].serial);
    }
  }
  for (const std::string& key : identities) {
    batch.Put(database.identities(), key, rocksdb::Slice());
  }
  PutTokenUses(database, plan.token_uses, batch);
  PutJwtUses(database, plan.jwt_uses, batch);
  PutTokens(database, plan.commit->new_tokens, batch);
  PutTokenRevocations(database, plan.revoked_tokens, batch);
  PutLineages(database, plan.lineages, batch);
  if (!plan.lineages.empty()) {
    for (size_t i = 0; i < records.size(); ++i) {
      if (plan.outcomes.certificates[i].stored()) {
        PutLineageMember(database, records[i], batch);
      }
    }
  }
  PutRevocations(database, plan.revocations, batch);
  return batch;
}

rocksdb::WriteBatch MakeBackBatch(const Database& database, const CommitPlan& plan) {
  rocksdb::WriteBatch back;
  PutLineagesBack(database, plan.lineages, back);
  PutRevocationsBack(database, plan.revocations, back);
  return back;
}

}  // namespace fleetca::store
