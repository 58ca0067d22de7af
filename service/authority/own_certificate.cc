#include "service/authority/own_certificate.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "x509/expiry_warning.h"

namespace fleetca::service {
namespace {

constexpr double kRenewFirst = 0.60;
constexpr double kRenewLast = 2.0 / 3;

// "12 days", "5 hours", "4 minutes": rounded down.
std::string InWords(absl::Duration left) {
  const auto count = [](int64_t number, absl::string_view unit) {
    return absl::StrCat(number, " ", unit, number == 1 ? "" : "s");
  };
  if (left >= absl::Hours(48)) {
    return count(left / absl::Hours(24), "day");
  }
  if (left >= absl::Hours(2)) {
    return count(left / absl::Hours(1), "hour");
  }
  return count(std::max<int64_t>(left / absl::Minutes(1), 0), "minute");
}

}  // namespace

std::string EndWarning(const OwnCertificate& certificate, absl::Time now) {
  if (now < x509::WarnFrom(certificate.not_before, certificate.not_after)) {
    return "";
  }
  const std::string end = TimeToWords(certificate.not_after);
  const std::string when =
      now >= certificate.not_after
          ? absl::StrCat("expired at ", end)
          : absl::StrCat("ends at ", end, ", in ", InWords(certificate.not_after - now));
  return absl::StrCat(certificate.file, ", ", certificate.what, ", ", when, "; ",
                      certificate.remedy);
}

absl::Time RenewOwnFrom(absl::string_view serial, absl::Time not_before, absl::Time not_after) {
  const absl::string_view random =
      serial.substr(serial.size() - std::min<size_t>(serial.size(), 4));
  const double spread = static_cast<double>(ReadBigEndian(random)) / 4294967296.0;  // below 1
  const double part = kRenewFirst + (kRenewLast - kRenewFirst) * spread;
  return FloorToSecond(not_before + (not_after - not_before) * part);
}

}  // namespace fleetca::service
