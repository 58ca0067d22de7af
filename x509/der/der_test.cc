#include "x509/der/der.h"

#include <cstdint>
#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "x509/der/oid.h"

namespace fleetca::x509::der {
namespace {

// A literal with its NULs.
template <size_t N>
std::string B(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

bool ReadsAny(const std::string& input) {
  Reader reader(input);
  uint8_t tag;
  absl::string_view contents, element;
  const bool read = reader.ReadAny(&tag, &contents, &element);
  EXPECT_EQ(reader.rest().size(), read ? input.size() - element.size() : input.size());
  return read;
}

TEST(DerReaderTest, TakesMinimalLengthsOnly) {
  EXPECT_TRUE(ReadsAny(B("\x04\x00")));
  EXPECT_TRUE(ReadsAny(B("\x04\x7f") + std::string(127, 'x')));
  EXPECT_TRUE(ReadsAny(B("\x04\x81\x80") + std::string(128, 'x')));
  EXPECT_TRUE(ReadsAny(B("\x04\x82\x01\x00") + std::string(256, 'x')));
  EXPECT_TRUE(ReadsAny(B("\x04\x83\x01\x00\x00") + std::string(65536, 'x')));
  // Long form where the short one does, leading zero octets, indefinite, reserved, five octets.
  EXPECT_FALSE(ReadsAny(B("\x04\x81\x7f") + std::string(127, 'x')));
  EXPECT_FALSE(ReadsAny(B("\x04\x82\x00\x80") + std::string(128, 'x')));
  EXPECT_FALSE(ReadsAny(B("\x04\x83\x00\x01\x00") + std::string(256, 'x')));
  EXPECT_FALSE(ReadsAny(B("\x30\x80\x00\x00")));
  EXPECT_FALSE(ReadsAny(B("\x04\xff") + std::string(127, 'x')));
  EXPECT_FALSE(ReadsAny(B("\x04\x85\x01\x00\x00\x00\x00")));
}

TEST(DerReaderTest, RefusesTruncatedInput) {
  const std::string whole = B("\x04\x82\x01\x00") + std::string(256, 'x');
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadsAny(whole.substr(0, size))) << size;
  }
  EXPECT_FALSE(ReadsAny(B("\x04\x84\xff\xff\xff\xff")));
  EXPECT_FALSE(ReadsAny(B("\x04\x84\x7f\xff\xff\xff x")));
}

TEST(DerReaderTest, RefusesHighTagNumbers) {
  for (const char tag : {'\x1f', '\x3f', '\x5f', '\x9f', '\xbf', '\xff'}) {
    EXPECT_FALSE(ReadsAny(std::string(1, tag) + B("\x01\x00"))) << static_cast<int>(tag);
  }
}

TEST(DerReaderTest, LeavesTheCursorWhereItWasOnFailure) {
  const std::string input = B("\x02\x02\x00\x01\x05\x00");
  Reader reader(input);
  absl::string_view contents;
  bool boolean;
  uint64_t value;
  int unused;
  EXPECT_FALSE(reader.Read(kOctetString, &contents));
  EXPECT_FALSE(reader.ReadBoolean(&boolean));
  EXPECT_FALSE(reader.ReadInteger(&contents));
  EXPECT_FALSE(reader.ReadUint63(&value));
  EXPECT_FALSE(reader.ReadPositiveInteger(&contents));
  EXPECT_FALSE(reader.ReadOid(&contents));
  EXPECT_FALSE(reader.ReadBitString(&contents, &unused));
  EXPECT_FALSE(reader.ReadBitStringOctets(&contents));
  EXPECT_FALSE(reader.ReadNull());
  EXPECT_EQ(reader.rest(), input);
  EXPECT_TRUE(reader.Read(kInteger, &contents));
  EXPECT_TRUE(reader.ReadNull());
  EXPECT_TRUE(reader.empty());
  EXPECT_EQ(reader.PeekTag(), 0);
}

TEST(DerReaderTest, ReadsBooleansOfDerOnly) {
  bool value = false;
  EXPECT_TRUE(Reader(B("\x01\x01\xff")).ReadBoolean(&value));
  EXPECT_TRUE(value);
  const std::string no = B("\x01\x01\x00");
  EXPECT_TRUE(Reader(no).ReadBoolean(&value));
  EXPECT_FALSE(value);
  for (const std::string& bad : {B("\x01\x01\x01"), B("\x01\x01\x7f"), B("\x01\x01\xfe"),
                                 B("\x01\x00"), B("\x01\x02\xff\xff"), B("\x21\x01\xff")}) {
    EXPECT_FALSE(Reader(bad).ReadBoolean(&value)) << absl::CHexEscape(bad);
  }
}

TEST(DerReaderTest, ReadsMinimalIntegersOnly) {
  absl::string_view contents;
  for (const std::string& good : {B("\x02\x01\x00"), B("\x02\x01\x80"), B("\x02\x02\x00\x80"),
                                  B("\x02\x02\xff\x7f"), B("\x02\x01\xff")}) {
    EXPECT_TRUE(Reader(good).ReadInteger(&contents)) << absl::CHexEscape(good);
  }
  for (const std::string& bad : {B("\x02\x00"), B("\x02\x02\x00\x00"), B("\x02\x02\x00\x7f"),
                                 B("\x02\x02\xff\x80"), B("\x02\x02\xff\xff")}) {
    EXPECT_FALSE(Reader(bad).ReadInteger(&contents)) << absl::CHexEscape(bad);
  }
}

TEST(DerReaderTest, ReadsUint63UpToItsLimit) {
  uint64_t value;
  const std::string most = B("\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff");
  ASSERT_TRUE(Reader(most).ReadUint63(&value));
  EXPECT_EQ(value, INT64_MAX);
  const std::string over = B("\x02\x09\x00\x80\x00\x00\x00\x00\x00\x00\x00");
  EXPECT_FALSE(Reader(over).ReadUint63(&value));
  EXPECT_FALSE(Reader(B("\x02\x01\xff")).ReadUint63(&value));
  const std::string zero = B("\x02\x01\x00");
  ASSERT_TRUE(Reader(zero).ReadUint63(&value));
  EXPECT_EQ(value, 0);
}

TEST(DerReaderTest, ReadsPositiveIntegersWithoutTheirSignOctet) {
  absl::string_view magnitude;
  const std::string padded = B("\x02\x02\x00\x80");
  ASSERT_TRUE(Reader(padded).ReadPositiveInteger(&magnitude));
  EXPECT_EQ(magnitude, "\x80");
  EXPECT_FALSE(Reader(B("\x02\x01\x00")).ReadPositiveInteger(&magnitude));
  EXPECT_FALSE(Reader(B("\x02\x01\x80")).ReadPositiveInteger(&magnitude));
}

TEST(DerReaderTest, ReadsBitStringsWithZeroPaddingOnly) {
  absl::string_view octets;
  int unused = -1;
  const std::string named = B("\x03\x02\x07\x80");
  ASSERT_TRUE(Reader(named).ReadBitString(&octets, &unused));
  EXPECT_EQ(unused, 7);
  EXPECT_FALSE(Reader(named).ReadBitStringOctets(&octets));
  const std::string empty = B("\x03\x01\x00");
  ASSERT_TRUE(Reader(empty).ReadBitStringOctets(&octets));
  EXPECT_EQ(octets, "");
  for (const std::string& bad : {B("\x03\x00"), B("\x03\x01\x01"), B("\x03\x02\x08\x00"),
                                 B("\x03\x02\x07\xc0"), B("\x23\x02\x00\x00")}) {
    EXPECT_FALSE(Reader(bad).ReadBitString(&octets, &unused)) << absl::CHexEscape(bad);
  }
}

TEST(DerReaderTest, ReadsOidsWithoutPaddedOrUnfinishedArcs) {
  absl::string_view contents;
  for (const std::string& bad : {B("\x06\x00"), B("\x06\x01\x80"), B("\x06\x02\x2a\x86"),
                                 B("\x06\x03\x2a\x80\x01"), B("\x06\x02\x80\x01")}) {
    EXPECT_FALSE(Reader(bad).ReadOid(&contents)) << absl::CHexEscape(bad);
  }
  const std::string good = B("\x06\x03\x2a\x81\x00");
  EXPECT_TRUE(Reader(good).ReadOid(&contents));
}

TEST(DerReaderTest, ReadsOptionalElements) {
  const std::string input = B("\xa0\x02\x05\x00\x05\x00");
  Reader reader(input), nested;
  bool present = true;
  ASSERT_TRUE(reader.ReadOptional(ContextConstructed(1), &nested, &present));
  EXPECT_FALSE(present);
  ASSERT_TRUE(reader.ReadOptional(ContextConstructed(0), &nested, &present));
  EXPECT_TRUE(present);
  EXPECT_TRUE(nested.ReadNull());
  EXPECT_TRUE(nested.empty());
  const std::string cut = B("\xa0\x03\x05\x00");
  Reader broken(cut);
  EXPECT_FALSE(broken.ReadOptional(ContextConstructed(0), &nested, &present));
}

std::string Nested(int depth) {
  std::string element = B("\x05\x00");
  for (int i = 1; i < depth; ++i) {
    element = Encode(kSequence, element);
  }
  return element;
}

TEST(DerFaultTest, CountsDepth) {
  EXPECT_EQ(FindFault(Nested(16), 16, 64), Fault::kNone);
  EXPECT_EQ(FindFault(Nested(17), 16, 64), Fault::kTooDeep);
  EXPECT_EQ(FindFault(B("\x30\x00"), 1, 64), Fault::kNone);
  EXPECT_EQ(FindFault(B("\x30\x02\x30\x00"), 1, 64), Fault::kTooDeep);
  EXPECT_EQ(FindFault("", 0, 64), Fault::kNone);
  // Deep enough to run out of stack where the depth is not limited.
  EXPECT_FALSE(IsWellFormed(Nested(20000), 16));
}

TEST(DerFaultTest, CountsOidOctets) {
  EXPECT_EQ(FindFault(Encode(kOid, std::string(64, '\x01')), 2, 64), Fault::kNone);
  EXPECT_EQ(FindFault(Encode(kOid, std::string(65, '\x01')), 2, 64), Fault::kOidTooLong);
  EXPECT_TRUE(IsWellFormed(Encode(kOid, std::string(65, '\x01')), 2));
}

TEST(DerFaultTest, ChecksWhatIsInside) {
  for (const std::string& bad :
       {B("\x01\x01\x01"), B("\x02\x02\x00\x01"), B("\x0a\x02\x00\x01"), B("\x05\x01\x00"),
        B("\x03\x02\x08\x00"), B("\x06\x01\x80"), B("\x24\x02\x04\x00"), B("\x2c\x02\x0c\x00"),
        B("\x10\x00"), B("\x11\x00"), B("\x00\x00"), B("\x30\x01\x05"), B("\x05\x00\x05")}) {
    EXPECT_EQ(FindFault(bad, 8, 64), Fault::kNotDer) << absl::CHexEscape(bad);
    EXPECT_EQ(FindFault(Encode(kSequence, bad), 8, 64), Fault::kNotDer) << absl::CHexEscape(bad);
  }
  EXPECT_TRUE(IsWellFormed(B("\x01\x01\xff\x0a\x01\x05\x05\x00\xa3\x02\x05\x00\x80\x01\x30"), 8));
}

TEST(DerOidTest, ConvertsBothWays) {
  for (const absl::string_view text :
       {"1.2.840.113549.1.1.11", "2.5.29.17", "0.0", "0.39", "1.39.1", "2.999.3", "2.40",
        "1.3.6.1.4.1.32473.1.1.1", "2.25.72057594037927935"}) {
    EXPECT_EQ(OidToString(OidFromString(text)), text);
  }
  EXPECT_EQ(OidFromString("2.5.29.17"), oid::kSubjectAltName);
  EXPECT_EQ(OidFromString("1.3.6.1.4.1.32473.1"), oid::kDefaultFleetArc);
}

TEST(DerOidTest, RefusesWhatIsNotOne) {
  for (const absl::string_view text :
       {"", "1", "3.1", "1.40", "1..2", ".1.2", "1.2.", "1.02", "1.-2", "1.2a", " 1.2", "1.+2",
        "1.2.18446744073709551616", "2.72057594037927936"}) {
    EXPECT_EQ(OidFromString(text), "") << text;
  }
  for (const std::string& contents : {B(""), B("\x80"), B("\x2a\x80\x01"), B("\x2a\x86"),
                                      B("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f")}) {
    EXPECT_EQ(OidToString(contents), "(invalid)") << absl::CHexEscape(contents);
  }
}

TEST(DerWriterTest, WritesWhatTheReaderReads) {
  for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{255},
                               uint64_t{256}, uint64_t{65537}, static_cast<uint64_t>(INT64_MAX)}) {
    std::string out;
    Writer(&out).Integer(value);
    uint64_t read;
    ASSERT_TRUE(Reader(out).ReadUint63(&read)) << value;
    EXPECT_EQ(read, value);
  }
  for (const size_t size : {0u, 1u, 127u, 128u, 255u, 256u, 65535u, 65536u}) {
    const std::string element = Encode(kOctetString, std::string(size, 'x'));
    EXPECT_EQ(element.size(), HeaderSize(size) + size);
    EXPECT_TRUE(ReadsAny(element)) << size;
  }
  std::string out;
  Writer writer(&out);
  writer.Boolean(true);
  writer.Boolean(false);
  writer.PositiveInteger(B("\x00\x00\x80"));
  writer.PositiveInteger(B("\x7f"));
  writer.BitString("ab");
  EXPECT_EQ(out, B("\x01\x01\xff\x01\x01\x00\x02\x02\x00\x80\x02\x01\x7f\x03\x03\x00"
                   "ab"));
}

// Any input: what is read is inside of the input, and re-encoding it gives the same bytes.
TEST(DerReaderTest, RandomInputReencodesToItself) {
  std::mt19937 random(1);
  size_t well_formed = 0;
  for (int round = 0; round < 200000; ++round) {
    std::string input(random() % 12, '\0');
    for (char& c : input) {
      static constexpr char kLikely[] = "\x30\x00\x01\x02\x03\x04\x05\x06\x80\x81\xff\xa0";
      c = random() % 4 != 0 ? kLikely[random() % 12] : static_cast<char>(random());
    }
    Reader reader(input);
    std::string again;
    uint8_t tag;
    absl::string_view contents, element;
    while (reader.ReadAny(&tag, &contents, &element)) {
      Writer(&again).Element(tag, contents);
    }
    EXPECT_EQ(again + std::string(reader.rest()), input);
    if (IsWellFormed(input, 8)) {
      ++well_formed;
      EXPECT_EQ(again, input);
    }
  }
  EXPECT_GT(well_formed, 1000u);
}

}  // namespace
}  // namespace fleetca::x509::der
