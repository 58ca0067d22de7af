// What is answered about a certificate, whether it was issued now or before.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUED_CERTIFICATE_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUED_CERTIFICATE_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/policy/decision_summary.h"
#include "store/certificate_record.h"

namespace fleetca::service {

struct IssuedCertificate {
  std::string certificate;    // DER; empty for validate_only
  std::string serial_number;  // 20 octets; empty for validate_only
  absl::Time not_before;
  absl::Time not_after;
  absl::Time renew_after;
  bool replayed = false;
  // For validate_only alone: what the certificate would say.
  std::shared_ptr<const DecisionSummary> decision;
};

// What is answered about a certificate that was issued before.
IssuedCertificate AnswerFromRecord(store::CertificateRecord record);

// When a certificate should be renewed, to the second: between half and three quarters of its
// validity, spread over that window by 32 random bits of the serial number, so that a fleet that
// started together does not renew in pulses and the answer is the same whenever it is asked. Half,
// where there is no serial number.
absl::Time RenewAfter(absl::string_view serial, absl::Time not_before, absl::Time not_after);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUED_CERTIFICATE_H_
