// What a file holds that may be anything: certificates, requests, keys, lists, PKCS#7, PKCS#12.
#ifndef FLEETCA_CLIENT_OBJECTS_OBJECT_READER_H_
#define FLEETCA_CLIENT_OBJECTS_OBJECT_READER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/objects/object_kind.h"

namespace fleetca::client {

struct FoundObject {
  ObjectKind kind = ObjectKind::kOther;
  // Empty for kOther and for a private key, which is not copied: read it by ReadPrivateKey.
  std::string der;
  std::string pem_label;  // "" where it was DER, and what it says otherwise
};

// What is in `contents`, in its order: PEM blocks with anything around them, or DER elements one
// after the other (one alone where it is BER with an indefinite length). At least one. Only as much
// of each is looked at as shows its kind. INVALID_ARGUMENT kFileInvalid for anything else, for PEM
// that is damaged, over kMaxObjectsSize and over kMaxObjects. Thread-safe.
absl::StatusOr<std::vector<FoundObject>> FindObjects(absl::string_view contents);

inline constexpr size_t kMaxObjectsSize = 16 << 20;
inline constexpr size_t kMaxObjects = 10000;

// The certificates of `contents`, in their order, DER: those of PEM and DER, and those in PKCS#7
// (RFC 2315 and 5652, certs-only too). At least one; they are not parsed. What else is there does
// no harm, but where there is no certificate, the sentence says what there is instead: "it holds a
// certificate signing request (CSR), not a certificate". INVALID_ARGUMENT kFileInvalid.
// Thread-safe.
absl::StatusOr<std::vector<std::string>> ReadCertificates(absl::string_view contents);

// The same of what FindObjects found.
absl::StatusOr<std::vector<std::string>> CertificatesOf(std::vector<FoundObject> objects);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_OBJECT_READER_H_
