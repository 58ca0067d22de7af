// Facts for a person.
#ifndef FLEETCA_CLIENT_CLI_FACTS_FACTS_TEXT_H_
#define FLEETCA_CLIENT_CLI_FACTS_FACTS_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/facts/facts.h"
#include "client/cli/terminal/style.h"

namespace fleetca::client {

// Lines of a label and a value, ending with a line break. `now` is for what remains of the
// validity.
std::string CertificateToText(const CertificateFacts& facts, absl::Time now);
std::string CsrToText(const CsrFacts& facts);

// One line "  Label            value"; for what a command adds of its own. The value may be of
// anybody: it is escaped (base/display_escape.h), so it makes no second line, and then coloured.
std::string TextLine(absl::string_view label, absl::string_view value,
                     Meaning meaning = Meaning::kPlain);

// The same for a list: the first value beside the label, the others below it; "(none)" for none.
std::string TextLines(absl::string_view label, const std::vector<std::string>& values);

// ", and this machine's clock says 2026-06-01 12:00:00 UTC: is it right?" where `now` is before
// `not_before`, which a wrong clock is the usual cause of; "" afterwards.
std::string DoubtOfClock(absl::Time not_before, absl::Time now);

// "expires in 23 hours 59 minutes", "expired 3 days ago", "valid in 2 hours".
std::string ValidityInWords(absl::Time not_before, absl::Time not_after, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FACTS_FACTS_TEXT_H_
