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

// When a certificate should be renewed while nothing moves its window: PointIn of UsualWindow
// (service/renewals/renewal_window.h).
absl::Time RenewAfter(absl::string_view serial, absl::Time not_before, absl::Time not_after);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUED_CERTIFICATE_H_
