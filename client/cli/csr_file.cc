#include "client/cli/csr_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/cli/pem_or_der.h"

namespace fleetca::client {

absl::StatusOr<std::string> ReadCsr(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  absl::StatusOr<std::string> der = ParseCsrFile(contents);
  if (!der.ok()) {
    return Annotate(der.status(), path == "-" ? "standard input" : path);
  }
  return der;
}

absl::StatusOr<std::vector<std::string>> ListCsrs(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string ending = entry->path().extension().string();
    if (ending == ".csr" || ending == ".req" || ending == ".p10") {
      files.push_back(entry->path().string());
    }
  }
  if (error) {
    return FileError("read", folder, error.value());
  }
  if (files.empty()) {
    return FailedPrecondition(Reason::kFileMissing,
                              absl::StrCat(folder,
                                           " holds no CSR: no file in it ends in .csr, "
                                           ".req or .p10"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace fleetca::client
