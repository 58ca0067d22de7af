#include "store/rocksdb/rocksdb_certificates.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/record.h"

namespace fleetca::store {
namespace {

absl::Status SerialNotFound(absl::string_view serial) {
  return NotFound(Reason::kNotFound, "serial",
                  absl::StrCat("no certificate has the serial ", absl::BytesToHexString(serial)));
}

absl::Status RequestNotFound() {
  return NotFound(Reason::kNotFound, "request_id", "no certificate was issued for this request_id");
}

}  // namespace

absl::StatusOr<CertificateRecord> ReadIndexed(const Database& database,
                                              const rocksdb::ReadOptions& options,
                                              absl::string_view serial) {
  if (database.cutoff().IsPast(serial)) {
    return SerialNotFound(serial);
  }
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database.db().Get(options, database.certificates(), AsSlice(serial), &value);
  if (status.IsNotFound() && database.cutoff().WasEverPast(serial)) {
    return SerialNotFound(serial);
  }
  if (status.IsNotFound()) {
    return DataLoss(Reason::kStoreCorrupt,
                    absl::StrCat("an index names the serial ", absl::BytesToHexString(serial),
                                 ", whose record is gone; restore the store from a backup"));
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return DecodeRecord(serial, AsView(value));
}

absl::StatusOr<CertificateRecord> ReadBySerial(const Database& database, absl::string_view serial,
                                               const rocksdb::ReadOptions& options) {
  if (database.cutoff().IsPast(serial)) {
    return SerialNotFound(serial);
  }
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      database.db().Get(options, database.certificates(), AsSlice(serial), &value);
  if (status.IsNotFound()) {
    return SerialNotFound(serial);
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  return DecodeRecord(serial, AsView(value));
}

absl::StatusOr<CertificateRecord> ReadByRequestKey(const Database& database,
                                                   absl::string_view request_key) {
  rocksdb::PinnableSlice serial;
  const rocksdb::Status status =
      database.db().Get(rocksdb::ReadOptions(), database.requests(), AsSlice(request_key), &serial);
  if (status.IsNotFound()) {
    return RequestNotFound();
  }
  if (!status.ok()) {
    return ReadError(status);
  }
  absl::StatusOr<CertificateRecord> record =
      ReadIndexed(database, rocksdb::ReadOptions(), AsView(serial));
  if (absl::IsNotFound(record.status())) {
    return RequestNotFound();
  }
  return record;
}

absl::Status ForEachCertificateByExpiry(const Database& database, absl::Time from, absl::Time to,
                                        RecordVisitor visitor) {
  const std::string lower =
      std::max(ExpiryLowerBound(from), SerialBound(database.cutoff().mark().before));
  const std::string upper = ExpiryLowerBound(to);
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_slice;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db().NewIterator(options, database.certificates()));
  for (it->Seek(lower); it->Valid(); it->Next()) {
    FLEETCA_ASSIGN_OR_RETURN(const CertificateRecord record,
                             DecodeRecord(AsView(it->key()), AsView(it->value())));
    if (!visitor(record)) {
      return absl::OkStatus();
    }
  }
  return it->status().ok() ? absl::OkStatus() : ReadError(it->status());
}

absl::Status ForEachCertificateByIdentity(const Database& database, absl::string_view identity,
                                          RecordVisitor visitor) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  options.snapshot = database.db().GetSnapshot();
  const auto releaser =
      absl::MakeCleanup([&database, &options] { database.db().ReleaseSnapshot(options.snapshot); });
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db().NewIterator(options, database.identities()));
  const std::string prefix = IdentityPrefix(identity);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    const absl::StatusOr<CertificateRecord> record =
        ReadIndexed(database, options, SerialOfIdentityKey(AsView(it->key())));
    if (absl::IsNotFound(record.status())) {
      continue;
    }
    FLEETCA_RETURN_IF_ERROR(record.status());
    if (record->identity == identity && !visitor(*record)) {
      return absl::OkStatus();
    }
  }
  return it->status().ok() ? absl::OkStatus() : ReadError(it->status());
}

absl::StatusOr<CertificatePage> SelectFromCertificates(const Database& database,
                                                       const CertificateSelection& selection,
                                                       absl::string_view from,
                                                       const PageLimit& limit) {
  const std::string lower =
      std::max({ExpiryLowerBound(selection.not_after_from),
                SerialBound(database.cutoff().mark().before), std::string(from)});
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> it(
      database.db().NewIterator(options, database.certificates()));
  CertificatePage page;
  size_t left = limit.looked_at;
  for (it->Seek(lower); it->Valid(); it->Next(), --left) {
    if (left == 0 || page.records.size() >= limit.records) {
      page.next = it->key().ToString();
      break;
    }
    FLEETCA_ASSIGN_OR_RETURN(CertificateRecord record,
                             DecodeRecord(AsView(it->key()), AsView(it->value())));
    if (selection.Matches(record)) {
      page.records.push_back(std::move(record));
    }
  }
  if (!it->status().ok()) {
    return ReadError(it->status());
  }
  return page;
}

}  // namespace fleetca::store
