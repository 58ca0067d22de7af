#include "client/cli/local/chain_input.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/terminal/timed_read.h"
#include "client/files/folder_entries.h"
#include "client/objects/object_reader.h"

namespace fleetca::client {
namespace {

constexpr size_t kMaxFiles = 1000;

absl::StatusOr<std::vector<std::string>> ReadFileOfCertificates(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(path));
  absl::StatusOr<std::vector<std::string>> certificates = ReadCertificates(contents.view());
  if (!certificates.ok()) {
    return Annotate(certificates.status(), NameOfInput(path));
  }
  return certificates;
}

bool IsRegularFile(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

absl::StatusOr<std::vector<std::string>> ReadFolderOfCertificates(const std::string& path) {
  const std::vector<std::string> names = NamesOf(AT_FDCWD, path + "/.");
  if (names.size() > kMaxFiles) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat("The folder ", path, " holds more than ", kMaxFiles,
                                           " files; give one with the certificates alone"));
  }
  std::vector<std::string> certificates;
  for (const std::string& name : names) {
    const std::string file = absl::StrCat(path, "/", name);
    if (!IsRegularFile(file)) {
      continue;
    }
    // Keys, and what this user may not read, lie beside certificates.
    absl::StatusOr<std::vector<std::string>> found = ReadFileOfCertificates(file);
    if (found.ok()) {
      std::move(found->begin(), found->end(), std::back_inserter(certificates));
    }
  }
  if (certificates.empty()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("The folder ", path, " holds no file with a certificate that can be read"));
  }
  return certificates;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadCertificatesAt(const std::string& path) {
  struct stat info;
  if (!IsStandardStream(path) && stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return ReadFolderOfCertificates(path);
  }
  return ReadFileOfCertificates(path);
}

}  // namespace fleetca::client
