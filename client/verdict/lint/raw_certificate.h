// A certificate as it stands, with whatever is wrong in it.
#ifndef FLEETCA_CLIENT_VERDICT_LINT_RAW_CERTIFICATE_H_
#define FLEETCA_CLIENT_VERDICT_LINT_RAW_CERTIFICATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client::lint {

// One element of DER: its identifier octet and its contents.
struct Element {
  uint8_t tag = 0;
  absl::string_view contents;
  absl::string_view whole;
};

struct RawExtension {
  absl::string_view oid;  // contents octets
  bool critical = false;
  bool default_written = false;  // critical FALSE stands there, which DER leaves out
  absl::string_view value;       // contents of extnValue
};

// One attribute of a Name: its type, and its value as it stands.
struct RawAttribute {
  absl::string_view type;
  Element value;
};

struct RawName {
  absl::string_view whole;
  bool well_formed = false;
  std::vector<RawAttribute> attributes;
};

// Every view aliases the DER that was read.
struct RawCertificate {
  absl::string_view der;
  absl::string_view tbs;
  // 0 for v1, 1 for v2, 2 for v3; -1 for anything else.
  int version = 0;
  bool version_written = false;
  absl::string_view serial;           // INTEGER contents
  absl::string_view inner_algorithm;  // AlgorithmIdentifier elements
  absl::string_view outer_algorithm;
  RawName issuer;
  RawName subject;
  Element not_before;
  Element not_after;
  absl::string_view spki;
  bool unique_ids = false;
  bool has_extensions = false;
  bool extensions_well_formed = true;
  std::vector<RawExtension> extensions;  // in their order, repeated ones too

  // The first with this OID; null where there is none.
  const RawExtension* Find(absl::string_view oid) const;
  // What basicConstraints and keyUsage say, as far as they can be read.
  bool is_ca = false;
  bool has_path_length = false;
  bool self_issued() const { return issuer.whole == subject.whole; }
};

// The frame of a Certificate (RFC 5280 section 4.1), without judging what is in it.
// INVALID_ARGUMENT kFileInvalid where the octets do not have that frame. Thread-safe.
absl::StatusOr<RawCertificate> ReadRawCertificate(absl::string_view der);

}  // namespace fleetca::client::lint

#endif  // FLEETCA_CLIENT_VERDICT_LINT_RAW_CERTIFICATE_H_
