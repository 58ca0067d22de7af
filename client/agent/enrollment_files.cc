#include "client/agent/enrollment_files.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/bearer_token.h"

namespace fleetca::client {
namespace {

bool IsCredential(const std::string& path) {
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder != nullptr && *folder != '\0' && absl::StartsWith(path, absl::StrCat(folder, "/"));
}

absl::StatusOr<SecretBytes> ReadToken(const std::string& path) {
  if (!IsCredential(path)) {
    return ReadBearerToken(path);
  }
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes text, ReadCredentialFile(path));
  absl::StatusOr<SecretBytes> token = ParseBearerToken(text.view());
  if (!token.ok()) {
    return Annotate(token.status(), path);
  }
  return token;
}

}  // namespace

absl::StatusOr<SecretBytes> ReadEnrollmentFile(EnrollmentFile what, const std::string& path) {
  switch (what) {
    case EnrollmentFile::kToken:
      return ReadToken(path);
    case EnrollmentFile::kPrivateKey:
      return IsCredential(path) ? ReadCredentialFile(path) : ReadSecretFile(path);
    case EnrollmentFile::kCertificate:
      break;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadRegularFile(path));
  return SecretBytes(pem);
}

}  // namespace fleetca::client
