#include "client/cli/local/keystore_install.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/key_holder.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "client/cli/local/p12_selection.h"
#include "client/objects/pkcs12_reader.h"
#include "client/objects/pkcs12_writer.h"

namespace fleetca::client {

namespace {

// What is in the file, for a store.
struct ReadyKeystore {
  SecretBytes pkcs12;      // of today's form, whatever the file was of
  SecretBytes passphrase;  // its own
  std::string name;        // under which programs show it
  std::string certificate_der;
  std::vector<std::string> chain_der;
};

absl::StatusOr<ReadyKeystore> ReadForStore(const std::string& path, const std::string& name,
                                           const PassphraseFlag& passphrase) {
  FLEETCA_ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  const absl::Cleanup wipe = [&contents] { WipeString(contents); };
  ReadyKeystore ready;
  FLEETCA_ASSIGN_OR_RETURN(ready.passphrase, ReadPassphrase(passphrase, path));
  const absl::StatusOr<Pkcs12> file = ReadPkcs12(
      contents,
      [&ready]() -> absl::StatusOr<SecretBytes> { return SecretBytes(ready.passphrase.view()); });
  if (!file.ok()) {
    return Annotate(file.status(), path);
  }
  const absl::StatusOr<P12Selection> selection = SelectFrom(*file, P12Choice());
  if (!selection.ok()) {
    return Annotate(selection.status(), path);
  }
  if (selection->key == nullptr || selection->certificate.empty()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path,
                     " holds no key with a certificate; a root in it is installed once it is out: "
                     "fleetca p12 import --bundle-out"));
  }
  ready.certificate_der = selection->certificate;
  ready.chain_der = selection->chain;
  ready.name = !name.empty()                    ? name
               : !selection->key->alias.empty() ? selection->key->alias
                                                : std::filesystem::path(path).stem().string();
  FLEETCA_ASSIGN_OR_RETURN(ready.pkcs12,
                           EncodeKeystore(selection->key->key.get(), selection->certificate,
                                          selection->chain, ready.name, ready.passphrase));
  return ready;
}

absl::Status CheckHoldsKeys(const TrustStore& store, const std::string& path) {
  return store.HoldsKeys()
             ? absl::OkStatus()
             : FailedPrecondition(
                   Reason::kFileInvalid,
                   absl::StrCat(path, " is a keystore, and ", store.Description(),
                                " is for roots; --nss-db puts its key into an NSS database, Java "
                                "takes the file as a keystore as it is, and its root comes out by: "
                                "fleetca p12 import ",
                                path, " --bundle-out root.pem"));
}

// The entries that hold this certificate with its key.
absl::StatusOr<std::vector<TrustStoreEntry>> FindKeyEntries(TrustStore& store,
                                                            absl::string_view sha256) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<TrustStoreEntry> entries, store.KeyEntries());
  const auto is_other = [sha256](const TrustStoreEntry& entry) {
    return HexSha256(entry.der) != sha256;
  };
  entries.erase(std::remove_if(entries.begin(), entries.end(), is_other), entries.end());
  return entries;
}

// Of the issuers that came with the key, those that are there.
absl::StatusOr<std::vector<std::string>> WhatStays(TrustStore& store,
                                                   const std::vector<std::string>& chain_der) {
  std::vector<std::string> sentences;
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<TrustStoreEntry> issuers, store.IssuerEntries());
  for (const TrustStoreEntry& issuer : issuers) {
    if (std::find(chain_der.begin(), chain_der.end(), issuer.der) != chain_der.end()) {
      sentences.push_back(absl::StrCat(
          "the issuer's certificate \"", issuer.place,
          "\", which nobody trusts for itself, stays for others of its certificates; it goes by: ",
          store.CommandToRemove(issuer, /*with_key=*/false)));
    }
  }
  return sentences;
}

}  // namespace

bool IsKeystore(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return false;
  }
  absl::StatusOr<std::string> contents = ReadFile(path);
  if (!contents.ok()) {
    return false;
  }
  const bool is_keystore = KeyHolderOf(*contents) == KeyHolder::kKeystore;
  WipeString(*contents);
  return is_keystore;
}

absl::StatusOr<KeystoreChange> InstallKeystore(TrustStore& store, const std::string& path,
                                               const std::string& name,
                                               const PassphraseFlag& passphrase, bool dry_run) {
  FLEETCA_RETURN_IF_ERROR(CheckHoldsKeys(store, path));
  FLEETCA_ASSIGN_OR_RETURN(const ReadyKeystore keystore, ReadForStore(path, name, passphrase));
  KeystoreChange change = {.sha256 = HexSha256(keystore.certificate_der)};
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<TrustStoreEntry> there,
                           FindKeyEntries(store, change.sha256));
  for (const TrustStoreEntry& entry : there) {
    change.places.push_back(entry.place);
  }
  if (!there.empty()) {
    return change;
  }
  if (!dry_run) {
    FLEETCA_RETURN_IF_ERROR(store.AddKeystore(keystore.pkcs12.view(), keystore.passphrase.view()));
  }
  change.places.push_back(keystore.name);
  change.changed = true;
  return change;
}

absl::StatusOr<KeystoreChange> UninstallKeystore(TrustStore& store, const std::string& path,
                                                 const PassphraseFlag& passphrase, bool dry_run) {
  FLEETCA_RETURN_IF_ERROR(CheckHoldsKeys(store, path));
  FLEETCA_ASSIGN_OR_RETURN(const ReadyKeystore keystore, ReadForStore(path, "", passphrase));
  FLEETCA_RETURN_IF_ERROR(CheckIsThere(store));
  KeystoreChange change = {.sha256 = HexSha256(keystore.certificate_der)};
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<TrustStoreEntry> there,
                           FindKeyEntries(store, change.sha256));
  for (const TrustStoreEntry& entry : there) {
    if (!dry_run) {
      FLEETCA_RETURN_IF_ERROR(store.RemoveWithKey(entry));
    }
    change.places.push_back(entry.place);
    change.changed = true;
  }
  FLEETCA_ASSIGN_OR_RETURN(change.stays, WhatStays(store, keystore.chain_der));
  return change;
}

absl::Status CheckHoldsNoKeyOf(TrustStore& store, absl::string_view sha256) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<TrustStoreEntry> there, FindKeyEntries(store, sha256));
  if (there.empty()) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("Under the nickname \"", there.front().place, "\" ", store.Description(),
                   " holds the private key of this certificate, maybe the only copy; uninstall "
                   "the PKCS#12 file that it came from, or take both out by: ",
                   store.CommandToRemove(there.front(), /*with_key=*/true),
                   ". Nothing was changed"));
}

}  // namespace fleetca::client
