// Lineages in RocksDB. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_LINEAGES_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_LINEAGES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "store/certificate_record.h"
#include "store/commit.h"
#include "store/lineage.h"
#include "store/records/commit_keys.h"
#include "store/records/lineage_plan.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// What is held of the lineages of `keys`, which are those of their kind. `has_blocks` says whether
// any lineage is blocked.
absl::StatusOr<LineagePlan::Facts> LookUpLineages(const Database& database, const Commit& commit,
                                                  absl::Span<const CommitKey> keys,
                                                  const Restores& restores, bool has_blocks);

// How far the lineages are, and which of the stored certificates go on with one.
void PutLineages(const Database& database, absl::Span<const LineageWrite> writes,
                 rocksdb::WriteBatch& batch);
void PutLineageMember(const Database& database, const CertificateRecord& record,
                      rocksdb::WriteBatch& batch);
// What PutLineages wrote over.
void PutLineagesBack(const Database& database, absl::Span<const LineageWrite> writes,
                     rocksdb::WriteBatch& batch);

// As of Lineages and Certificates.
absl::StatusOr<LineageState> ReadLineage(const Database& database, absl::string_view lineage);
absl::Status ForEachCertificateByLineage(const Database& database, absl::string_view lineage,
                                         RecordVisitor visitor);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_LINEAGES_H_
