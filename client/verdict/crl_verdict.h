// What a client that relies on a CRL would say of it, step by step.
#ifndef FLEETCA_CLIENT_VERDICT_CRL_VERDICT_H_
#define FLEETCA_CLIENT_VERDICT_CRL_VERDICT_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/verdict/crl_input.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"

namespace fleetca::client {

// One thing that is asked, and why a client would refuse the CRL, or the certificate, for it.
struct CrlStep {
  // "issuer", "signature", "dates", "scope" or "revocation". Lives for ever.
  absl::string_view name;
  absl::Status status;
};

struct CrlVerdict {
  std::vector<CrlStep> steps;

  // The first refusal; OK where there is none.
  absl::Status status() const;
};

// Asks all of it, whatever came of the step before. The issuer is that of the CAs whose name and
// key the CRL has, else the first; there is one at least. Where the CRL is of the issuer of
// `certificate`, which may be null, whether it speaks of that certificate, and lists it, are steps
// too: PERMISSION_DENIED kCertificateRevoked. The other errors are those of crl_verify.h.
CrlVerdict JudgeCrl(const x509::Crl& crl, absl::Span<const x509::HeldCertificate> cas,
                    const x509::Certificate* certificate, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_CRL_VERDICT_H_
