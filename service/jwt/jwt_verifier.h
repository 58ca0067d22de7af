// Who holds a token of an OIDC issuer: JSON Web Tokens verified (RFC 7519, RFC 8725).
#ifndef FLEETCA_SERVICE_JWT_JWT_VERIFIER_H_
#define FLEETCA_SERVICE_JWT_JWT_VERIFIER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/mistakes.h"
#include "service/jwt/json.h"
#include "service/jwt/key_source.h"
#include "service/jwt/signing_algorithm.h"

namespace fleetca::service {

struct JwtIssuer {
  std::string url;                                // `iss`, octet for octet
  std::vector<std::string> audiences;             // ours: `aud` has one of them
  std::vector<SigningAlgorithm> algorithms;       // the header's `alg` is one of them
  absl::Duration clock_skew = absl::Seconds(60);  // granted either way; at most 5 minutes
  std::shared_ptr<KeySource> keys;
  // A token needs a `jti` and is good for one certificate. Kubernetes has its pods use a token
  // until it expires: not there.
  bool one_use = false;
  // A certificate that is asked for with a token ends when the token does.
  bool certificates_end_with_token = false;
};

// A token that is good for one certificate, and says neither when it was issued nor from when on it
// is good, must not live longer: after a store was restored, such tokens are refused for that long,
// as one of them may have been used before without a trace.
inline constexpr absl::Duration kLongestUndated = absl::Hours(24);

// What a verified token says.
struct JwtClaims {
  std::string issuer;
  std::string subject;
  absl::Time expires;       // as it says, without the skew
  absl::Time refused_from;  // with the skew
  // A time before which it cannot have been used: its `iat`, or its `nbf` where it has none, less
  // the skew, within which the token was accepted already. A token that is good for one certificate
  // and has neither must expire within kLongestUndated, and cannot have been used before that much
  // time ahead of its `exp`. The infinite past for others that have neither.
  absl::Time unused_before;
  // When the certificates end that are asked for with it: at its `exp`, or never for that.
  absl::Time certificates_end = absl::InfiniteFuture();
  std::string one_use_jwt_id;  // its `jti` where it is good for one certificate, else empty
  JsonValue all;               // the payload, an object
};

// Immutable but for its key sources; thread-safe.
class JwtVerifier {
 public:
  // Everything that Create would refuse in this issuer alone: INVALID_ARGUMENT kConfigInvalid, with
  // the field ("audiences") and a message that is the end of a sentence about it.
  [[nodiscard]] static Mistakes FindMistakes(const JwtIssuer& issuer);

  // INVALID_ARGUMENT kConfigInvalid, with the field ("issuers[1].audiences"): an issuer that is not
  // an https URL or appears twice, no audience, no algorithm, no key source, a skew out of range.
  static absl::StatusOr<std::unique_ptr<const JwtVerifier>> Create(std::vector<JwtIssuer> issuers);

  // The claims of a token that an issuer of ours signed for us and that holds at `now`: `exp` is
  // required and not past, `nbf` and `iat` are not ahead, `sub` is not empty, and a token that is
  // good for one certificate has a `jti` and is dated (kLongestUndated). Whether it was used is not
  // looked at: the issuer does that, which uses it up.
  //
  // UNAUTHENTICATED kCallerUnknown with one and the same sentence whatever is wrong, so that a
  // stranger learns nothing by trying; `log_detail` then has why, without the token: also why
  // the key that the token names was left out of its issuer's set, where it was.
  absl::StatusOr<JwtClaims> Verify(absl::string_view token, absl::Time now,
                                   std::string* log_detail) const;

 private:
  explicit JwtVerifier(std::vector<JwtIssuer> issuers);

  // The messages are those of the log.
  absl::StatusOr<JwtClaims> VerifyWithReason(absl::string_view token, absl::Time now) const;
  absl::StatusOr<const JwtIssuer*> FindIssuer(const JsonValue& claims) const;

  const std::vector<JwtIssuer> issuers_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_JWT_VERIFIER_H_
