// The secret by which a new host shows who it is: a join token or a JWT.
#ifndef FLEETCA_CLIENT_BEARER_TOKEN_H_
#define FLEETCA_CLIENT_BEARER_TOKEN_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace fleetca::client {

// `text` without the white space around it, as it stands in a file. INVALID_ARGUMENT kFileInvalid
// when nothing is left, when it is too long, or when it holds anything but the characters of a
// token (RFC 6750 section 2.1). No error quotes any of it.
absl::StatusOr<SecretBytes> ParseBearerToken(absl::string_view text);

// From a file that others may not see or change (ReadSecretFile of base/file.h says who), or from
// standard input, "-". Errors name the file.
absl::StatusOr<SecretBytes> ReadBearerToken(absl::string_view path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_BEARER_TOKEN_H_
