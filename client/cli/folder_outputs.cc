#include "client/cli/folder_outputs.h"

#include <sys/stat.h>

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "base/output_check.h"
#include "base/output_file.h"
#include "base/output_place.h"
#include "base/status_macros.h"
#include "client/cli/terminal/command_files.h"
#include "client/issued.h"
#include "x509/first_certificate.h"

namespace fleetca::client {
namespace {

constexpr mode_t kCertificateMode = 0644;

// Whether the file's first certificate is for the key of the CSR.
bool IsForSameKey(const std::string& file, absl::string_view csr_der) {
  const absl::StatusOr<std::string> pem = ReadFile(file);
  const absl::StatusOr<absl::string_view> key = CsrPublicKey(csr_der);
  if (!pem.ok() || !key.ok()) {
    return false;
  }
  const absl::StatusOr<x509::HeldCertificate> leaf = x509::ParseFirstCertificate(*pem);
  return leaf.ok() && leaf->parsed.public_key.spki == *key;
}

Replace ReplaceAt(const OutputPlace& place, const FolderRequest& request, FolderReplace replace) {
  const bool may =
      replace == FolderReplace::kAllButKeys || !place.identity.exists ||
      (replace == FolderReplace::kSameKey && IsForSameKey(place.path, request.asked.csr_der));
  return may ? Replace::kAllButKeys : Replace::kNothing;
}

// Where a file is its owner's to replace, as in /tmp.
bool IsSticky(const std::string& folder) {
  struct stat found;
  return stat(folder.c_str(), &found) == 0 && (found.st_mode & S_ISVTX) != 0;
}

}  // namespace

absl::Status CheckFolderOutputs(const std::vector<FolderRequest>& requests, FolderReplace replace) {
  // Of each folder the output with the longest name, which may be too long.
  std::map<std::string, std::string> probes;
  for (const FolderRequest& request : requests) {
    if (!request.csr.ok()) {
      continue;
    }
    const std::string& file = request.out_file;
    const std::vector<FlaggedFile> inputs = {{"the CSR", request.csr_file}};
    FLEETCA_RETURN_IF_ERROR(CheckFilesApart({{{"--out-dir", file}}, inputs}, NextStep::kAskServer));
    const absl::StatusOr<OutputPlace> place = FindOutputPlace(file);
    if (!place.ok() || place->is_stream) {
      FLEETCA_RETURN_IF_ERROR(CheckOutputs({{{"--out-dir", file}}, inputs}, NextStep::kAskServer));
      continue;
    }
    const Replace may = ReplaceAt(*place, request, replace);
    const std::string folder = FolderOf(place->path);
    if (may == Replace::kNothing ||
        (place->identity.exists && (IsSticky(folder) || !CheckHoldsNoKey(place->path).ok()))) {
      FLEETCA_RETURN_IF_ERROR(
          CheckOutputs({{{"--out-dir", file, may}}, inputs}, NextStep::kAskServer));
    }
    std::string& probe = probes[folder];
    probe = probe.size() < file.size() ? file : probe;
  }
  for (const auto& [folder, file] : probes) {
    FLEETCA_RETURN_IF_ERROR(CheckOutputs({{{"--out-dir", file}}, {}}, NextStep::kAskServer));
  }
  return absl::OkStatus();
}

absl::Status WriteFolderOutput(const FolderRequest& request, absl::string_view pem,
                               FolderReplace replace) {
  FLEETCA_ASSIGN_OR_RETURN(const OutputPlace place, FindOutputPlace(request.out_file));
  return WriteOutput(request.out_file, pem, kCertificateMode, ReplaceAt(place, request, replace),
                     Durable::kLater);
}

}  // namespace fleetca::client
