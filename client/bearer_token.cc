#include "client/bearer_token.h"

#include <sys/stat.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/bearer_token_limit.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "base/text.h"

namespace fleetca::client {
namespace {

// b64token of RFC 6750 section 2.1, padding anywhere.
bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view("-._~+/=").find(c) != absl::string_view::npos;
}

bool IsPipe(absl::string_view path) {
  struct stat found;
  return !IsStandardStream(path) && stat(std::string(path).c_str(), &found) == 0 &&
         (S_ISFIFO(found.st_mode) || S_ISCHR(found.st_mode) || S_ISSOCK(found.st_mode));
}

}  // namespace

absl::StatusOr<SecretBytes> ParseBearerToken(absl::string_view text) {
  const absl::StatusOr<absl::string_view> utf8 = TextOf(text);
  if (!utf8.ok()) {
    return InvalidArgument(Reason::kFileInvalid, "token", utf8.status().message());
  }
  const absl::string_view token = absl::StripAsciiWhitespace(*utf8);
  if (token.empty()) {
    return InvalidArgument(Reason::kFileInvalid, "token", "there is no token: it is empty");
  }
  if (token.size() > kMaxBearerTokenBytes) {
    return InvalidArgument(
        Reason::kFileInvalid, "token",
        absl::StrCat("this is not a token: it is longer than ", kMaxBearerTokenBytes, " bytes"));
  }
  for (const char c : token) {
    if (!IsTokenCharacter(c)) {
      return InvalidArgument(
          Reason::kFileInvalid, "token",
          "this is not a token: it holds a character that no token has. Give the token alone, "
          "without the identity that may stand before it");
    }
  }
  return SecretBytes(token);
}

absl::StatusOr<SecretBytes> ReadBearerToken(absl::string_view path) {
  const bool standard_input = IsStandardStream(path);
  if (IsPipe(path)) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat(path,
                     " is a pipe or a device, and a token is read from a regular file; for "
                     "standard input give -"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes text, ReadSecretFile(path));
  absl::StatusOr<SecretBytes> token = ParseBearerToken(text.view());
  if (!token.ok()) {
    return Annotate(token.status(), standard_input ? "standard input" : path);
  }
  return token;
}

}  // namespace fleetca::client
