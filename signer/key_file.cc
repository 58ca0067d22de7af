#include "signer/key_file.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "base/text.h"

namespace fleetca::signer {
namespace {

constexpr mode_t kKeyFileMode = 0600;

absl::StatusOr<SecretBytes> ReadCredential(const std::string& name) {
  // The name comes from the configuration and must not lead out of the folder.
  if (name == "." || name == ".." || absl::StrContains(name, '/') ||
      absl::StrContains(name, '\0')) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("\"", name, "\" is not the name of a systemd credential: it is a path"));
  }
  const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("The systemd credential ", name,
                     " cannot be read: CREDENTIALS_DIRECTORY is not set; run as a systemd service "
                     "with LoadCredential=",
                     name, ":<path>"));
  }
  return ReadCredentialFile(absl::StrCat(folder, "/", name));
}

// Editors end a file with a newline; it is not meant to be part of the passphrase.
absl::string_view WithoutNewline(absl::string_view text) {
  if (absl::ConsumeSuffix(&text, "\n")) {
    absl::ConsumeSuffix(&text, "\r");
  }
  return text;
}

}  // namespace

absl::StatusOr<SecretBytes> ReadPassphrase(const PassphraseSource& source) {
  if (source.file.empty() == source.systemd_credential.empty()) {
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("The passphrase of the key must come from a file or from a systemd "
                     "credential, and ",
                     source.file.empty() ? "neither is set" : "both are set"));
  }
  absl::StatusOr<SecretBytes> contents =
      source.file.empty() ? ReadCredential(source.systemd_credential) : ReadSecretFile(source.file);
  FLEETCA_RETURN_IF_ERROR(contents.status());
  const std::string& name = source.file.empty() ? source.systemd_credential : source.file;
  const absl::StatusOr<absl::string_view> text = TextOf(contents->view());
  if (!text.ok()) {
    return FailedPrecondition(
        Reason::kPassphraseInvalid,
        absl::StrCat("The passphrase in ", name, " cannot be read: ", text.status().message()));
  }
  const absl::string_view passphrase = WithoutNewline(*text);
  if (passphrase.empty()) {
    return FailedPrecondition(Reason::kPassphraseInvalid,
                              absl::StrCat("The passphrase in ", name, " is empty"));
  }
  return SecretBytes(passphrase);
}

absl::StatusOr<EvpPkeyPtr> ReadKeyFile(const KeyFile& file) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes pem, ReadSecretFile(file.path));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes secret, ReadPassphrase(file.passphrase));
  absl::StatusOr<EvpPkeyPtr> key = DecodeEncryptedPrivateKey(pem.view(), secret);
  if (!key.ok()) {
    return Annotate(key.status(), file.path);
  }
  return key;
}

absl::Status WriteKeyFile(absl::string_view path, const EVP_PKEY* key,
                          const SecretBytes& passphrase) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, EncodeEncryptedPrivateKey(key, passphrase));
  return WriteNewFile(path, pem, kKeyFileMode);
}

}  // namespace fleetca::signer
