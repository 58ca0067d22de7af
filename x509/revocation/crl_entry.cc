// An entry of a CRL (RFC 5280 section 5.3).
#include <algorithm>
#include <array>
#include <cstdint>

#include "x509/certificate_extensions.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/time.h"
#include "x509/revocation/crl_parts.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kMaxSerialSize = 20;
constexpr size_t kMaxEntryExtensions = 8;

// CRLReason ::= ENUMERATED
[[nodiscard]] const char* ReadReason(absl::string_view value, CrlEntry* entry) {
  der::Reader element(value);
  absl::string_view octets;
  if (!element.Read(der::kEnumerated, &octets) || !element.empty() || octets.size() != 1) {
    return "an entry whose reasonCode is not one ENUMERATED";
  }
  entry->reason = RevocationReasonOfNumber(static_cast<uint8_t>(octets[0]));
  if (!entry->reason.has_value()) {
    return "an entry with a reason that RFC 5280 does not know";
  }
  if (*entry->reason == RevocationReason::kRemoveFromCrl) {
    return "an entry with the reason removeFromCRL without being a delta CRL";
  }
  return nullptr;
}

// crlEntryExtensions: Extensions, in any order. What is not known here is passed over unless it is
// critical.
[[nodiscard]] const char* ReadEntryExtensions(der::Reader extensions, CrlEntry* entry) {
  std::array<absl::string_view, kMaxEntryExtensions> seen;
  size_t count = 0;
  if (extensions.empty()) {
    return "an entry with an empty list of extensions";
  }
  while (!extensions.empty()) {
    Extension extension;
    if (!ReadExtension(&extensions, &extension)) {
      return "an entry with an extension that is not DER";
    }
    if (count == seen.size() ||
        std::find(seen.begin(), seen.begin() + count, extension.oid) != seen.begin() + count) {
      return "an entry with an extension twice, or with more than 8";
    }
    seen[count++] = extension.oid;
    if (extension.oid == oid::kReasonCode) {
      if (const char* const problem = ReadReason(extension.value, entry); problem != nullptr) {
        return problem;
      }
    } else if (extension.oid == oid::kCertificateIssuer) {
      return "an entry about a certificate of another CA without being an indirect CRL";
    } else if (extension.critical) {
      return "an entry with a critical extension that fleetca does not know";
    }
  }
  return nullptr;
}

}  // namespace

// SEQUENCE { userCertificate INTEGER, revocationDate Time, crlEntryExtensions OPTIONAL }
const char* ReadCrlEntry(der::Reader* entries, bool is_v2, CrlEntry* entry) {
  der::Reader fields;
  *entry = CrlEntry();
  if (!entries->ReadNested(der::kSequence, &fields)) {
    return "an entry that is not a SEQUENCE";
  }
  if (!fields.ReadInteger(&entry->serial) || entry->serial.size() > kMaxSerialSize ||
      (static_cast<uint8_t>(entry->serial[0]) & 0x80) != 0 ||
      entry->serial == absl::string_view("\0", 1)) {
    return "an entry whose serial number is not a positive INTEGER of 1 to 20 octets";
  }
  if (!ReadTime(&fields, &entry->revocation_date)) {
    return "an entry whose revocationDate is not a time as RFC 5280 writes it (UTCTime until 2049, "
           "GeneralizedTime from 2050)";
  }
  if (fields.empty()) {
    return nullptr;
  }
  der::Reader extensions;
  if (!fields.ReadNested(der::kSequence, &extensions) || !fields.empty()) {
    return "an entry with something after its time that is not extensions";
  }
  return is_v2 ? ReadEntryExtensions(extensions, entry)
               : "an entry with extensions without being v2";
}

}  // namespace fleetca::x509
