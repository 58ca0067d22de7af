// SubjectPublicKeyInfo: which key it is, and whether it is good enough to certify.
#ifndef FLEETCA_X509_PUBLIC_KEY_H_
#define FLEETCA_X509_PUBLIC_KEY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto_types.h"

namespace fleetca::x509 {

enum class PublicKeyAlgorithm { kP256, kP384, kRsa, kEd25519 };

// "P-256", "P-384", "RSA", "Ed25519": for messages and inspection.
absl::string_view PublicKeyAlgorithmName(PublicKeyAlgorithm algorithm);

// Whether a key of this algorithm makes signatures of `scheme`.
bool SchemeFitsKey(SignatureScheme scheme, PublicKeyAlgorithm algorithm);

// A parsed key. Every view aliases the DER it was parsed from.
struct PublicKey {
  PublicKeyAlgorithm algorithm = PublicKeyAlgorithm::kP256;
  // The SubjectPublicKeyInfo element whole.
  absl::string_view spki;
  // The octets of its BIT STRING: an uncompressed point, an RSAPublicKey, or 32 octets.
  absl::string_view key_bits;
  // RSA only: the modulus without a leading zero octet.
  absl::string_view rsa_modulus;
  // 65537 but in a trust anchor.
  uint64_t rsa_exponent = 65537;
  // The key's size: 256, 384, 255 for Ed25519, or the modulus's bit length.
  int bits = 0;
};

// Which RSA keys are taken: those with the exponent that everybody uses, or, of a CA that somebody
// else has made and somebody trusts, those with any odd one from 3 to 2^64.
enum class RsaExponents { kOnly65537, kAnySound };

// SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
//
// Parses one element with nothing after it. INVALID_ARGUMENT with field `field` and reason
// kKeyUnsupported (another algorithm or curve, explicit parameters, a compressed point), kKeyWeak
// (RSA under 2048 or over 8192 bits, an exponent that is not taken) or kKeyInvalid (not DER, a
// wrong length). Costs no arithmetic: whether a point is on its curve and a modulus is sound is
// CheckPublicKey.
absl::StatusOr<PublicKey> ParsePublicKey(absl::string_view spki, absl::string_view field,
                                         RsaExponents exponents = RsaExponents::kOnly65537);

// The checks that cost arithmetic, a few microseconds for EC and under 5 ms for any RSA key: the
// point is on the curve and not infinity; the Ed25519 point is not of small order; the modulus is
// odd, has no small factor, is not a ROCA key (CVE-2017-15361) and is not a product of two close
// primes (Fermat). kKeyInvalid or kKeyWeak.
// Thread-safe.
absl::Status CheckPublicKey(const PublicKey& key, absl::string_view field);

// What costs 1 to 3 ms for 2048 bits the first time that a modulus is seen, and so is asked last,
// of a key whose holder has proved to have it: an RSA modulus of up to 4096 bits is not a prime and
// has no prime factor below 2^20. kKeyWeak. Nothing for other keys. Thread-safe.
absl::Status CheckRsaFactors(const PublicKey& key, absl::string_view field);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PUBLIC_KEY_H_
