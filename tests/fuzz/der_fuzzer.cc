// The DER reader. What it reads is re-encoded to the same bytes, and IsWellFormed says yes to
// exactly what can be re-encoded all the way down.
#include "absl/strings/string_view.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/der/der.h"
#include "x509/name.h"

namespace fleetca {
namespace {

using x509::der::Reader;
using x509::der::Writer;

constexpr int kMaxDepth = 16;

// Re-encodes a run of elements from the inside out.
std::string Reencode(absl::string_view input) {
  std::string out;
  Reader reader(input);
  uint8_t tag;
  absl::string_view contents, element;
  while (reader.ReadAny(&tag, &contents, &element)) {
    FLEETCA_FUZZ_REQUIRE(contents.data() + contents.size() <= input.data() + input.size());
    const bool constructed = (tag & 0x20) != 0;
    Writer(&out).Element(tag, constructed ? Reencode(contents) : std::string(contents));
  }
  return out;
}

// The typed readers take what the writers write, and nothing else.
void CheckTyped(absl::string_view input) {
  std::string again;
  Writer writer(&again);
  absl::string_view contents;
  uint64_t number;
  bool boolean;
  Reader reader(input);
  if (reader.ReadUint63(&number)) {
    writer.Integer(number);
  } else if (reader.ReadPositiveInteger(&contents)) {
    writer.PositiveInteger(contents);
  } else if (reader.ReadBoolean(&boolean)) {
    writer.Boolean(boolean);
  } else if (reader.ReadBitStringOctets(&contents)) {
    writer.BitString(contents);
  } else if (reader.ReadOid(&contents)) {
    writer.Oid(contents);
    const std::string text = x509::der::OidToString(contents);
    const std::string back = x509::der::OidFromString(text);
    FLEETCA_FUZZ_REQUIRE(back.empty() || back == contents);
  } else if (reader.ReadNull()) {
    writer.Element(x509::der::kNull, "");
  } else {
    FLEETCA_FUZZ_REQUIRE(reader.rest() == input);
  }
  FLEETCA_FUZZ_REQUIRE(again + std::string(reader.rest()) == input);
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  return {
      x509::BuildName("Fleet", "Root"),
      std::string("\x02\x02\x00\x80\x01\x01\xff\x05\x00\x03\x02\x07\x80\x06\x03\x2a\x86\x48", 18),
      std::string("\x30\x81\x80", 3) + std::string(128, '\x05'),
      std::string("\xa0\x05\x30\x03\x0a\x01\x00", 7)};
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  if (fleetca::x509::der::IsWellFormed(input, fleetca::kMaxDepth)) {
    FLEETCA_FUZZ_REQUIRE(fleetca::Reencode(input) == input);
    // Nothing is cut short: with one octet less it is not well formed, unless that is a whole run.
    fleetca::x509::der::Reader reader(input);
    uint8_t tag;
    absl::string_view contents, element;
    while (!reader.empty()) {
      FLEETCA_FUZZ_REQUIRE(reader.ReadAny(&tag, &contents, &element));
      FLEETCA_FUZZ_REQUIRE(fleetca::x509::der::IsWellFormed(element, fleetca::kMaxDepth));
      FLEETCA_FUZZ_REQUIRE(!fleetca::x509::der::IsWellFormed(element.substr(0, element.size() - 1),
                                                             fleetca::kMaxDepth));
    }
  }
  fleetca::CheckTyped(input);
  for (const char c : fleetca::x509::NameToText(input)) {
    FLEETCA_FUZZ_REQUIRE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
  return 0;
}
