#include "service/issuance/issued_certificate.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/big_endian.h"
#include "base/time_rounding.h"

namespace fleetca::service {
namespace {

// The last 32 bits, which are random in a serial number (x509/serial.h).
uint64_t LastBits(absl::string_view serial) {
  return ReadBigEndian(serial.substr(serial.size() - std::min<size_t>(serial.size(), 4)));
}

}  // namespace

IssuedCertificate AnswerFromRecord(store::CertificateRecord record) {
  IssuedCertificate answer;
  answer.renew_after = RenewAfter(record.serial, record.not_before, record.not_after);
  answer.certificate = std::move(record.certificate);
  answer.serial_number = std::move(record.serial);
  answer.not_before = record.not_before;
  answer.not_after = record.not_after;
  return answer;
}

absl::Time RenewAfter(absl::string_view serial, absl::Time not_before, absl::Time not_after) {
  const double spread = static_cast<double>(LastBits(serial)) / 4294967295.0;  // 0 to 1
  return FloorToSecond(not_before + (not_after - not_before) * (0.5 + 0.25 * spread));
}

}  // namespace fleetca::service
