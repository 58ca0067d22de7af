#include "client/trust_stores/system_store.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/output_file.h"
#include "base/status_macros.h"
#include "client/trust_stores/image_root.h"
#include "client/trust_stores/store_program.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr mode_t kFileMode = 0644;
constexpr size_t kShownDigits = 8;
// A file system takes names of 255 octets; to this one the digits are added, and endings.
constexpr size_t kMostOfName = 100;
// Where the program looks for hooks and finds none.
constexpr char kNoHooks[] = "/dev/null";

// The program works in another folder than this one. "" is this host.
std::string AbsoluteRoot(const std::string& root) {
  std::string path = root.empty() ? "" : std::filesystem::absolute(root).string();
  while (absl::EndsWith(path, "/")) {
    path.pop_back();
  }
  return path;
}

// What update-ca-certificates finds: the files that end with .crt, of the folders below too, and
// through links, each folder once; by their paths.
absl::StatusOr<std::vector<std::string>> CertificateFilesIn(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::error_code error;
  // A link may lead around.
  std::set<fs::path> folders = {fs::canonical(folder, error)};
  fs::recursive_directory_iterator entry(folder, fs::directory_options::follow_directory_symlink,
                                         error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code of_file;
    if (entry->is_directory(of_file) &&
        !folders.insert(fs::canonical(entry->path(), of_file)).second) {
      entry.disable_recursion_pending();
    }
    if (entry->path().extension() == ".crt" && entry->is_regular_file(of_file)) {
      files.push_back(entry->path().string());
    }
  }
  if (error) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat("The folder ", folder, " and those below it cannot be read: ", error.message(),
                     "; run the same command by sudo"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

class SystemStore : public TrustStore {
 public:
  explicit SystemStore(const std::string& root)
      : root_(AbsoluteRoot(root)), folder_(absl::StrCat(root_, "/", kLocalRootsFolder)) {}

  std::string Description() const override { return absl::StrCat("Debian's store ", folder_); }

  bool IsThere() const override { return access(folder_.c_str(), F_OK) == 0; }

  // Of files with one certificate: a file with several is not of a command like this.
  absl::StatusOr<std::vector<TrustStoreEntry>> Entries() override {
    if (!root_.empty()) {
      FLEETCA_RETURN_IF_ERROR(CheckImage(root_));
    }
    if (!IsThere()) {
      return FailedPrecondition(Reason::kFileMissing,
                                absl::StrCat("There is no ", folder_,
                                             ": it comes with Debian's package ca-certificates, "
                                             "which is to be installed first"));
    }
    std::vector<TrustStoreEntry> entries;
    FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> files, CertificateFilesIn(folder_));
    for (const std::string& path : files) {
      const absl::StatusOr<std::string> contents = ReadFile(path);
      const auto der =
          contents.ok() ? x509::DecodeOnePem(x509::kPemCertificate, *contents) : contents.status();
      if (der.ok()) {
        entries.push_back({path, *der});
      }
    }
    return entries;
  }

  std::string PlaceFor(absl::string_view name, absl::string_view sha256) const override {
    std::string file;
    for (const char c : name.substr(0, kMostOfName)) {
      file.push_back(absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '-');
    }
    return absl::StrCat(folder_, "/", file, "-", sha256.substr(0, kShownDigits), ".crt");
  }

  absl::Status Add(const TrustStoreEntry& entry) override {
    FLEETCA_RETURN_IF_ERROR(FindStoreProgram(program_).status());
    FLEETCA_RETURN_IF_ERROR(CheckMayWrite(folder_));
    FLEETCA_RETURN_IF_ERROR(WriteOutput(entry.place,
                                        x509::EncodePem(x509::kPemCertificate, entry.der),
                                        kFileMode, Replace::kNothing));
    const absl::Status updated = Update(false);
    if (!updated.ok()) {
      // What it may have taken over of the file goes as well.
      FLEETCA_RETURN_IF_ERROR(RemoveOutput(entry.place));
      Update(true).IgnoreError();
      return Annotate(updated, "The certificate was taken out again");
    }
    return absl::OkStatus();
  }

  absl::Status Remove(const TrustStoreEntry& entry) override {
    FLEETCA_RETURN_IF_ERROR(FindStoreProgram(program_).status());
    FLEETCA_RETURN_IF_ERROR(CheckMayWrite(FolderOf(entry.place)));
    FLEETCA_RETURN_IF_ERROR(RemoveOutput(entry.place));
    const absl::Status updated = Update(true);
    if (!updated.ok()) {
      FLEETCA_RETURN_IF_ERROR(WriteOutput(entry.place,
                                          x509::EncodePem(x509::kPemCertificate, entry.der),
                                          kFileMode, Replace::kNothing));
      return Annotate(updated, "The certificate was put back");
    }
    return absl::OkStatus();
  }

 private:
  // `fresh`: links to files that are gone are taken away too.
  absl::Status Update(bool fresh) const {
    std::vector<std::string> arguments;
    if (fresh) {
      arguments.push_back("--fresh");
    }
    if (!root_.empty()) {
      // The image's hooks are programs of whoever made it, and would run as this user.
      arguments.insert(arguments.end(),
                       {"--localcertsdir", folder_, "--etccertsdir",
                        absl::StrCat(root_, "/", kBundleFolder), "--hooksdir", kNoHooks});
    }
    return RunStoreProgram(program_, arguments).status();
  }

  const StoreProgram program_ = {"update-ca-certificates", "ca-certificates"};
  const std::string root_;
  const std::string folder_;
};

}  // namespace

std::unique_ptr<TrustStore> MakeSystemStore(const std::string& root) {
  return std::make_unique<SystemStore>(root);
}

}  // namespace fleetca::client
