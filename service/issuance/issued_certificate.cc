#include "service/issuance/issued_certificate.h"

#include <cstdint>
#include <utility>

namespace fleetca::service {

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
  const double spread = serial.empty() ? 0.0 : static_cast<uint8_t>(serial.back()) / 255.0;
  const absl::Time exact = not_before + (not_after - not_before) * (0.5 + 0.25 * spread);
  return absl::FromUnixSeconds(absl::ToUnixSeconds(exact));
}

}  // namespace fleetca::service
