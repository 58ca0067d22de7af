// The record of every certificate issued. What Append accepted survives a power cut.
#ifndef FLEETCA_STORE_STORE_H_
#define FLEETCA_STORE_STORE_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "store/store_stats.h"

namespace fleetca::store {

// One certificate as issued. Never changes once written.
struct CertificateRecord {
  std::string serial;       // 20 octets; sorts by expiry (x509/serial.h)
  std::string certificate;  // DER
  std::string identity;     // the SPIFFE ID, or the first name when there is none; never empty
  std::string requester;    // the authenticated caller
  std::string profile;
  // 32 octets that name the caller's request_id, and 32 that stand for what it asked for; both
  // empty when there was no request_id.
  std::string request_key;
  std::string request_digest;
  absl::Time issued_at;   // to the millisecond
  absl::Time not_before;  // to the second
  absl::Time not_after;   // to the second

  friend bool operator==(const CertificateRecord&, const CertificateRecord&) = default;
};

// Called for each record of an iteration; false ends it.
using RecordVisitor = absl::FunctionRef<bool(const CertificateRecord&)>;

// Thread-safe. One process at a time has a store open.
class Store {
 public:
  virtual ~Store() = default;

  // Writes all records or none, and returns OK only once they are on stable storage and found by
  // every look-up. Concurrent calls share a sync. The caller sees to it that no serial and no
  // request_key is written twice. UNAVAILABLE kStoreUnavailable: nothing of it may leave; the store
  // keeps refusing until it can write again, and never half writes. An empty span is OK and writes
  // nothing.
  virtual absl::Status Append(absl::Span<const CertificateRecord> records) = 0;

  // NOT_FOUND kNotFound; DATA_LOSS kStoreCorrupt when the record does not read back.
  virtual absl::StatusOr<CertificateRecord> GetBySerial(absl::string_view serial) const = 0;
  virtual absl::StatusOr<CertificateRecord> GetByRequestKey(
      absl::string_view request_key) const = 0;

  // Records by ascending serial with `from` <= expiry hour < `to`, which is the notAfter rounded up
  // to the hour. See the certificates that were there when it began.
  virtual absl::Status ForEachByExpiry(absl::Time from, absl::Time to,
                                       RecordVisitor visitor) const = 0;

  // Records of exactly this identity, by ascending serial: soonest expiry first.
  virtual absl::Status ForEachByIdentity(absl::string_view identity,
                                         RecordVisitor visitor) const = 0;

  // Drawn at random when the store was created, and kept: part of every serial number, so that two
  // CAs never give the same one.
  virtual uint16_t instance_id() const = 0;

  virtual const StoreStats& stats() const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_STORE_H_
