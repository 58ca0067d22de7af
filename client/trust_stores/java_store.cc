#include "client/trust_stores/java_store.h"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/trust_stores/store_program.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr size_t kShownDigits = 8;

StoreProgram Keytool() { return {"keytool", "default-jre-headless"}; }

// The links of Debian's alternatives lead to <java>/bin/keytool.
absl::StatusOr<std::string> CacertsOf(const std::string& keytool) {
  char real[PATH_MAX];
  std::string found;
  if (realpath(keytool.c_str(), real) != nullptr) {
    const std::string folder(absl::StripSuffix(absl::string_view(real), "/bin/keytool"));
    if (realpath(absl::StrCat(folder, "/lib/security/cacerts").c_str(), real) != nullptr) {
      found = real;
    }
  }
  if (found.empty()) {
    return FailedPrecondition(Reason::kFileMissing,
                              absl::StrCat("There is no lib/security/cacerts beside ", keytool,
                                           "; say which keystore is meant by --java-keystore"));
  }
  return found;
}

// What `keytool -list -rfc` says of certificates that are trusted.
std::vector<TrustStoreEntry> ParseList(absl::string_view list) {
  constexpr absl::string_view kAlias = "Alias name: ";
  std::vector<TrustStoreEntry> entries;
  std::vector<absl::string_view> parts = absl::StrSplit(list, kAlias);
  for (size_t i = 1; i < parts.size(); ++i) {
    const absl::string_view alias =
        absl::StripAsciiWhitespace(parts[i].substr(0, parts[i].find('\n')));
    const auto der = x509::DecodeOnePem(x509::kPemCertificate, parts[i]);
    if (absl::StrContains(parts[i], "Entry type: trustedCertEntry") && der.ok()) {
      entries.push_back({std::string(alias), *der});
    }
  }
  return entries;
}

class JavaStore : public TrustStore {
 public:
  JavaStore(const std::string& path, SecretBytes passphrase)
      : path_(path), passphrase_(std::move(passphrase)) {}

  std::string Description() const override { return absl::StrCat("the Java keystore ", path_); }

  bool IsThere() const override { return access(path_.c_str(), F_OK) == 0; }

  absl::StatusOr<std::vector<TrustStoreEntry>> Entries() override {
    if (!IsThere()) {
      return std::vector<TrustStoreEntry>();
    }
    FLEETCA_ASSIGN_OR_RETURN(const std::string list, Run({"-list", "-rfc"}, ""));
    return ParseList(list);
  }

  // keytool writes aliases in lower case.
  std::string PlaceFor(absl::string_view name, absl::string_view sha256) const override {
    return absl::AsciiStrToLower(absl::StrCat(name, "-", sha256.substr(0, kShownDigits)));
  }

  // keytool makes the keystore where there is none.
  absl::Status Add(const TrustStoreEntry& entry) override {
    FLEETCA_RETURN_IF_ERROR(CheckMayWrite(IsThere() ? path_ : FolderOf(path_)));
    return Run({"-importcert", "-noprompt", "-alias", entry.place, "-file", "/dev/fd/4"}, entry.der)
        .status();
  }

  absl::Status Remove(const TrustStoreEntry& entry) override {
    FLEETCA_RETURN_IF_ERROR(CheckMayWrite(path_));
    return Run({"-delete", "-alias", entry.place}, "").status();
  }

 private:
  absl::StatusOr<std::string> Run(std::vector<std::string> arguments,
                                  absl::string_view certificate) const {
    arguments.insert(arguments.end(),
                     {"-keystore", path_, "-storepass:file", "/dev/fd/3", "-J-Duser.language=en"});
    const absl::string_view passphrase =
        passphrase_.empty() ? absl::string_view("changeit") : passphrase_.view();
    return NameWrongPassphrase(RunStoreProgram(Keytool(), arguments, {passphrase, certificate}),
                               Description());
  }

  const std::string path_;
  const SecretBytes passphrase_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TrustStore>> MakeJavaStore(const std::string& path,
                                                          SecretBytes passphrase) {
  if (!path.empty() && access(FolderOf(path).c_str(), F_OK) != 0) {
    return FailedPrecondition(Reason::kFileMissing,
                              absl::StrCat("There is no keystore ", path,
                                           " and no folder in which to make it; look at "
                                           "the path, or make the folder. Nothing was changed"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string keytool, FindStoreProgram(Keytool()));
  std::string keystore = path;
  if (keystore.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(keystore, CacertsOf(keytool));
  }
  return std::make_unique<JavaStore>(keystore, std::move(passphrase));
}

}  // namespace fleetca::client
