// Token, the word that fleetca's own extensions are made of.
#ifndef FLEETCA_X509_AUTHZ_AUTHZ_TOKEN_H_
#define FLEETCA_X509_AUTHZ_AUTHZ_TOKEN_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace fleetca::x509 {

inline constexpr size_t kMaxTokenSize = 64;

// Token ::= UTF8String (SIZE (1..64))   -- [a-z0-9][a-z0-9._/-]*
bool IsToken(absl::string_view text);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_AUTHZ_AUTHZ_TOKEN_H_
