#include "client/cli/local/key_source.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "x509/public_key.h"

namespace fleetca::client {

namespace {

bool PrintsToo(const OutputFlags& output) {
  return output.file.empty() || IsStandardStream(output.file) || output.form != "pem";
}

// Curves by their names and points as x and y, however the file has them: that is the same key.
void TakeUsualForm(EVP_PKEY* key) {
  const ScopedOpenSslErrorQueue queue;
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_GROUP);
    EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                   OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
  }
}

// Whether any CA of fleetca takes it.
absl::Status CheckKey(const EVP_PKEY* key) {
  const ScopedOpenSslErrorQueue queue;
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key));
  FLEETCA_ASSIGN_OR_RETURN(const x509::PublicKey parsed, x509::ParsePublicKey(spki, "--key"));
  return x509::CheckPublicKey(parsed, "--key");
}

}  // namespace

void AddKeySourceFlags(CLI::App& command, KeySource* source) {
  CLI::Option_group* group = command.add_option_group("Key", "Where the key comes from");
  group->add_option("--key", source->key, "The private key, PEM or DER; - is standard input")
      ->type_name("FILE");
  AddKeyTypeOption(*group, "--new-key", "Make a key", &source->new_key);
  group->require_option(1);
  AddPassphraseFlag(command, "passphrase-file",
                    "The passphrase of --key, in the first line of this file", &source->passphrase);
  command
      .add_option("--key-out", source->output.file,
                  "Write the new key to this file, with mode 0600; - is standard output")
      ->type_name("FILE");
  AddKeyLockFlags(command, &source->lock);
}

std::string KeySourceMistake(const KeySource& source, const OutputFlags& output) {
  if (!source.new_key.empty() && source.output.file.empty()) {
    return "--new-key needs --key-out FILE, where the private key goes";
  }
  if (source.new_key.empty() && !source.output.file.empty()) {
    return "--key-out is for the key that --new-key makes; --key is there already";
  }
  if (IsStandardStream(source.output.file) && PrintsToo(output)) {
    return "--key-out - writes the key to standard output, where --out or -o writes too; give the "
           "key a file";
  }
  // It would lock nothing, and who gives it believes that the new key is locked.
  if (!source.new_key.empty() && !source.passphrase.file.empty()) {
    return absl::StrCat(source.passphrase.name,
                        " is the passphrase of a key that --key names; the new key gets one by ",
                        source.lock.passphrase.name);
  }
  if (std::string mistake = KeyLockMistake(source.lock, !source.new_key.empty(), "--new-key");
      !mistake.empty()) {
    return mistake;
  }
  return StandardInputMistake(KeySourceInputs(source));
}

std::vector<FlaggedFile> KeySourceInputs(const KeySource& source) {
  return {{"--key", source.key},
          {source.passphrase.name, source.passphrase.file},
          {source.lock.passphrase.name, source.lock.passphrase.file}};
}

absl::StatusOr<SourcedKey> TakeKey(const KeySource& source) {
  SourcedKey taken;
  if (source.new_key.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(ReadKey read, ReadKeyFile(source.key, source.passphrase));
    TakeUsualForm(read.key.get());
    if (const absl::Status usable = CheckKey(read.key.get()); !usable.ok()) {
      return Annotate(usable, NameOfInput(source.key));
    }
    taken.key = std::move(read.key);
    return taken;
  }
  FLEETCA_ASSIGN_OR_RETURN(taken.passphrase, ReadKeyLock(source.lock, NameOfOutput(source.output)));
  FLEETCA_ASSIGN_OR_RETURN(taken.key, GeneratePrivateKey(*ParseKeyType(source.new_key)));
  return taken;
}

absl::Status WriteNewKey(const KeySource& source, const SourcedKey& key) {
  return source.new_key.empty() ? absl::OkStatus()
                                : WriteKey(key.key.get(), key.passphrase, source.output);
}

}  // namespace fleetca::client
