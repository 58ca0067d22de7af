#include "base/key_holder.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace fleetca {
namespace {

// A literal with the octets of 0 in it.
template <size_t kSize>
constexpr absl::string_view Octets(const char (&literal)[kSize]) {
  return {literal, kSize - 1};
}

// "BEGIN PRIVATE KEY", "BEGIN EC PRIVATE KEY", "BEGIN ENCRYPTED PRIVATE KEY".
constexpr absl::string_view kPemLabel = "PRIVATE KEY-----";

constexpr absl::string_view kJks = Octets("\xfe\xed\xfe\xed");
constexpr absl::string_view kJceks = Octets("\xce\xce\xce\xce");

// What follows the header of the outer SEQUENCE.
constexpr absl::string_view kVersion0 = Octets("\x02\x01\x00");
constexpr absl::string_view kVersion1 = Octets("\x02\x01\x01");
constexpr absl::string_view kVersion3 = Octets("\x02\x01\x03");
constexpr absl::string_view kInteger = Octets("\x02");
constexpr absl::string_view kOctetString = Octets("\x04");
constexpr absl::string_view kSequence = Octets("\x30");
// Object identifiers up to their last arcs: 1.2.840.113549.1.7 (PKCS#7), .1.5 (PKCS#5), .1.12.1
// (PKCS#12's ciphers).
constexpr absl::string_view kPkcs7 = Octets("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07");
constexpr absl::string_view kPkcs5 = Octets("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05");
constexpr absl::string_view kPkcs12Cipher = Octets("\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01");

// Consumes the tag and the length of a SEQUENCE, of indefinite length too, as BER has it.
bool ConsumeSequence(absl::string_view* octets) {
  if (!absl::ConsumePrefix(octets, kSequence) || octets->empty()) {
    return false;
  }
  const uint8_t length = static_cast<uint8_t>(octets->front());
  const size_t more = length > 0x80 ? length & 0x7f : 0;
  if (octets->size() < 1 + more) {
    return false;
  }
  octets->remove_prefix(1 + more);
  return true;
}

KeyHolder HolderOfDer(absl::string_view octets) {
  if (!ConsumeSequence(&octets)) {
    return KeyHolder::kNone;
  }
  if (absl::ConsumePrefix(&octets, kVersion3)) {
    return ConsumeSequence(&octets) && absl::StartsWith(octets, kPkcs7) ? KeyHolder::kKeystore
                                                                        : KeyHolder::kNone;
  }
  if (absl::ConsumePrefix(&octets, kVersion0)) {
    return absl::StartsWith(octets, kSequence) || absl::StartsWith(octets, kInteger)
               ? KeyHolder::kKey
               : KeyHolder::kNone;
  }
  if (absl::ConsumePrefix(&octets, kVersion1)) {
    return absl::StartsWith(octets, kSequence) || absl::StartsWith(octets, kOctetString)
               ? KeyHolder::kKey
               : KeyHolder::kNone;
  }
  return ConsumeSequence(&octets) &&
                 (absl::StartsWith(octets, kPkcs5) || absl::StartsWith(octets, kPkcs12Cipher))
             ? KeyHolder::kKey
             : KeyHolder::kNone;
}

}  // namespace

KeyHolder KeyHolderOf(absl::string_view contents) {
  if (absl::StrContains(contents, kPemLabel)) {
    return KeyHolder::kKey;
  }
  return absl::StartsWith(contents, kJks) || absl::StartsWith(contents, kJceks)
             ? KeyHolder::kKeystore
             : HolderOfDer(contents);
}

}  // namespace fleetca
