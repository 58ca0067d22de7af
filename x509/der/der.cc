#include "x509/der/der.h"

#include <charconv>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fleetca::x509::der {
namespace {

constexpr uint8_t kClassBits = 0xc0;
constexpr uint8_t kConstructedBit = 0x20;
constexpr uint8_t kHighTagNumber = 0x1f;

// The universal types that X.690 encodes constructed, as bits of their tag numbers: EXTERNAL,
// EMBEDDED PDV, SEQUENCE, SET and unrestricted CHARACTER STRING.
constexpr uint32_t kConstructedTypes = 1u << 8 | 1u << 11 | 1u << 16 | 1u << 17 | 1u << 29;

uint8_t Octet(absl::string_view bytes, size_t i) { return static_cast<uint8_t>(bytes[i]); }

bool IsBoolean(absl::string_view contents) {
  return contents.size() == 1 && (Octet(contents, 0) == 0x00 || Octet(contents, 0) == 0xff);
}

// The first nine bits of an INTEGER must not be all equal (X.690 8.3.2).
bool IsMinimalInteger(absl::string_view contents) {
  if (contents.size() < 2) {
    return !contents.empty();
  }
  const bool next_is_negative = (Octet(contents, 1) & 0x80) != 0;
  return next_is_negative ? Octet(contents, 0) != 0xff : Octet(contents, 0) != 0x00;
}

bool IsBitString(absl::string_view contents) {
  if (contents.empty() || Octet(contents, 0) > 7) {
    return false;
  }
  const int unused = Octet(contents, 0);
  return unused == 0 ||
         (contents.size() > 1 && (Octet(contents, contents.size() - 1) & ((1 << unused) - 1)) == 0);
}

// No arc begins with 0x80, which would pad it, and the last one is finished (X.690 8.19.2).
bool IsOid(absl::string_view contents) {
  unsigned within_arc = 0;
  unsigned padded = 0;
  for (const char c : contents) {
    const unsigned octet = static_cast<uint8_t>(c);
    padded |= static_cast<unsigned>(octet == 0x80) & ~within_arc;
    within_arc = octet >> 7;
  }
  return !contents.empty() && padded == 0 && within_arc == 0;
}

// Whether the form and the contents are right for a universal type; true for other classes.
bool FitsType(uint8_t tag, absl::string_view contents) {
  if ((tag & kClassBits) != 0) {
    return true;
  }
  const bool must_be_constructed = (kConstructedTypes >> (tag & kHighTagNumber) & 1) != 0;
  if (must_be_constructed != ((tag & kConstructedBit) != 0)) {
    return false;
  }
  switch (tag) {
    case 0:
      return false;  // the end-of-contents of an indefinite length
    case kBoolean:
      return IsBoolean(contents);
    case kInteger:
    case kEnumerated:
      return IsMinimalInteger(contents);
    case kBitString:
      return IsBitString(contents);
    case kNull:
      return contents.empty();
    case kOid:
      return IsOid(contents);
    default:
      return true;
  }
}

}  // namespace

bool Reader::ReadLongForm(uint8_t* tag, absl::string_view* contents, absl::string_view* element) {
  // 0x80 is the indefinite form; more than four length octets is more than we ever read.
  const size_t count = Octet(rest_, 1) & 0x7f;
  const size_t header = 2 + count;
  if (count == 0 || count > 4 || rest_.size() < header || Octet(rest_, 2) == 0) {
    return false;
  }
  size_t length = 0;
  for (size_t i = 2; i < header; ++i) {
    length = length << 8 | Octet(rest_, i);
  }
  // Below 0x80 the short form was possible.
  if (length < 0x80 || length > rest_.size() - header) {
    return false;
  }
  *tag = Octet(rest_, 0);
  *contents = rest_.substr(header, length);
  *element = rest_.substr(0, header + length);
  rest_.remove_prefix(header + length);
  return true;
}

bool Reader::ReadOptional(uint8_t tag, Reader* nested, bool* present) {
  *present = !empty() && PeekTag() == tag;
  return !*present || ReadNested(tag, nested);
}

bool Reader::ReadBoolean(bool* value) {
  Reader look = *this;
  absl::string_view contents;
  if (!look.Read(kBoolean, &contents) || !IsBoolean(contents)) {
    return false;
  }
  *value = Octet(contents, 0) == 0xff;
  *this = look;
  return true;
}

bool Reader::ReadInteger(absl::string_view* contents) {
  Reader look = *this;
  absl::string_view octets;
  if (!look.Read(kInteger, &octets) || !IsMinimalInteger(octets)) {
    return false;
  }
  *contents = octets;
  *this = look;
  return true;
}

bool Reader::ReadUint63(uint64_t* value) {
  Reader look = *this;
  absl::string_view octets;
  if (!look.ReadInteger(&octets) || octets.size() > 8 || (Octet(octets, 0) & 0x80) != 0) {
    return false;
  }
  *value = 0;
  for (size_t i = 0; i < octets.size(); ++i) {
    *value = *value << 8 | Octet(octets, i);
  }
  *this = look;
  return true;
}

bool Reader::ReadPositiveInteger(absl::string_view* magnitude) {
  Reader look = *this;
  absl::string_view octets;
  if (!look.ReadInteger(&octets) || (Octet(octets, 0) & 0x80) != 0) {
    return false;
  }
  if (Octet(octets, 0) == 0) {
    octets.remove_prefix(1);
  }
  if (octets.empty()) {
    return false;  // zero
  }
  *magnitude = octets;
  *this = look;
  return true;
}

bool Reader::ReadOid(absl::string_view* contents) {
  Reader look = *this;
  absl::string_view octets;
  if (!look.Read(kOid, &octets) || !IsOid(octets)) {
    return false;
  }
  *contents = octets;
  *this = look;
  return true;
}

bool Reader::ReadBitStringOctets(absl::string_view* octets) {
  Reader look = *this;
  int unused_bits;
  absl::string_view found;
  if (!look.ReadBitString(&found, &unused_bits) || unused_bits != 0) {
    return false;
  }
  *octets = found;
  *this = look;
  return true;
}

bool Reader::ReadBitString(absl::string_view* octets, int* unused_bits) {
  Reader look = *this;
  absl::string_view contents;
  if (!look.Read(kBitString, &contents) || !IsBitString(contents)) {
    return false;
  }
  *octets = contents.substr(1);
  *unused_bits = Octet(contents, 0);
  *this = look;
  return true;
}

bool Reader::ReadNull() {
  Reader look = *this;
  absl::string_view contents;
  if (!look.Read(kNull, &contents) || !contents.empty()) {
    return false;
  }
  *this = look;
  return true;
}

Fault FindFault(absl::string_view input, int max_depth, size_t max_oid_bytes) {
  if (!input.empty() && max_depth <= 0) {
    return Fault::kTooDeep;
  }
  Reader reader(input);
  while (!reader.empty()) {
    uint8_t tag;
    absl::string_view contents;
    absl::string_view element;
    if (!reader.ReadAny(&tag, &contents, &element) || !FitsType(tag, contents)) {
      return Fault::kNotDer;
    }
    if (tag == kOid && contents.size() > max_oid_bytes) {
      return Fault::kOidTooLong;
    }
    if ((tag & kConstructedBit) != 0) {
      const Fault fault = FindFault(contents, max_depth - 1, max_oid_bytes);
      if (fault != Fault::kNone) {
        return fault;
      }
    }
  }
  return Fault::kNone;
}

bool IsWellFormed(absl::string_view input, int max_depth) {
  return FindFault(input, max_depth, input.size()) == Fault::kNone;
}

std::string OidToString(absl::string_view contents) {
  if (!IsOid(contents)) {
    return "(invalid)";
  }
  std::string text;
  uint64_t arc = 0;
  bool first = true;
  for (const char c : contents) {
    const auto octet = static_cast<uint8_t>(c);
    if (arc > (UINT64_MAX >> 7)) {
      return "(invalid)";  // an arc over 64 bits: nobody has one that we could name
    }
    arc = arc << 7 | (octet & 0x7f);
    if ((octet & 0x80) != 0) {
      continue;
    }
    if (first) {
      const uint64_t root = arc < 80 ? arc / 40 : 2;
      absl::StrAppend(&text, root, ".", arc - root * 40);
      first = false;
    } else {
      absl::StrAppend(&text, ".", arc);
    }
    arc = 0;
  }
  return text;
}

std::string OidFromString(absl::string_view dotted) {
  std::vector<uint64_t> arcs;
  for (const absl::string_view part : absl::StrSplit(dotted, '.')) {
    uint64_t arc = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), arc);
    const bool padded = part.size() > 1 && part[0] == '0';
    if (error != std::errc() || end != part.data() + part.size() || padded || arc >> 56 != 0) {
      return "";
    }
    arcs.push_back(arc);
  }
  if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] >= 40)) {
    return "";
  }
  arcs[1] += arcs[0] * 40;
  std::string contents;
  for (size_t i = 1; i < arcs.size(); ++i) {
    int shift = 0;
    while (shift < 63 && arcs[i] >> (shift + 7) != 0) {
      shift += 7;
    }
    for (; shift >= 0; shift -= 7) {
      contents.push_back(static_cast<char>((arcs[i] >> shift & 0x7f) | (shift > 0 ? 0x80 : 0)));
    }
  }
  return contents;
}

void Writer::Element(uint8_t tag, absl::string_view contents) {
  AppendHeader(tag, contents.size(), out_);
  out_->append(contents.data(), contents.size());
}

void Writer::Boolean(bool value) { Element(kBoolean, value ? "\xff" : absl::string_view("\0", 1)); }

void Writer::Integer(uint64_t value) {
  char octets[9];
  size_t begin = sizeof(octets);
  do {
    octets[--begin] = static_cast<char>(value & 0xff);
    value >>= 8;
  } while (value != 0);
  if ((octets[begin] & 0x80) != 0) {
    octets[--begin] = 0;
  }
  Element(kInteger, absl::string_view(octets + begin, sizeof(octets) - begin));
}

void Writer::PositiveInteger(absl::string_view magnitude) {
  while (magnitude.size() > 1 && magnitude[0] == 0) {
    magnitude.remove_prefix(1);
  }
  if (!magnitude.empty() && (Octet(magnitude, 0) & 0x80) != 0) {
    Element(kInteger, absl::StrCat(absl::string_view("\0", 1), magnitude));
  } else {
    Element(kInteger, magnitude);
  }
}

void Writer::BitString(absl::string_view octets) {
  Element(kBitString, absl::StrCat(absl::string_view("\0", 1), octets));
}

std::string Encode(uint8_t tag, absl::string_view contents) {
  std::string out;
  Writer(&out).Element(tag, contents);
  return out;
}

size_t HeaderSize(size_t content_size) {
  if (content_size < 0x80) {
    return 2;
  }
  size_t octets = 1;
  while (octets < 8 && content_size >> (8 * octets) != 0) {
    ++octets;
  }
  return 2 + octets;
}

void AppendHeader(uint8_t tag, size_t content_size, std::string* out) {
  out->push_back(static_cast<char>(tag));
  if (content_size < 0x80) {
    out->push_back(static_cast<char>(content_size));
    return;
  }
  const size_t octets = HeaderSize(content_size) - 2;
  out->push_back(static_cast<char>(0x80 | octets));
  for (size_t shift = 8 * octets; shift > 0; shift -= 8) {
    out->push_back(static_cast<char>(content_size >> (shift - 8) & 0xff));
  }
}

}  // namespace fleetca::x509::der
