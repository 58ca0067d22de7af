#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/time_text.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/der/der.h"
#include "x509/der/time.h"

namespace fleetca::client::lint {
namespace {

// 398 days, and the second that both ends being included adds.
constexpr absl::Duration kLongest = absl::Hours(398 * 24);

bool ReadOne(const Element& element, const char* which, absl::Time* time, Findings* findings) {
  x509::der::Reader reader(element.whole);
  if (x509::ReadTime(&reader, time)) {
    return true;
  }
  findings->Add(Rule::kTimeForm,
                absl::StrCat(which, " is ", Quoted(element.contents),
                             element.tag == x509::der::kUtcTime ? ", which is not YYMMDDHHMMSSZ"
                             : element.tag == x509::der::kGeneralizedTime
                                 ? ", which is not YYYYMMDDHHMMSSZ of a year from 2050 on"
                                 : ", which is not a UTCTime or GeneralizedTime",
                             "."));
  return false;
}

}  // namespace

void LintValidity(const RawCertificate& certificate, Findings* findings) {
  absl::Time not_before, not_after;
  const bool begins = ReadOne(certificate.not_before, "notBefore", &not_before, findings);
  const bool ends = ReadOne(certificate.not_after, "notAfter", &not_after, findings);
  if (!begins || !ends) {
    return;
  }
  if (not_after < not_before) {
    return findings->Add(
        Rule::kTimeOrder,
        absl::StrCat("The certificate ends on ", TimeToWords(not_after), ", before it begins on ",
                     TimeToWords(not_before), ", so it is never valid."));
  }
  if (certificate.not_after.contents == "99991231235959Z") {
    findings->Add(Rule::kNoExpiry, "The certificate says that it has no end that is well defined.");
  }
  if (!certificate.is_ca && not_after - not_before > kLongest) {
    findings->Add(
        Rule::kLifetimeLong,
        absl::StrCat("The certificate is valid for ", (not_after - not_before) / absl::Hours(24),
                     " days; browsers refuse those of more than 398."));
  }
}

}  // namespace fleetca::client::lint
