#include "client/reread_file.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"

namespace fleetca::client {

absl::StatusOr<std::string> RereadFile(const std::string& path) {
  std::error_code error;
  if (IsStandardStream(path) || !std::filesystem::is_regular_file(path, error)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(NameOfInput(path),
                     " is no regular file, and can be read once; name a regular file"));
  }
  return ReadFile(path);
}

absl::StatusOr<x509::HeldCertificate> RereadFirstCertificate(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, RereadFile(path));
  return x509::ParseFirstCertificate(pem);
}

}  // namespace fleetca::client
