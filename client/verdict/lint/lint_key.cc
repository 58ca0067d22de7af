#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/public_key.h"

namespace fleetca::client::lint {
namespace {

namespace der = x509::der;

// Whether the key is of a curve whose numbers are written out, and not its name.
bool IsExplicitCurve(absl::string_view spki) {
  der::Reader outer(spki), parts, algorithm;
  absl::string_view type;
  return outer.ReadNested(der::kSequence, &parts) && parts.ReadNested(der::kSequence, &algorithm) &&
         algorithm.ReadOid(&type) && type == x509::oid::kEcPublicKey &&
         algorithm.PeekTag() == der::kSequence;
}

}  // namespace

void LintKey(const RawCertificate& certificate, Findings* findings) {
  if (IsExplicitCurve(certificate.spki)) {
    return findings->Add(Rule::kCurveExplicit,
                         "The key's curve is given by its numbers; programs refuse that, as the "
                         "numbers may be chosen to be weak.");
  }
  absl::StatusOr<x509::PublicKey> key = x509::ParsePublicKey(certificate.spki, "key");
  absl::Status problem = key.status();
  if (problem.ok()) {
    problem = x509::CheckPublicKey(*key, "key");
  }
  if (problem.ok()) {
    return;
  }
  const Reason reason = GetReason(problem).value_or(Reason::kKeyInvalid);
  findings->Add(
      reason == Reason::kKeyWeak          ? Rule::kKeyWeak
      : reason == Reason::kKeyUnsupported ? Rule::kKeyOther
                                          : Rule::kKeyForm,
      absl::StrCat("The key is not one that is certified here: ", problem.message(), "."));
}

}  // namespace fleetca::client::lint
