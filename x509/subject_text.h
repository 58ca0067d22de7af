// A subject as people write it, for a certification request.
#ifndef FLEETCA_X509_SUBJECT_TEXT_H_
#define FLEETCA_X509_SUBJECT_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::x509 {

// The Name element, DER, of "C=DE,O=Fleet,CN=web" (RFC 4514, as x509/name.h prints it) or of
// "/C=DE/O=Fleet/CN=web" (openssl's form), whose attributes come in the order in which they are
// written; "" is the empty Name. "+" joins attributes to one RDN, "\" takes the next character as
// it is (also "/" in the second form), and in the first form two hexadecimal digits after "\" are
// an octet; blanks around "," and "=" count for nothing there. The types are those of
// x509/attribute_type.h, each value is printable UTF-8 within their bounds.
//
// INVALID_ARGUMENT kSubjectInvalid, about "subject", with what is wrong and how to mend it: a type
// that is not known, no "=", an empty or too long value, characters that do not fit the type's
// string, a country that is not two letters, a type twice in one RDN, a '"' or '#' of other
// notations, more than kMaxSubjectAttributes. Thread-safe.
absl::StatusOr<std::string> ParseSubjectText(absl::string_view text);

// What ParseCsr takes at most (CsrLimits::max_rdns).
inline constexpr size_t kMaxSubjectAttributes = 16;

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SUBJECT_TEXT_H_
