// Proof of possession: the CSR's signature, made with the key it asks to be certified (RFC
// 2986 4.2).
#ifndef FLEETCA_X509_POSSESSION_H_
#define FLEETCA_X509_POSSESSION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "x509/csr.h"
#include "x509/possession_path.h"

namespace fleetca::x509 {

// Verifies a batch at a time, the same shape as signing, so that a backend with several lanes can
// stand behind it. Thread-safe: each calling thread has its own pooled contexts.
class PossessionVerifier {
 public:
  virtual ~PossessionVerifier() = default;

  // For each CSR, judges the key (CheckPublicKey), then the signature, then an RSA key's factors
  // (CheckRsaFactors). results[i] is OK or
  // INVALID_ARGUMENT: kKeyInvalid, kKeyWeak, kSignatureInvalid; INTERNAL kInternal where OpenSSL
  // failed, which says nothing about the CSR. A null entry is skipped and its
  // result left as it is. The spans have the same size.
  virtual void VerifyBatch(absl::Span<const Csr* const> csrs,
                           absl::Span<absl::Status> results) const = 0;

  // By what it verifies now, and what it has done. OpenSSL's own verifier counts nothing.
  virtual PossessionStatistics statistics() const { return {}; }

  // Lanes where the setting allows them, the machine is not configured for FIPS and the processor
  // has them, else OpenSSL. Takes some
  // milliseconds: lanes are tested before they are believed.
  static std::unique_ptr<PossessionVerifier> Create(LanesSetting setting);
  // OpenSSL, one after the other.
  static std::unique_ptr<PossessionVerifier> CreateOpenSsl();
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_POSSESSION_H_
