#include "client/trust_stores/nss_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/trust_stores/store_program.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr size_t kShownDigits = 8;
constexpr mode_t kFolderMode = 0700;

// "C,," and the like: for TLS servers, mail and code.
bool IsTrust(absl::string_view word) {
  return std::count(word.begin(), word.end(), ',') == 2 &&
         word.find_first_not_of("pPcCTuwg,") == absl::string_view::npos;
}

// What the database makes of a certificate.
enum class Kept {
  kTrusted,  // for TLS servers
  kWithKey,
  kAsIssuer,  // neither
};

bool IsKept(Kept how, absl::string_view trust) {
  const bool trusted = absl::StrContains(trust.substr(0, trust.find(',')), "C");
  const bool with_key = absl::StrContains(trust, "u");
  switch (how) {
    case Kept::kTrusted:
      return trusted;
    case Kept::kWithKey:
      return with_key;
    case Kept::kAsIssuer:
      break;
  }
  return trust == ",,";
}

// The nicknames of `certutil -L` that are kept so, each once.
std::vector<std::string> NicknamesOf(absl::string_view table, Kept how) {
  std::vector<std::string> names;
  for (absl::string_view line : absl::StrSplit(table, '\n')) {
    line = absl::StripTrailingAsciiWhitespace(line);
    const size_t space = line.rfind(' ');
    if (space == absl::string_view::npos || !IsTrust(line.substr(space + 1)) ||
        !IsKept(how, line.substr(space + 1))) {
      continue;
    }
    std::string name(absl::StripTrailingAsciiWhitespace(line.substr(0, space)));
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

class NssStore : public TrustStore {
 public:
  NssStore(const std::string& folder, SecretBytes passphrase)
      : folder_(folder), passphrase_(std::move(passphrase)) {}

  std::string Description() const override { return absl::StrCat("the NSS database ", folder_); }

  bool IsThere() const override { return Exists(); }

  absl::StatusOr<std::vector<TrustStoreEntry>> Entries() override { return List(Kept::kTrusted); }

  absl::StatusOr<std::vector<TrustStoreEntry>> KeyEntries() override {
    return List(Kept::kWithKey);
  }

  absl::StatusOr<std::vector<TrustStoreEntry>> IssuerEntries() override {
    return List(Kept::kAsIssuer);
  }

  std::string PlaceFor(absl::string_view name, absl::string_view sha256) const override {
    return absl::StrCat(name, " (", sha256.substr(0, kShownDigits), ")");
  }

  absl::Status Add(const TrustStoreEntry& entry) override {
    FLEETCA_RETURN_IF_ERROR(FindStoreProgram(program_).status());
    Made made;
    absl::Status added = MakeDatabase(&made);
    if (added.ok()) {
      added = AddTo(entry);
    }
    if (!added.ok()) {
      TakeAway(made);
    }
    return added;
  }

  bool HoldsKeys() const override { return true; }

  absl::Status AddKeystore(absl::string_view pkcs12, absl::string_view passphrase) override {
    const StoreProgram importer = {"pk12util", "libnss3-tools"};
    FLEETCA_RETURN_IF_ERROR(FindStoreProgram(program_).status());
    FLEETCA_RETURN_IF_ERROR(FindStoreProgram(importer).status());
    Made made;
    absl::Status added = MakeDatabase(&made);
    if (added.ok()) {
      added = CheckMayWrite(folder_);
    }
    if (added.ok()) {
      added = NameWrongPassphrase(RunStoreProgram(importer,
                                                  {"-i", "/dev/fd/4", "-d", Database(), "-k",
                                                   "/dev/fd/3", "-w", "/dev/fd/5"},
                                                  {passphrase_.view(), pkcs12, passphrase}),
                                  Description())
                  .status();
    }
    if (!added.ok()) {
      TakeAway(made);
    }
    return added;
  }

  absl::Status Remove(const TrustStoreEntry& entry) override {
    FLEETCA_RETURN_IF_ERROR(CheckCanBeRemoved(entry));
    return Run({"-D", "-n", entry.place}).status();
  }

  absl::Status RemoveWithKey(const TrustStoreEntry& entry) override {
    FLEETCA_RETURN_IF_ERROR(CheckCanBeRemoved(entry));
    return Run({"-F", "-n", entry.place}).status();
  }

  std::string CommandToRemove(const TrustStoreEntry& entry, bool with_key) const override {
    return absl::StrCat("certutil ", with_key ? "-F" : "-D", " -n \"", entry.place, "\" -d ",
                        Database());
  }

 private:
  std::string Database() const { return absl::StrCat("sql:", folder_); }
  bool Exists() const { return access(absl::StrCat(folder_, "/cert9.db").c_str(), F_OK) == 0; }

  absl::StatusOr<std::string> Run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"-d", Database(), "-f", "/dev/fd/3"});
    return NameWrongPassphrase(RunStoreProgram(program_, arguments, {passphrase_.view()}),
                               Description());
  }

  absl::StatusOr<std::vector<TrustStoreEntry>> List(Kept how) const {
    std::vector<TrustStoreEntry> entries;
    if (!Exists()) {
      FLEETCA_RETURN_IF_ERROR(CheckCanBeMade());
      FLEETCA_RETURN_IF_ERROR(FindStoreProgram(program_).status());
      return entries;
    }
    FLEETCA_ASSIGN_OR_RETURN(const std::string table, Run({"-L"}));
    for (const std::string& nickname : NicknamesOf(table, how)) {
      FLEETCA_ASSIGN_OR_RETURN(const std::string pem, Run({"-L", "-n", nickname, "-a"}));
      const auto ders = x509::DecodePem(x509::kPemCertificate, pem);
      for (size_t i = 0; ders.ok() && i < ders->size(); ++i) {
        entries.push_back({nickname, (*ders)[i]});
      }
    }
    return entries;
  }

  // NSS gives certificates of one subject one nickname, and deletes by nickname.
  absl::Status CheckCanBeRemoved(const TrustStoreEntry& entry) const {
    FLEETCA_RETURN_IF_ERROR(CheckMayWrite(folder_));
    FLEETCA_ASSIGN_OR_RETURN(const std::string pem, Run({"-L", "-n", entry.place, "-a"}));
    const auto ders = x509::DecodePem(x509::kPemCertificate, pem);
    if (!ders.ok() || ders->size() != 1 || ders->front() != entry.der) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat("Under the nickname \"", entry.place, "\" ", Description(),
                       " holds other certificates as well, and certutil cannot take one of them "
                       "out; nothing was changed"));
    }
    return absl::OkStatus();
  }

  absl::Status CannotBeMade(int error) const {
    return FailedPrecondition(
        error == ENOENT ? Reason::kFileMissing : Reason::kFilePermissions,
        absl::StrCat("There is no NSS database in ", folder_, ", and its folder cannot be made: ",
                     std::strerror(error), "; nothing was changed"));
  }

  // The folder, and the one that it is in, are made where they are missing, as ~/.pki is of
  // somebody who never started a browser; no more than these, as a path may be mistyped.
  absl::Status CheckCanBeMade() const {
    const std::filesystem::path above =
        std::filesystem::absolute(folder_).parent_path().parent_path();
    return access(above.c_str(), F_OK) == 0 ? absl::OkStatus() : CannotBeMade(ENOENT);
  }

  // What was not there before.
  struct Made {
    std::string parent;
    bool folder = false;
    std::vector<std::string> files;
  };

  absl::Status MakeDatabase(Made* made) const {
    if (Exists()) {
      return absl::OkStatus();
    }
    const std::string parent = std::filesystem::path(folder_).parent_path();
    if (!parent.empty()) {
      if (mkdir(parent.c_str(), kFolderMode) == 0) {
        made->parent = parent;
      } else if (errno != EEXIST) {
        return CannotBeMade(errno);
      }
    }
    made->folder = mkdir(folder_.c_str(), kFolderMode) == 0;
    if (!made->folder && errno != EEXIST) {
      return CannotBeMade(errno);
    }
    for (const char* const name : {"cert9.db", "key4.db", "pkcs11.txt"}) {
      const std::string file = absl::StrCat(folder_, "/", name);
      if (access(file.c_str(), F_OK) != 0) {
        made->files.push_back(file);
      }
    }
    const std::vector<std::string> arguments = {"-N", "-d", Database()};
    const auto with = [&arguments](std::vector<std::string> more) {
      more.insert(more.begin(), arguments.begin(), arguments.end());
      return more;
    };
    return passphrase_.empty()
               ? RunStoreProgram(program_, with({"--empty-password"})).status()
               : RunStoreProgram(program_, with({"-f", "/dev/fd/3"}), {passphrase_.view()})
                     .status();
  }

  absl::Status AddTo(const TrustStoreEntry& entry) const {
    FLEETCA_RETURN_IF_ERROR(CheckMayWrite(folder_));
    return NameWrongPassphrase(RunStoreProgram(program_,
                                               {"-A", "-d", Database(), "-f", "/dev/fd/3", "-n",
                                                entry.place, "-t", "C,,", "-i", "/dev/fd/4"},
                                               {passphrase_.view(), entry.der}),
                               Description())
        .status();
  }

  void TakeAway(const Made& made) const {
    for (const std::string& file : made.files) {
      unlink(file.c_str());
    }
    if (made.folder) {
      rmdir(folder_.c_str());
    }
    if (!made.parent.empty()) {
      rmdir(made.parent.c_str());
    }
  }

  const StoreProgram program_ = {"certutil", "libnss3-tools"};
  const std::string folder_;
  const SecretBytes passphrase_;
};

}  // namespace

std::unique_ptr<TrustStore> MakeNssStore(const std::string& folder, SecretBytes passphrase) {
  return std::make_unique<NssStore>(folder, std::move(passphrase));
}

}  // namespace fleetca::client
