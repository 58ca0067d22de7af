#include "store/rocksdb/rocksdb_batch.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "store/records/keys.h"
#include "store/records/record.h"
#include "store/rocksdb/rocksdb_jwts.h"
#include "store/rocksdb/rocksdb_tokens.h"

namespace fleetca::store {

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

rocksdb::WriteBatch MakeBatch(const Database& database, const Commit& commit) {
  const absl::Span<const CertificateRecord> records = commit.certificates;
  // For each record its keys and lengths come to about this much on top; the time mark to less.
  constexpr size_t kOverhead = 256;
  size_t bytes = (commit.token_uses.size() + commit.jwt_uses.size() + 1) * kOverhead;
  for (const CertificateRecord& record : records) {
    bytes += record.certificate.size() + record.identity.size() + record.requester.size() +
             2 * record.request_key.size() + kOverhead;
  }
  rocksdb::WriteBatch batch(bytes);
  std::vector<std::pair<absl::string_view, absl::string_view>> requests;
  std::vector<std::string> identities;
  requests.reserve(records.size());
  identities.reserve(records.size());
  std::string value;
  for (const CertificateRecord& record : records) {
    EncodeRecord(record, value);
    batch.Put(database.certificates(), record.serial, value);
    identities.push_back(IdentityKey(record.identity, record.serial));
    if (!record.request_key.empty()) {
      requests.emplace_back(record.request_key, record.serial);
    }
  }
  std::sort(requests.begin(), requests.end());
  std::sort(identities.begin(), identities.end());
  for (const auto& [request_key, serial] : requests) {
    batch.Put(database.requests(), AsSlice(request_key), AsSlice(serial));
  }
  for (const std::string& key : identities) {
    batch.Put(database.identities(), key, rocksdb::Slice());
  }
  PutTokenUses(database, commit.token_uses, batch);
  PutJwtUses(database, commit.jwt_uses, batch);
  return batch;
}

}  // namespace fleetca::store
