// Certificates that are looked for by what their records say.
#ifndef FLEETCA_STORE_CERTIFICATE_SELECTION_H_
#define FLEETCA_STORE_CERTIFICATE_SELECTION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "store/certificate_record.h"

namespace fleetca::store {

// Matches a record that agrees with all that is set. Without anything set it matches all. Records
// of releases that kept no issuer or no spki_sha256 do not match where those are set.
struct CertificateSelection {
  bool Matches(const CertificateRecord& record) const {
    return record.issued_at >= issued_from && record.issued_at < issued_to &&
           record.not_after >= not_after_from && (!issuer || *issuer == record.issuer) &&
           (!profile || *profile == record.profile) &&
           (!spki_sha256 || *spki_sha256 == record.spki_sha256);
  }

  std::optional<std::string> issuer;
  std::optional<std::string> profile;
  std::optional<std::string> spki_sha256;
  absl::Time issued_from = absl::InfinitePast();  // this time and later
  absl::Time issued_to = absl::InfiniteFuture();  // before this time
  // Now, for those that did not expire. What expired earlier is not even read.
  absl::Time not_after_from = absl::InfinitePast();
};

// How much one call does.
struct PageLimit {
  size_t records = 1000;     // matches, at most
  size_t looked_at = 20000;  // records read, at most: so that rare matches do not make a call long
};

// A part of those that match, by ascending serial.
struct CertificatePage {
  std::vector<CertificateRecord> records;
  // Where the next page begins; empty: there is no more. An opaque text of 20 octets, good for the
  // same selection across restarts.
  std::string next;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_CERTIFICATE_SELECTION_H_
