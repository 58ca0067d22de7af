// The steps "crl" and "ocsp" of a verdict: whether the certificate is revoked.
#ifndef FLEETCA_CLIENT_VERDICT_VERDICT_REVOCATION_H_
#define FLEETCA_CLIENT_VERDICT_VERDICT_REVOCATION_H_

#include <string>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/verdict/crl_input.h"
#include "client/verdict/verdict.h"

namespace fleetca::client {

// Adds "crl". The certificate must be one of which a CRL speaks that its issuer signed and that is
// valid at the time, and must not be in it; a CA of the path is looked for too where a CRL of its
// issuer is there. Skipped where no CRL was given. Fails where nobody who is trusted can
// have signed one: the chain does not lead to a trusted root, or the certificate is one itself.
void JudgeByCrls(absl::Span<const HeldCrl> crls, absl::Time at, Verdict* verdict);

struct OcspStep {
  bool asked = false;
  // "" for where the certificate says.
  std::string url;
  absl::Duration timeout = absl::Seconds(30);
};

// Asks with a nonce (RFC 9654): an answer with another one is refused, and of one without it is
// said. Adds "ocsp": fails for revoked and unknown, and where no answer can be had that is to be
// believed, or no trusted issuer is in the chain, of whom nobody is asked then. Skipped where
// nobody asked. Blocks while the responder is asked.
void JudgeByOcsp(const OcspStep& step, absl::Time at, Verdict* verdict);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_VERDICT_REVOCATION_H_
