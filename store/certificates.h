// Looking up the certificates that were recorded.
#ifndef FLEETCA_STORE_CERTIFICATES_H_
#define FLEETCA_STORE_CERTIFICATES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/certificate_record.h"

namespace fleetca::store {

// A reader of a store. Thread-safe.
class Certificates {
 public:
  virtual ~Certificates() = default;

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
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_CERTIFICATES_H_
