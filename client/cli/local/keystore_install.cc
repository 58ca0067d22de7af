#include "client/cli/local/keystore_install.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/key_holder.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "client/cli/local/p12_selection.h"
#include "client/objects/pkcs12_reader.h"
#include "client/objects/pkcs12_writer.h"

namespace fleetca::client {

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

absl::StatusOr<StoreReadyKeystore> ReadForStore(const std::string& path, const std::string& name,
                                                const PassphraseFlag& passphrase) {
  FLEETCA_ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  const absl::Cleanup wipe = [&contents] { WipeString(contents); };
  StoreReadyKeystore ready;
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
  ready.sha256 = HexSha256(selection->certificate);
  ready.name = !name.empty()                    ? name
               : !selection->key->alias.empty() ? selection->key->alias
                                                : std::filesystem::path(path).stem().string();
  FLEETCA_ASSIGN_OR_RETURN(ready.pkcs12,
                           EncodeKeystore(selection->key->key.get(), selection->certificate,
                                          selection->chain, ready.name, ready.passphrase));
  return ready;
}

}  // namespace fleetca::client
