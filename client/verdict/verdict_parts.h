// The parts of JudgeCertificate (verdict.h).
#ifndef FLEETCA_CLIENT_VERDICT_VERDICT_PARTS_H_
#define FLEETCA_CLIENT_VERDICT_VERDICT_PARTS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/verdict/chain_builder.h"
#include "client/verdict/verdict.h"
#include "x509/certificate.h"

namespace fleetca::client {

// The refusal of a step: UNAUTHENTICATED kCallerUnknown.
absl::Status Refused(absl::string_view sentence);

// Each adds its step to the verdict.

// That a path to a trusted root is there, or what it lacks.
void JudgeEnd(const CertificationPath& path, const VerdictQuestion& question, Verdict* verdict);
// That each certificate is valid at the time.
void JudgeValidity(const CertificationPath& path, const VerdictQuestion& question,
                   Verdict* verdict);
// That each CA may be one, as x509::VerifyChain has it of roots as anchors, and nothing critical is
// unknown.
void JudgeCaRules(const CertificationPath& path, const VerdictQuestion& question, Verdict* verdict);
// That what is below each CA keeps to its name constraints.
void JudgeNameConstraints(const CertificationPath& path, Verdict* verdict);
// That the certificate and each CA allow the purpose, and the key usage fits it.
void JudgePurpose(const CertificationPath& path, const VerdictQuestion& question, Verdict* verdict);
void JudgeHost(const x509::Certificate& leaf, const VerdictQuestion& question, Verdict* verdict);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_VERDICT_PARTS_H_
