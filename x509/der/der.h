// Strict DER (X.690): a cursor over bytes we do not trust, and a writer for bytes we make.
#ifndef FLEETCA_X509_DER_DER_H_
#define FLEETCA_X509_DER_DER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::x509::der {

// Identifier octets of the types used in X.509. High tag numbers never occur there and are refused.
inline constexpr uint8_t kBoolean = 0x01;
inline constexpr uint8_t kInteger = 0x02;
inline constexpr uint8_t kBitString = 0x03;
inline constexpr uint8_t kOctetString = 0x04;
inline constexpr uint8_t kNull = 0x05;
inline constexpr uint8_t kOid = 0x06;
inline constexpr uint8_t kEnumerated = 0x0a;
inline constexpr uint8_t kUtf8String = 0x0c;
inline constexpr uint8_t kPrintableString = 0x13;
inline constexpr uint8_t kIa5String = 0x16;
inline constexpr uint8_t kUtcTime = 0x17;
inline constexpr uint8_t kGeneralizedTime = 0x18;
inline constexpr uint8_t kSequence = 0x30;
inline constexpr uint8_t kSet = 0x31;
// [n] primitive and [n] constructed, context-specific class.
constexpr uint8_t ContextPrimitive(int n) { return static_cast<uint8_t>(0x80 | n); }
constexpr uint8_t ContextConstructed(int n) { return static_cast<uint8_t>(0xa0 | n); }

// A cursor over a run of DER elements. Every Read* either consumes one element and returns true, or
// leaves the cursor where it was and returns false: not DER (indefinite, non-minimal or overlong
// length, high tag number), another tag, or content that breaks the type's rules. Results alias the
// input. Copying is cheap and is how to look ahead. Thread-compatible.
class Reader {
 public:
  Reader() = default;
  explicit Reader(absl::string_view input) : rest_(input) {}

  bool empty() const { return rest_.empty(); }
  absl::string_view rest() const { return rest_; }
  // The next identifier octet, or 0 at the end.
  uint8_t PeekTag() const { return rest_.empty() ? 0 : static_cast<uint8_t>(rest_[0]); }

  // One element of any tag: its identifier octet, its contents, and the whole element.
  [[nodiscard]] bool ReadAny(uint8_t* tag, absl::string_view* contents,
                             absl::string_view* element) {
    // The short form of the length, which nearly every element has, is read in line.
    const size_t header = 2;
    if (rest_.size() < header || (static_cast<uint8_t>(rest_[0]) & 0x1f) == 0x1f) {
      return false;
    }
    const auto length = static_cast<uint8_t>(rest_[1]);
    if (length >= 0x80) {
      return ReadLongForm(tag, contents, element);
    }
    if (length > rest_.size() - header) {
      return false;
    }
    *tag = static_cast<uint8_t>(rest_[0]);
    *contents = absl::string_view(rest_.data() + header, length);
    *element = absl::string_view(rest_.data(), header + length);
    rest_.remove_prefix(header + length);
    return true;
  }
  // The contents of the next element, which must have `tag`.
  [[nodiscard]] bool Read(uint8_t tag, absl::string_view* contents) {
    uint8_t found;
    absl::string_view element;
    return PeekTag() == tag && ReadAny(&found, contents, &element);
  }
  // The next element whole, header included; it must have `tag`.
  [[nodiscard]] bool ReadElement(uint8_t tag, absl::string_view* element) {
    uint8_t found;
    absl::string_view contents;
    return PeekTag() == tag && ReadAny(&found, &contents, element);
  }
  // A cursor over the contents of the next element, which must have `tag`.
  [[nodiscard]] bool ReadNested(uint8_t tag, Reader* nested) {
    absl::string_view contents;
    if (!Read(tag, &contents)) {
      return false;
    }
    *nested = Reader(contents);
    return true;
  }
  // As ReadNested where the next element has `tag`; otherwise *present is false and nothing is
  // read. Returns false only for an element of that tag that is not DER.
  [[nodiscard]] bool ReadOptional(uint8_t tag, Reader* nested, bool* present);

  // BOOLEAN: 0x00 or 0xff and nothing else.
  [[nodiscard]] bool ReadBoolean(bool* value);
  // INTEGER in minimal two's complement; the contents as they stand.
  [[nodiscard]] bool ReadInteger(absl::string_view* contents);
  // INTEGER from 0 to 2^63-1.
  [[nodiscard]] bool ReadUint63(uint64_t* value);
  // INTEGER greater than zero: the magnitude without a leading zero octet.
  [[nodiscard]] bool ReadPositiveInteger(absl::string_view* magnitude);
  // OBJECT IDENTIFIER contents: no empty, unfinished or padded arc (X.690 8.19).
  [[nodiscard]] bool ReadOid(absl::string_view* contents);
  // BIT STRING without unused bits: the octets after the leading zero.
  [[nodiscard]] bool ReadBitStringOctets(absl::string_view* octets);
  // BIT STRING with named bits: octets, unused bits 0..7, which must be zero bits (X.690 11.2.1).
  [[nodiscard]] bool ReadBitString(absl::string_view* octets, int* unused_bits);
  // NULL with no contents.
  [[nodiscard]] bool ReadNull();

 private:
  // ReadAny for a length in the long form.
  [[nodiscard]] bool ReadLongForm(uint8_t* tag, absl::string_view* contents,
                                  absl::string_view* element);

  absl::string_view rest_;
};

// Why a run of elements is refused as a whole.
enum class Fault { kNone, kNotDer, kTooDeep, kOidTooLong };

// Walks a run of elements all the way down through constructed ones. kNotDer: a length that is not
// DER's, a primitive form where the type is constructed or the other way round, contents that break
// the rules of BOOLEAN, INTEGER, ENUMERATED, BIT STRING, NULL or OBJECT IDENTIFIER. kTooDeep:
// nested more than `max_depth` deep. kOidTooLong: an OID of more than `max_oid_bytes` octets. Says
// nothing of the characters of strings or the order of a SET OF. Takes time linear in the input.
[[nodiscard]] Fault FindFault(absl::string_view input, int max_depth, size_t max_oid_bytes);

// True when FindFault finds none, with OIDs of any length.
[[nodiscard]] bool IsWellFormed(absl::string_view input, int max_depth);

// "1.2.840.113549.1.1.11" for an OID's contents; "(invalid)" when they are not one
// (or have an arc over 64 bits).
std::string OidToString(absl::string_view contents);
// OID contents from dotted text; "" when the text is not an OID.
std::string OidFromString(absl::string_view dotted);

// Appends DER to a string. Lengths are minimal by construction. The elements are built from the
// inside out: the contents first, then what wraps them.
class Writer {
 public:
  explicit Writer(std::string* out) : out_(out) {}

  void Element(uint8_t tag, absl::string_view contents);
  // Bytes that are DER already.
  void Raw(absl::string_view der) { out_->append(der.data(), der.size()); }
  void Boolean(bool value);
  void Integer(uint64_t value);
  // INTEGER > 0 from its big-endian magnitude.
  void PositiveInteger(absl::string_view magnitude);
  void Oid(absl::string_view contents) { Element(kOid, contents); }
  void BitString(absl::string_view octets);

 private:
  std::string* out_;
};

// One element as a string, for nesting.
std::string Encode(uint8_t tag, absl::string_view contents);

// How many octets the header (identifier and length) of an element with this much content takes.
size_t HeaderSize(size_t content_size);

// Appends that header: for writing forward, when the size is known before the content.
void AppendHeader(uint8_t tag, size_t content_size, std::string* out);

}  // namespace fleetca::x509::der

#endif  // FLEETCA_X509_DER_DER_H_
