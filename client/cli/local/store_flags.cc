#include "client/cli/local/store_flags.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "client/trust_stores/java_store.h"
#include "client/trust_stores/nss_store.h"
#include "client/trust_stores/system_store.h"

namespace fleetca::client {

void AddStoreFlags(CLI::App& command, StoreFlags* flags) {
  command
      .add_option("--store", flags->store,
                  "system (Debian's, the default), java (the JVM's cacerts) or nss (Chromium)")
      ->type_name("STORE")
      ->check(CLI::IsMember({"system", "java", "nss"}), "");
  command
      .add_option("--root", flags->root,
                  "The system below this folder, such as an image's, instead of this machine's")
      ->type_name("DIR");
  command
      .add_option("--nss-db", flags->nss_folder,
                  "The folder of the NSS database, instead of ~/.pki/nssdb")
      ->type_name("DIR");
  command
      .add_option("--java-keystore", flags->java_keystore,
                  "This keystore, instead of the JVM's cacerts")
      ->type_name("FILE");
  AddPassphraseFlag(command, "passphrase-file",
                    "The passphrase of the Java keystore (changeit without this) or the NSS "
                    "database (empty without this)",
                    &flags->passphrase);
}

std::string StoreNameOf(const StoreFlags& flags) {
  return !flags.store.empty()           ? flags.store
         : !flags.nss_folder.empty()    ? "nss"
         : !flags.java_keystore.empty() ? "java"
                                        : "system";
}

std::string StoreFlagsMistake(const StoreFlags& flags) {
  const std::string store = StoreNameOf(flags);
  const auto mistake = [&store](const char* flag, const char* wanted) {
    return absl::StrCat(flag, " goes with --store ", wanted, ", not with --store ", store);
  };
  if (!flags.root.empty() && store != "system") {
    return mistake("--root", "system");
  }
  if (!flags.nss_folder.empty() && store != "nss") {
    return mistake("--nss-db", "nss");
  }
  if (!flags.java_keystore.empty() && store != "java") {
    return mistake("--java-keystore", "java");
  }
  if (!flags.passphrase.file.empty() && store == "system") {
    return mistake(flags.passphrase.name.c_str(), "java or nss");
  }
  return "";
}

absl::StatusOr<std::unique_ptr<TrustStore>> OpenStore(const StoreFlags& flags) {
  const std::string store = StoreNameOf(flags);
  if (store == "system") {
    return MakeSystemStore(flags.root);
  }
  SecretBytes passphrase;
  if (!flags.passphrase.file.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(passphrase, ReadPassphrase(flags.passphrase, "the store"));
  }
  if (store == "java") {
    return MakeJavaStore(flags.java_keystore, std::move(passphrase));
  }
  std::string folder = flags.nss_folder;
  if (folder.empty()) {
    const char* const home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') {
      return FailedPrecondition(Reason::kFileInvalid,
                                "There is no HOME in the environment; say where the database is by "
                                "--nss-db");
    }
    folder = absl::StrCat(home, "/.pki/nssdb");
  }
  return MakeNssStore(folder, std::move(passphrase));
}

}  // namespace fleetca::client
