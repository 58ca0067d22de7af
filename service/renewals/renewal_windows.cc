#include "service/renewals/renewal_windows.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/revocation/find_revocation.h"
#include "x509/serial.h"

namespace fleetca::service {

absl::StatusOr<std::vector<absl::StatusOr<RenewalWindow>>> RenewalWindows::Find(
    absl::Span<const absl::string_view> serials) {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  FLEETCA_RETURN_IF_ERROR(known_.CheckComplete());
  const std::shared_ptr<const EarlyRenewalOrders::List> orders = orders_.Current();
  std::vector<absl::StatusOr<RenewalWindow>> answers;
  answers.reserve(serials.size());
  for (const absl::string_view serial : serials) {
    if (const absl::Status status = x509::SerialNumber::FromBytes(serial).status(); !status.ok()) {
      answers.emplace_back(
          InvalidArgument(Reason::kSerialInvalid, "serial_numbers", status.message()));
      continue;
    }
    const absl::StatusOr<store::CertificateRecord> record = store_.GetBySerial(serial);
    if (absl::IsNotFound(record.status())) {
      answers.emplace_back(NotFound(
          Reason::kNotFound, "serial_numbers",
          absl::StrCat("No certificate has the serial number ", absl::BytesToHexString(serial))));
      continue;
    }
    FLEETCA_RETURN_IF_ERROR(record.status());
    FLEETCA_ASSIGN_OR_RETURN(const std::optional<RevokedSince> since,
                             FindRevocation(*record, now, known_, store_));
    answers.emplace_back(WindowOf(
        *record, *orders, since.has_value() ? std::optional(since->revoked_at) : std::nullopt, now,
        orders_.pace().retry_after));
    told_.fetch_add(1, std::memory_order_relaxed);
    moved_.fetch_add(answers.back()->moved ? 1 : 0, std::memory_order_relaxed);
  }
  return answers;
}

}  // namespace fleetca::service
