#include "store/rocksdb/rocksdb_facts.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "store/rocksdb/rocksdb_certificates.h"
#include "store/rocksdb/rocksdb_jwts.h"
#include "store/rocksdb/rocksdb_lineages.h"
#include "store/rocksdb/rocksdb_revocations.h"
#include "store/rocksdb/rocksdb_tokens.h"

namespace fleetca::store {
namespace {

// All in one go; nearly always the filters say that none is there.
absl::Status LookUpRequests(const Database& database, absl::Span<const CommitKey> keys,
                            CommitFacts& facts) {
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (const CommitKey& key : keys) {
    slices.push_back(AsSlice(key.key));
  }
  std::vector<rocksdb::PinnableSlice> serials(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  const rocksdb::ReadOptions options;
  database.db().MultiGet(options, database.requests(), slices.size(), slices.data(), serials.data(),
                         statuses.data(), /*sorted_input=*/true);
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) {
      continue;
    }
    if (!statuses[i].ok()) {
      return ReadError(statuses[i]);
    }
    absl::StatusOr<CertificateRecord> record = ReadIndexed(database, options, AsView(serials[i]));
    if (absl::IsNotFound(record.status())) {
      continue;
    }
    FLEETCA_RETURN_IF_ERROR(record.status());
    facts.earlier[keys[i].certificate] =
        std::make_unique<const CertificateRecord>(*std::move(record));
  }
  return absl::OkStatus();
}

absl::Status LookUpTokens(const Database& database, absl::Span<const CommitKey> keys,
                          CommitFacts& facts) {
  absl::string_view last;
  for (const CommitKey& key : keys) {
    if (key.key == last) {
      continue;
    }
    last = key.key;
    absl::StatusOr<JoinTokenState> token = ReadToken(database, key.key);
    if (token.ok()) {
      facts.tokens.emplace(key.key, *std::move(token));
    } else if (!absl::IsNotFound(token.status())) {
      return token.status();
    }
  }
  return absl::OkStatus();
}

absl::Status LookUpJwts(const Database& database, absl::Span<const CommitKey> keys,
                        CommitFacts& facts) {
  for (const CommitKey& key : keys) {
    const absl::Status status = ReadJwtUse(database, key.key).status();
    if (status.ok()) {
      facts.used_jwts.insert(key.key);
    } else if (!absl::IsNotFound(status)) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CommitFacts> LookUpFacts(const Database& database, const Commit& commit,
                                        const CommitKeys& keys, const Restores& restores,
                                        const FeedState& feed) {
  CommitFacts facts;
  facts.epoch = restores.epoch;
  if (keys.empty()) {
    return facts;
  }
  FLEETCA_RETURN_IF_ERROR(
      LookUpRequests(database, KeysOfKind(keys, CommitKey::Kind::kRequest), facts));
  FLEETCA_RETURN_IF_ERROR(LookUpTokens(database, KeysOfKind(keys, CommitKey::Kind::kToken), facts));
  FLEETCA_RETURN_IF_ERROR(LookUpJwts(database, KeysOfKind(keys, CommitKey::Kind::kJwt), facts));
  if (const auto lineages = KeysOfKind(keys, CommitKey::Kind::kLineage); !lineages.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(facts.lineages, LookUpLineages(database, commit, lineages, restores,
                                                            feed.lineage_blocks > 0));
  }
  if (!KeysOfKind(keys, CommitKey::Kind::kRevocations).empty()) {
    FLEETCA_ASSIGN_OR_RETURN(facts.revocations, LookUpRevocations(database, commit, feed));
  }
  return facts;
}

}  // namespace fleetca::store
