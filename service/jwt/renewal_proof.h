// The proof that stands for a certificate in a renewal: a JSON Web Token that the certificate's own
// key has signed.
#ifndef FLEETCA_SERVICE_JWT_RENEWAL_PROOF_H_
#define FLEETCA_SERVICE_JWT_RENEWAL_PROOF_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "service/caller/caller.h"
#include "x509/certificate.h"

namespace fleetca::service {

// A proof is refused from this long after its `iat` on.
inline constexpr absl::Duration kRenewalProofLife = absl::Seconds(60);
// How far its `iat` may be ahead, as of other JWTs (JwtIssuer::clock_skew).
inline constexpr absl::Duration kRenewalProofSkew = absl::Seconds(60);
// The certificate, and those above it, which are not read.
inline constexpr size_t kMaxRenewalProofCertificates = 8;

// `aud` of every proof for the CA of a trust domain: its server's SPIFFE ID and the method.
std::string RenewalProofAudience(absl::string_view trust_domain);

// What a proof is held against.
struct RenewalProofQuestion {
  absl::string_view audience;
  // Of the request that the proof came with, DER; empty where it has none.
  absl::string_view csr_der;
  absl::Time now;
};

// A proof whose contents are right. Whether its certificate is to be believed is for others to
// judge, and comes before CheckSignature, which costs what the certificate's key wants. Views alias
// the text that was read. Immutable.
class RenewalProof {
 public:
  // Reads `text`, which outlives the result, strictly and without cryptography:
  //   - a JWS in compact form of at most kMaxBearerTokenBytes, its header and payload JSON objects
  //     without repeated names;
  //   - header: typ "fleetca-renewal+jwt"; alg ES256, ES384, EdDSA, RS256 or PS256, as the key of
  //     the certificate has it; x5c of 1 to kMaxRenewalProofCertificates; nothing else;
  //   - claims: aud, one string; iat; jti of 16 to 64 printable characters; csr_sha256 where there
  //     is a CSR, and only there; nothing else. Whoever writes exp or nbf would think that it
  //     holds.
  // kRenewalProofInvalid: PERMISSION_DENIED for the CSR of somebody else, UNAUTHENTICATED for the
  // rest. The message says what is wrong, without the proof's own text but for names.
  static absl::StatusOr<RenewalProof> Read(absl::string_view text,
                                           const RenewalProofQuestion& question);

  // The first of x5c, DER. It parses (x509/certificate.h).
  const std::string& certificate() const { return certificate_; }

  // The one use that it is good for, by its key and jti.
  const OneUseJwt& use() const { return use_; }

  // Whether the key of certificate() has signed the proof. UNAUTHENTICATED kRenewalProofInvalid.
  absl::Status CheckSignature() const;

 private:
  RenewalProof() = default;

  absl::string_view signing_input_;
  std::string signature_;
  SignatureScheme scheme_ = SignatureScheme::kEcdsaSha256;
  std::string certificate_;
  OneUseJwt use_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_RENEWAL_PROOF_H_
