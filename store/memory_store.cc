#include "store/memory_store.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/commit_timer.h"
#include "store/keys.h"
#include "store/record.h"

namespace fleetca::store {
namespace {

// The visitor may call the store, so it gets copies and holds no lock.
absl::Status VisitAll(const std::vector<CertificateRecord>& records, RecordVisitor visitor) {
  for (const CertificateRecord& record : records) {
    if (!visitor(record)) {
      break;
    }
  }
  return absl::OkStatus();
}

}  // namespace

MemoryStore::MemoryStore(uint16_t instance_id) : instance_id_(instance_id) {}

absl::Status MemoryStore::Append(absl::Span<const CertificateRecord> records) {
  if (records.empty()) {
    return absl::OkStatus();
  }
  const CommitTimer timer;
  for (const CertificateRecord& record : records) {
    FLEETCA_RETURN_IF_ERROR(CheckRecord(record));
  }
  absl::MutexLock lock(&mutex_);
  FLEETCA_RETURN_IF_ERROR(fault_);
  for (const CertificateRecord& record : records) {
    by_serial_[record.serial] = record;
    if (!record.request_key.empty()) {
      by_request_key_[record.request_key] = record.serial;
    }
  }
  timer.Done(records.size(), stats_);
  return absl::OkStatus();
}

absl::StatusOr<CertificateRecord> MemoryStore::GetBySerial(absl::string_view serial) const {
  absl::MutexLock lock(&mutex_);
  const auto found = by_serial_.find(serial);
  if (found == by_serial_.end()) {
    return MakeError(
        absl::StatusCode::kNotFound, Reason::kNotFound, "serial",
        absl::StrCat("no certificate has the serial ", absl::BytesToHexString(serial)));
  }
  return found->second;
}

absl::StatusOr<CertificateRecord> MemoryStore::GetByRequestKey(
    absl::string_view request_key) const {
  absl::MutexLock lock(&mutex_);
  const auto found = by_request_key_.find(request_key);
  if (found == by_request_key_.end()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound, "request_id",
                     "no certificate was issued for this request_id");
  }
  return by_serial_.find(found->second)->second;
}

absl::Status MemoryStore::ForEachByExpiry(absl::Time from, absl::Time to,
                                          RecordVisitor visitor) const {
  const std::string upper = ExpiryLowerBound(to);
  std::vector<CertificateRecord> records;
  {
    absl::MutexLock lock(&mutex_);
    for (auto it = by_serial_.lower_bound(ExpiryLowerBound(from));
         it != by_serial_.end() && it->first < upper; ++it) {
      records.push_back(it->second);
    }
  }
  return VisitAll(records, visitor);
}

absl::Status MemoryStore::ForEachByIdentity(absl::string_view identity,
                                            RecordVisitor visitor) const {
  std::vector<CertificateRecord> records;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [serial, record] : by_serial_) {
      if (record.identity == identity) {
        records.push_back(record);
      }
    }
  }
  return VisitAll(records, visitor);
}

void MemoryStore::FailAppends(absl::Status fault) {
  absl::MutexLock lock(&mutex_);
  fault_ = std::move(fault);
}

void MemoryStore::Clear() {
  absl::MutexLock lock(&mutex_);
  by_serial_.clear();
  by_request_key_.clear();
}

size_t MemoryStore::size() const {
  absl::MutexLock lock(&mutex_);
  return by_serial_.size();
}

}  // namespace fleetca::store
