// Time in certificates (RFC 5280 section 4.1.2.5): UTCTime until 2049, GeneralizedTime from 2050.
// And time where the type is GeneralizedTime in every year, as in OCSP.
#ifndef FLEETCA_X509_DER_TIME_H_
#define FLEETCA_X509_DER_TIME_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/der/der.h"

namespace fleetca::x509 {

// Appends the Time element of `time`, cut to the second. Years 1950 to 9999.
void AppendTime(absl::Time time, std::string* out);

// Reads one Time element: "YYMMDDHHMMSSZ" or "YYYYMMDDHHMMSSZ", each only for the years RFC 5280
// gives it, with a date that exists. False otherwise.
[[nodiscard]] bool ReadTime(der::Reader* reader, absl::Time* time);

// Appends the GeneralizedTime element of `time`, cut to the second, whatever the year: "Z", and no
// fractions (RFC 5280 4.1.2.5.2). Years 1950 to 9999.
void AppendGeneralizedTime(absl::Time time, std::string* out);

// Reads one GeneralizedTime element as AppendGeneralizedTime writes it, with a date that exists.
[[nodiscard]] bool ReadGeneralizedTime(der::Reader* reader, absl::Time* time);

// Validity ::= SEQUENCE { notBefore Time, notAfter Time }. The encodings of a few recent seconds
// are cached per thread, as a batch shares them.
void AppendValidity(absl::Time not_before, absl::Time not_after, std::string* out);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_DER_TIME_H_
