#include "x509/revocation/crl.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "x509/common_elements.h"
#include "x509/der/time.h"
#include "x509/revocation/crl_parts.h"

namespace fleetca::x509 {
namespace {

constexpr uint64_t kVersion2 = 1;
constexpr int kMaxDepth = 32;

// `is_v2` is where the version is written; v1 is where none is (RFC 5280 5.1.2.1).
absl::Status ParseHead(der::Reader* tbs, Crl* crl, bool* is_v2) {
  uint64_t version = kVersion2;
  *is_v2 = tbs->PeekTag() == der::kInteger;
  if (*is_v2 && (!tbs->ReadUint63(&version) || version != kVersion2)) {
    return CrlError("another version than v2");
  }
  if (!ReadAlgorithmIdentifier(tbs, &crl->signature_algorithm)) {
    return CrlError("a malformed signature algorithm");
  }
  if (!ReadName(tbs, &crl->issuer)) {
    return CrlError("an issuer that is not a Name");
  }
  if (crl->issuer.size() == 2) {
    return CrlError("an empty issuer");
  }
  if (!ReadTime(tbs, &crl->this_update)) {
    return CrlError(
        "a thisUpdate that is not a time as RFC 5280 writes it (UTCTime until 2049, "
        "GeneralizedTime "
        "from 2050)");
  }
  // OPTIONAL in the ASN.1 alone: RFC 5280 5.1.2.5.
  if (!ReadTime(tbs, &crl->next_update)) {
    return CrlError("no nextUpdate, or one that is not a time as RFC 5280 writes it");
  }
  if (crl->next_update < crl->this_update) {
    return CrlError("a nextUpdate that is before its thisUpdate");
  }
  return absl::OkStatus();
}

// revokedCertificates SEQUENCE OF SEQUENCE {...}, not empty: RFC 5280 5.1.2.6.
absl::Status ParseEntries(der::Reader entries, bool is_v2, Crl* crl) {
  if (entries.empty()) {
    return CrlError("a list of entries that is empty and should be absent");
  }
  const absl::string_view contents = entries.rest();
  size_t size = 0;
  CrlEntry entry;
  while (!entries.empty()) {
    const char* const problem = ReadCrlEntry(&entries, is_v2, &entry);
    if (problem != nullptr) {
      return CrlError(problem);
    }
    ++size;
  }
  crl->entries = CrlEntries(contents, size);
  return absl::OkStatus();
}

// TBSCertList ::= SEQUENCE { version INTEGER OPTIONAL, signature AlgorithmIdentifier, issuer Name,
//   thisUpdate Time, nextUpdate Time OPTIONAL, revokedCertificates OPTIONAL,
//   crlExtensions [0] EXPLICIT Extensions OPTIONAL }
absl::Status ParseTbs(der::Reader tbs, Crl* crl) {
  bool is_v2 = false;
  FLEETCA_RETURN_IF_ERROR(ParseHead(&tbs, crl, &is_v2));
  der::Reader entries;
  der::Reader tagged;
  der::Reader extensions;
  bool has_entries = false;
  bool has_extensions = false;
  if (!tbs.ReadOptional(der::kSequence, &entries, &has_entries)) {
    return CrlError("a list of entries that is not DER");
  }
  if (!tbs.ReadOptional(der::ContextConstructed(0), &tagged, &has_extensions) ||
      (has_extensions && (!tagged.ReadNested(der::kSequence, &extensions) || !tagged.empty()))) {
    return CrlError("extensions that are not DER");
  }
  if (!tbs.empty()) {
    return CrlError("something that does not belong there, after its entries and extensions");
  }
  if (has_extensions && !is_v2) {
    return CrlError("extensions without being v2");
  }
  // The extensions first: they say what kind of CRL it is.
  if (has_extensions) {
    FLEETCA_RETURN_IF_ERROR(ParseCrlExtensions(extensions, crl));
  }
  return has_entries ? ParseEntries(entries, is_v2, crl) : absl::OkStatus();
}

// What is not decoded is DER as well.
absl::Status CheckWhole(absl::string_view der) {
  if (der.size() > kMaxCrlSize) {
    return CrlError(absl::StrCat("more than ", kMaxCrlSize, " octets"));
  }
  if (!der::IsWellFormed(der, kMaxDepth)) {
    return CrlError("bytes that are not DER (X.690)");
  }
  return absl::OkStatus();
}

}  // namespace

void CrlEntries::Iterator::Next() {
  at_ = rest_.rest().data();
  if (!rest_.empty()) {
    // Nothing can be wrong, as it was read before.
    (void)ReadCrlEntry(&rest_, /*is_v2=*/true, &entry_);
  }
}

const Extension* Crl::Find(absl::string_view oid) const {
  for (const Extension& extension : extensions) {
    if (extension.oid == oid) {
      return &extension;
    }
  }
  return nullptr;
}

std::optional<CrlEntry> Crl::FindEntry(absl::string_view serial) const {
  for (const CrlEntry& entry : entries) {
    if (entry.serial == serial) {
      return entry;
    }
  }
  return std::nullopt;
}

absl::StatusOr<Crl> ParseTbsCertList(absl::string_view tbs) {
  FLEETCA_RETURN_IF_ERROR(CheckWhole(tbs));
  der::Reader input(tbs);
  der::Reader fields;
  if (!input.ReadNested(der::kSequence, &fields) || !input.empty()) {
    return CrlError("bytes that are not one SEQUENCE with nothing after it");
  }
  Crl crl;
  crl.tbs = tbs;
  FLEETCA_RETURN_IF_ERROR(ParseTbs(fields, &crl));
  return crl;
}

absl::StatusOr<Crl> ParseCrl(absl::string_view der) {
  FLEETCA_RETURN_IF_ERROR(CheckWhole(der));
  der::Reader input(der);
  der::Reader fields;
  if (!input.ReadNested(der::kSequence, &fields) || !input.empty()) {
    return CrlError("bytes that are not one SEQUENCE with nothing after it");
  }
  Crl crl;
  crl.der = der;
  der::Reader look = fields;
  der::Reader tbs;
  absl::string_view algorithm;
  if (!fields.ReadElement(der::kSequence, &crl.tbs) || !look.ReadNested(der::kSequence, &tbs) ||
      !ReadAlgorithmIdentifier(&fields, &algorithm) ||
      !fields.ReadBitStringOctets(&crl.signature) || !fields.empty() || crl.signature.empty()) {
    return CrlError("bytes that are not a TBSCertList, a signature algorithm and a signature");
  }
  FLEETCA_RETURN_IF_ERROR(ParseTbs(tbs, &crl));
  if (algorithm != crl.signature_algorithm) {
    return CrlError("one signature algorithm in its signed part and another outside");
  }
  return crl;
}

}  // namespace fleetca::x509
