// Pruning in RocksDB: what expired long ago goes without being read one by one. Private to the
// RocksDB target.
//
// Certificates are ordered by expiry, so that whole files of them are deleted. What is left of them
// beside others goes when RocksDB merges their file with another, or when the others are past the
// cutoff too. The entries of the indexes, whose order is another, go when RocksDB writes their
// files anew, which it does at least once a week. Until then look-ups pass over them.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_PRUNE_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_PRUNE_H_

#include <rocksdb/compaction_filter.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "store/rocksdb/prune_cutoff.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// Makes the family drop what is past the cutoff whenever it is written anew: certificates, whose
// keys are serials; requests, whose values are; identities, whose keys end with them; and lineages,
// whose members' keys end with them, and whose values say when the last one expires.
void PruneCertificates(const std::shared_ptr<PruneCutoff>& cutoff,
                       rocksdb::ColumnFamilyOptions& family);
void PruneRequests(const std::shared_ptr<PruneCutoff>& cutoff,
                   rocksdb::ColumnFamilyOptions& family);
void PruneIdentities(const std::shared_ptr<PruneCutoff>& cutoff,
                     rocksdb::ColumnFamilyOptions& family);
void PruneLineages(const std::shared_ptr<PruneCutoff>& cutoff,
                   rocksdb::ColumnFamilyOptions& family);

// Sets the cutoff to what the database says.
absl::Status ReadPruneMark(const Database& database, PruneCutoff& cutoff);

// Adds the mark to the batch.
void PutPruneMark(const Database& database, const PruneMark& mark, rocksdb::WriteBatch& batch);

// Writes the mark, and sets the cutoff to it once it is on stable storage.
absl::Status WritePruneMark(const Database& database, const PruneMark& mark, PruneCutoff& cutoff);

// Deletes the files that hold nothing but certificates past the cutoff.
absl::Status DropPrunedFiles(const Database& database);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_PRUNE_H_
