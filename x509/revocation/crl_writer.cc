#include "x509/revocation/crl_writer.h"

#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/time.h"
#include "x509/signature_algorithm.h"
#include "x509/signed.h"

namespace fleetca::x509 {
namespace {

using der::ContextConstructed;
using der::ContextPrimitive;
using der::Encode;

constexpr size_t kMaxSerialSize = 20;
// Identifier, length, and the longest contents: a GeneralizedTime, a serial number.
constexpr size_t kMaxTimeSize = 2 + 15;
constexpr size_t kMaxHeaderSize = 10;
// A serial number of 20 octets, a UTCTime and a reason, with their SEQUENCE.
constexpr size_t kUsualEntrySize = 2 + 22 + 15 + 14;
constexpr uint64_t kVersion2 = 1;

// Extensions of an entry: one, reasonCode, up to its last octet, which is the reason.
constexpr absl::string_view kReasonExtension =
    oid::Bytes("\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01");

absl::Status Refuse(absl::string_view serial, absl::string_view problem) {
  return Internal(
      Reason::kInternal,
      absl::StrCat("The CRL cannot be written: the serial number ", absl::BytesToHexString(serial),
                   " ", problem, "; check the store, which the entries come from"));
}

bool IsSerial(absl::string_view serial) {
  if (serial.empty() || serial.size() > kMaxSerialSize) {
    return false;
  }
  const auto first = static_cast<uint8_t>(serial[0]);
  if (serial.size() == 1) {
    return first != 0 && first < 0x80;
  }
  return first < 0x80 && (first != 0 || (static_cast<uint8_t>(serial[1]) & 0x80) != 0);
}

// Of minimal positive INTEGERs the longer is the greater.
bool IsLess(absl::string_view a, absl::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

// Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
void AppendExtension(absl::string_view oid, bool critical, absl::string_view value,
                     std::string* out) {
  std::string fields;
  der::Writer writer(&fields);
  writer.Oid(oid);
  if (critical) {
    writer.Boolean(true);
  }
  writer.Element(der::kOctetString, value);
  der::Writer(out).Element(der::kSequence, fields);
}

// IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0] { fullName [0] { URI [6] } },
//   onlyContainsUserCerts [1] BOOLEAN DEFAULT FALSE, ... }
std::string EncodeIssuingDistributionPoint(absl::string_view url) {
  const std::string full_name = Encode(ContextConstructed(0), Encode(ContextPrimitive(6), url));
  return Encode(der::kSequence, absl::StrCat(Encode(ContextConstructed(0), full_name),
                                             Encode(ContextPrimitive(1), "\xff")));
}

// crlExtensions [0] EXPLICIT Extensions
std::string EncodeExtensions(const CrlSpec& spec) {
  std::string list;
  AppendExtension(oid::kAuthorityKeyIdentifier, false,
                  Encode(der::kSequence, Encode(ContextPrimitive(0), spec.authority_key_id)),
                  &list);
  std::string number;
  der::Writer(&number).Integer(spec.number);
  AppendExtension(oid::kCrlNumber, false, number, &list);
  if (!spec.distribution_point.empty()) {
    AppendExtension(oid::kIssuingDistributionPoint, true,
                    EncodeIssuingDistributionPoint(spec.distribution_point), &list);
  }
  return Encode(ContextConstructed(0), Encode(der::kSequence, list));
}

}  // namespace

CrlWriter::CrlWriter(const CrlSpec& spec, size_t expected_entries) : spec_(spec) {
  room_ = 2 * kMaxHeaderSize + 3 + AlgorithmIdentifier(spec.signature_scheme).size() +
          spec.issuer.size() + 2 * kMaxTimeSize;
  buffer_.reserve(room_ + expected_entries * kUsualEntrySize + EncodeExtensions(spec).size());
  buffer_.resize(room_);
}

absl::Status CrlWriter::Add(const CrlEntry& entry) {
  if (!IsSerial(entry.serial)) {
    return Refuse(entry.serial, "is not a positive INTEGER of 1 to 20 octets");
  }
  if (entries_ > 0 && !IsLess(last_serial_, entry.serial)) {
    return Refuse(entry.serial, "is not greater than the one before it");
  }
  const RevocationReason reason = entry.reason.value_or(RevocationReason::kUnspecified);
  if (reason == RevocationReason::kRemoveFromCrl) {
    return Refuse(entry.serial, "has the reason removeFromCRL, which only delta CRLs have");
  }
  const size_t header = buffer_.size();
  buffer_.push_back(static_cast<char>(der::kSequence));
  buffer_.push_back('\0');
  der::AppendHeader(der::kInteger, entry.serial.size(), &buffer_);
  buffer_.append(entry.serial.data(), entry.serial.size());
  AppendTime(entry.revocation_date, &buffer_);
  if (reason != RevocationReason::kUnspecified) {
    buffer_.append(kReasonExtension.data(), kReasonExtension.size());
    buffer_.push_back(static_cast<char>(reason));
  }
  // At most 22 + 17 + 14 octets, so the short form of the length always does.
  buffer_[header + 1] = static_cast<char>(buffer_.size() - header - 2);
  last_serial_.assign(entry.serial.data(), entry.serial.size());
  ++entries_;
  return absl::OkStatus();
}

std::string CrlWriter::Finish() && {
  const size_t entries_size = buffer_.size() - room_;
  const std::string extensions = EncodeExtensions(spec_);
  std::string fields;
  der::Writer writer(&fields);
  writer.Integer(kVersion2);
  writer.Raw(AlgorithmIdentifier(spec_.signature_scheme));
  writer.Raw(spec_.issuer);
  AppendTime(spec_.this_update, &fields);
  AppendTime(spec_.next_update, &fields);
  if (entries_ > 0) {
    der::AppendHeader(der::kSequence, entries_size, &fields);
  }
  std::string front;
  der::AppendHeader(der::kSequence, fields.size() + entries_size + extensions.size(), &front);
  front += fields;
  // What stands before the entries ends where they begin; what is left of the room goes.
  buffer_.replace(room_ - front.size(), front.size(), front);
  buffer_.erase(0, room_ - front.size());
  buffer_ += extensions;
  return std::move(buffer_);
}

std::string AssembleCrl(absl::string_view tbs, SignatureScheme scheme,
                        absl::string_view signature) {
  return AssembleSigned(tbs, scheme, signature);
}

}  // namespace fleetca::x509
