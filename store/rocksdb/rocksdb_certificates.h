// Certificates in RocksDB. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_ROCKSDB_CERTIFICATES_H_
#define FLEETCA_STORE_ROCKSDB_ROCKSDB_CERTIFICATES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/certificate_record.h"
#include "store/certificate_selection.h"
#include "store/rocksdb/rocksdb_database.h"

namespace fleetca::store {

// The record of a serial that an index names. NOT_FOUND when it was pruned, DATA_LOSS kStoreCorrupt
// when it is gone otherwise.
absl::StatusOr<CertificateRecord> ReadIndexed(const Database& database,
                                              const rocksdb::ReadOptions& options,
                                              absl::string_view serial);

// As of Certificates.
absl::StatusOr<CertificateRecord> ReadBySerial(
    const Database& database, absl::string_view serial,
    const rocksdb::ReadOptions& options = rocksdb::ReadOptions());
absl::StatusOr<CertificateRecord> ReadByRequestKey(const Database& database,
                                                   absl::string_view request_key);
absl::Status ForEachCertificateByExpiry(const Database& database, absl::Time from, absl::Time to,
                                        RecordVisitor visitor);
absl::Status ForEachCertificateByIdentity(const Database& database, absl::string_view identity,
                                          RecordVisitor visitor);
absl::StatusOr<CertificatePage> SelectFromCertificates(const Database& database,
                                                       const CertificateSelection& selection,
                                                       absl::string_view from,
                                                       const PageLimit& limit);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_ROCKSDB_CERTIFICATES_H_
