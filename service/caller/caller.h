// Who asks: one of three credentials, as the transport authenticated it, or the CA itself.
#ifndef FLEETCA_SERVICE_CALLER_CALLER_H_
#define FLEETCA_SERVICE_CALLER_CALLER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/authz/provenance.h"

namespace fleetca::service {

// What is kept of a JWT that is good for one certificate. The JWT counts as used when a certificate
// is recorded for it, and not before.
struct OneUseJwt {
  // SHA-256 of what names the JWT among those of all who sign them: of the token issuer's URL, a
  // zero octet and the jti, or of the key and jti of a renewal proof. 32 octets.
  std::string id_hash;
  // From when on the JWT is refused anyway, with the leeway that clocks are given.
  absl::Time expires_at;
  // A time before which the JWT cannot have been used (service/jwt/jwt_verifier.h): after a store
  // was restored, a JWT that may have been used before is refused.
  absl::Time unused_before = absl::InfinitePast();
};

// What the next certificate of a line goes by: the certificate that its holder has now.
struct CallerCertificate {
  std::string serial;                   // 20 octets
  std::string subject_public_key_info;  // DER
  std::string issuer;                   // the key identifier of its issuing CA
  // The profile by which it was issued, as its record or it itself says; empty where neither does.
  std::string profile;
  // The id of the lineage that it belongs to (store/lineage.h). A certificate that the store does
  // not know begins one.
  std::string lineage;
  // How many certificates of the lineage came before it.
  uint32_t generation = 0;
};

// Showed a certificate of this CA; TLS, or a proof for this one call, has proved that it has the
// certificate's key.
struct CertificateCaller {
  std::string spiffe_id;
  // When the certificate ends.
  absl::Time not_after = absl::InfiniteFuture();
  // The names of the certificate but its identity, as its subjectAltName has them: DER of
  // GeneralNames, or "" where there are none.
  std::string other_names;
  // Null where nothing is known but the above, as in tests: then it cannot be renewed.
  std::shared_ptr<const CallerCertificate> held = nullptr;
  // From where the call came, "192.0.2.7:50000", for the log; empty where that is not known.
  std::string address = "";
  // Set where a proof took the place of the handshake (service/rpc/renewal_proofs.h): the one use
  // that it is good for, and how long after its end the certificate may be renewed by it.
  std::optional<OneUseJwt> proof = std::nullopt;
  absl::Duration grace = absl::ZeroDuration();
};

// Showed a join token. Only the store knows which identity and profile the token is for, and
// whether it is still good, so that is looked up when the request is admitted.
struct JoinTokenCaller {
  // SHA-256 of the join token, 32 octets.
  std::string hash;
};

// Showed a JWT, which was verified when it was read.
struct JwtCaller {
  std::string spiffe_id;
  // Set where the JWT is good for one certificate. Whether it was used before is looked up when the
  // request is admitted.
  std::optional<OneUseJwt> one_use;
  // Certificates that are asked for with the JWT end then at the latest, where its issuer's do: at
  // its `exp`.
  absl::Time certificates_end = absl::InfiniteFuture();
};

// The CA itself, which renews a certificate of its own: its server's, or, offline, an operator's.
// It is made in the process that holds the issuing key and by no port, so no caller from outside
// can be one. It asks for its identity alone, and the policy judges it as anybody of that identity.
struct OwnCaller {
  std::string spiffe_id;
};

// A value; immutable once made.
using Caller = std::variant<CertificateCaller, JoinTokenCaller, JwtCaller, OwnCaller>;

// The identity that the credential says, which aliases `caller`; empty for a join token.
absl::string_view IdentityOf(const Caller& caller);

// The names that the caller's certificate has beside its identity, as CertificateCaller has them;
// aliases `caller`, and is empty for a token.
absl::string_view OtherNamesOf(const Caller& caller);

// The certificate that the caller holds, which aliases `caller`; null for who has shown none.
const CallerCertificate* CallerCertificateOf(const Caller& caller);

// From where the call came, which aliases `caller`; empty where that is not known.
absl::string_view AddressOf(const Caller& caller);

// From when on the caller is refused: the end of its certificate, and of the grace after it where
// a proof renews it. InfiniteFuture for a token, whose end is looked at where the token is read or
// redeemed.
absl::Time EndOf(const Caller& caller);

// When the certificates end at the latest that the caller asks for, whatever the policy says: with
// the JWT where its issuer's do, else InfiniteFuture.
absl::Time CertificatesEndOf(const Caller& caller);

// How the caller showed who it is, as a certificate's provenance says it: by a certificate also
// where a proof stood for the handshake.
x509::Attestation AttestationOf(const Caller& caller);

// The JWT, or the renewal proof, that the caller may use once, which aliases `caller`; null for
// every other caller.
const OneUseJwt* OneUseJwtOf(const Caller& caller);

// Whether a renewal proof stands for the handshake.
bool ShowsProof(const Caller& caller);

// Whether the credential is a join token or a JWT. Whoever has a token can show it, so it speaks
// for its own identity alone, and many strangers may show many.
inline bool ShowsToken(const Caller& caller) {
  return std::holds_alternative<JoinTokenCaller>(caller) ||
         std::holds_alternative<JwtCaller>(caller);
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALLER_CALLER_H_
