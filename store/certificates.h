// Looking up the certificates that were recorded.
#ifndef FLEETCA_STORE_CERTIFICATES_H_
#define FLEETCA_STORE_CERTIFICATES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/certificate_record.h"
#include "store/certificate_selection.h"

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

  // Records of exactly this lineage, by ascending serial, its first certificate and those that
  // were replaced included.
  virtual absl::Status ForEachByLineage(absl::string_view lineage, RecordVisitor visitor) const = 0;

  // A page of the records that match, from `from` on: empty, or the `next` of the page before.
  // There is no index for it: it reads all that does not expire before `not_after_from`, about a
  // microsecond for each. Sees the certificates that were there when the call began; what is
  // written between two calls may be missed or seen.
  virtual absl::StatusOr<CertificatePage> SelectCertificates(const CertificateSelection& selection,
                                                             absl::string_view from,
                                                             const PageLimit& limit) const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_CERTIFICATES_H_
