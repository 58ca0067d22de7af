#include "x509/revocation/ocsp_extensions.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxExtensions = 16;

[[nodiscard]] bool ReadNonce(absl::string_view value, absl::string_view* nonce) {
  der::Reader element(value);
  return element.Read(der::kOctetString, nonce) && element.empty() && !nonce->empty() &&
         nonce->size() <= kMaxOcspNonceSize;
}

}  // namespace

// Extension ::= SEQUENCE { extnID OID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
const char* OcspExtensionsFault(der::Reader extensions, std::optional<absl::string_view>* nonce) {
  if (extensions.empty()) {
    return "are an empty list";
  }
  absl::InlinedVector<absl::string_view, kMaxExtensions> seen;
  while (!extensions.empty()) {
    der::Reader fields;
    absl::string_view oid;
    bool critical = false;
    absl::string_view value;
    if (!extensions.ReadNested(der::kSequence, &fields) || !fields.ReadOid(&oid) ||
        (fields.PeekTag() == der::kBoolean && (!fields.ReadBoolean(&critical) || !critical)) ||
        !fields.Read(der::kOctetString, &value) || !fields.empty()) {
      return "are not DER";
    }
    if (seen.size() == kMaxExtensions) {
      return "are more than 16";
    }
    if (std::find(seen.begin(), seen.end(), oid) != seen.end()) {
      return "have one twice";
    }
    seen.push_back(oid);
    if (nonce != nullptr && oid == oid::kOcspNonce) {
      absl::string_view octets;
      if (!ReadNonce(value, &octets)) {
        return "have a nonce that is not an OCTET STRING of 1 to 128 octets";
      }
      *nonce = octets;
    } else if (critical) {
      return "have a critical one that is unknown";
    }
  }
  return nullptr;
}

}  // namespace fleetca::x509
