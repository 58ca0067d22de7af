// The names of a certificate for which none are asked.
#ifndef FLEETCA_SERVICE_POLICY_DEFAULT_NAMES_H_
#define FLEETCA_SERVICE_POLICY_DEFAULT_NAMES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/policy/decision.h"
#include "service/policy/explanation.h"
#include "service/policy/identity_pattern.h"
#include "service/policy/reserved_names.h"
#include "service/policy/rule.h"
#include "x509/san.h"

namespace fleetca::service {

// Whom the names are for. The views alias the evaluation.
struct NamedSubject {
  absl::string_view identity;
  const Rule& rule;
  const CapturedTexts& captured;  // of the identity, by the rule
  const ReservedNames& reserved;
};

// Fills in the names of `decision`, which has its profile and the identity's name alone: those of
// `held` that the rule and the profile still grant, with the others in left_out, or else the rule's
// own dns_names. `held` are the names of the certificate by which the subject asks for itself, and
// none where anybody else asks. Each name is noted in `explanation`, if that is not null. Returns
// how it went as the end of a sentence: ", and those of the certificate that asks are kept".
absl::string_view TakeDefaultNames(const NamedSubject& subject,
                                   absl::Span<const x509::GeneralName> held, Decision* decision,
                                   Explanation* explanation);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_DEFAULT_NAMES_H_
