#include "service/issuance/issued_certificate.h"

#include <utility>

#include "service/renewals/renewal_window.h"

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
  return PointIn(UsualWindow(not_before, not_after), serial);
}

}  // namespace fleetca::service
