// Tokens and JWK sets for tests, right ones and wrong ones, signed by OpenSSL.
#ifndef FLEETCA_SERVICE_JWT_TESTING_JWT_MAKER_H_
#define FLEETCA_SERVICE_JWT_TESTING_JWT_MAKER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/crypto_types.h"
#include "tests/testing/test_key.h"

namespace fleetca::testing {

// base64url without padding.
std::string Base64Url(absl::string_view octets);

// The JWK of the key's public half; `more` is put in as it is: R"("use":"sig",)".
std::string MakeJwk(const TestKey& key, absl::string_view kid, absl::string_view more = "");
// {"keys":[...]}
std::string MakeJwks(const std::vector<std::string>& jwks);

// HEADER.PAYLOAD.SIGNATURE of JSON texts, signed as JWS does.
std::string MakeToken(absl::string_view header, absl::string_view payload, const TestKey& key,
                      SignatureScheme scheme);
// The same with an HMAC-SHA256 of `secret`.
std::string MakeHmacToken(absl::string_view header, absl::string_view payload,
                          absl::string_view secret);
// The same with a signature that the caller has.
std::string AssembleToken(absl::string_view header, absl::string_view payload,
                          absl::string_view signature);

}  // namespace fleetca::testing

#endif  // FLEETCA_SERVICE_JWT_TESTING_JWT_MAKER_H_
