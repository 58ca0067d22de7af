#include "client/cli/local/certificate_sources.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/object_reader.h"

namespace fleetca::client {
namespace {

constexpr uintmax_t kMaxFileOfFolder = uintmax_t{1} << 20;
// How many of what is left aside have a sentence each.
constexpr size_t kMaxSaid = 8;
// What is meant for a certificate begins so.
constexpr absl::string_view kCertificateLabel = "-----BEGIN CERTIFICATE-----";

// The regular files of the folder, by name.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code of_file;
    const bool fits = entry->is_regular_file(of_file) && !of_file &&
                      entry->file_size(of_file) <= kMaxFileOfFolder && !of_file;
    if (!fits) {
      continue;
    }
    if (files.size() == kMaxFolderFiles) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat(folder, " has more than ", kMaxFolderFiles,
                       " files; give a folder that holds certificates alone"));
    }
    files.push_back(entry->path().string());
  }
  if (error) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(folder, " cannot be read: ", error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadCertificateFile(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(file));
  absl::StatusOr<std::vector<std::string>> ders = ReadCertificates(contents.view());
  return ders.ok() ? std::move(ders) : Annotate(ders.status(), NameOfInput(file));
}

absl::Status AddFromFileOrFolder(const std::string& path, CertificateIndex* index) {
  std::error_code error;
  if (IsStandardStream(path) || !std::filesystem::is_directory(path, error)) {
    FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, ReadCertificateFile(path));
    index->AddAll(std::move(ders), NameOfInput(path));
    return absl::OkStatus();
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(path));
  bool any = false;
  for (const std::string& file : files) {
    // Keys, and what this user may not read, lie beside certificates.
    const absl::StatusOr<SecretBytes> contents = ReadWithTimeout(file);
    absl::StatusOr<std::vector<std::string>> ders =
        contents.ok() ? ReadCertificates(contents->view()) : contents.status();
    if (ders.ok()) {
      any = true;
      index->AddAll(*std::move(ders), file);
    } else if (contents.ok() && absl::StrContains(contents->view(), kCertificateLabel)) {
      index->AddUnusable(Annotate(ders.status(), file));
    }
  }
  return any ? absl::OkStatus()
             : FailedPrecondition(
                   Reason::kFileInvalid,
                   absl::StrCat("The folder ", path,
                                " holds no file with a certificate that can be read; give one "
                                "that does, or the file itself"));
}

void SayUnusable(const CertificateIndex& index, absl::string_view but_for_der) {
  size_t said = 0, others = 0;
  for (const CertificateIndex::Unusable& unusable : index.unusable()) {
    if (!but_for_der.empty() && unusable.der == but_for_der) {
      continue;
    }
    if (said < kMaxSaid) {
      ++said;
      Say(absl::StrCat("a certificate is left aside, as it cannot be used: ",
                       unusable.why.message()));
    } else {
      ++others;
    }
  }
  if (others > 0) {
    Say(absl::StrCat("and ", others, " more certificates are left aside"));
  }
}

}  // namespace fleetca::client
