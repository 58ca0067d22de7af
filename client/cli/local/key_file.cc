#include "client/cli/local/key_file.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/output_check.h"
#include "base/output_file.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/key_facts.h"

namespace fleetca::client {
namespace {

constexpr mode_t kKeyMode = 0600;
KeyDerivation DerivationOf(const KeyOutput& output) {
  return output.derivation == "pbkdf2" ? KeyDerivation::kPbkdf2 : KeyDerivation::kScrypt;
}

Replace ReplaceOf(const KeyOutput& output) {
  return output.force ? Replace::kAnything : Replace::kNothing;
}

// Only of regular files: what else there is has its own rules.
void SayWhereOthersMayRead(const std::string& path) {
  struct stat info;
  if (!IsStandardStream(path) && stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
      (info.st_mode & (S_IRGRP | S_IROTH)) != 0) {
    Say(absl::StrCat("others than its owner may read ", path,
                     ", which holds a private key in the clear; run: chmod 600 ", path));
  }
}

}  // namespace

std::string NameOfOutput(const KeyOutput& output) {
  return IsStandardStream(output.file) ? "the new key" : output.file;
}

absl::StatusOr<ReadKey> ReadKeyFile(const std::string& path, const PassphraseFlag& passphrase) {
  // Not ReadSecretFile: a key that others may read is to be looked at, and to be encrypted, too.
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(path));
  const std::string name = NameOfInput(path);
  PassphraseQuestion question(passphrase, name);
  absl::StatusOr<ReadKey> read =
      ReadPrivateKey(contents.view(), [&question] { return question.Ask(); });
  FLEETCA_RETURN_IF_ERROR(question.refused());
  if (!read.ok()) {
    return Annotate(read.status(), name);
  }
  if (read->encryption.empty()) {
    SayWhereOthersMayRead(path);
  }
  if (read->broken_encryption) {
    Say(absl::StrCat(name, " is encrypted by ", read->encryption,
                     ", which protects it little; encrypt it anew by fleetca key encrypt"));
  }
  return read;
}

void AddKeyInput(CLI::App& command, std::string* file) {
  command.add_option("file", *file, "The private key, PEM or DER; - is standard input")
      ->type_name("FILE")
      ->required();
}

CLI::Option* AddKeyTypeOption(CLI::App& command, const std::string& name,
                              const std::string& description, std::string* type) {
  return command
      .add_option(name, *type,
                  absl::StrCat(description, ": p256, p384, rsa2048, rsa3072, rsa4096 or ed25519"))
      ->type_name("TYPE")
      ->check(CLI::IsMember({"p256", "p384", "rsa2048", "rsa3072", "rsa4096", "ed25519"}), "");
}

void AddKeyOutputFlags(CLI::App& command, KeyOutput* output) {
  command
      .add_option("--out", output->file,
                  "Write the key to this file, PEM, with mode 0600; - is standard output")
      ->type_name("FILE")
      ->required();
  AddForceFlag(command, &output->force);
}

void AddDerivationFlag(CLI::App& command, KeyOutput* output) {
  command
      .add_option("--kdf", output->derivation,
                  "How the cipher's key is made of the passphrase: scrypt, which is dear to guess "
                  "against, or pbkdf2 for programs that do not know scrypt")
      ->type_name("KDF")
      ->check(CLI::IsMember({"scrypt", "pbkdf2"}), "")
      ->default_str("scrypt");
}

std::string KeyOutputMistake(const KeyOutput& output, absl::string_view form) {
  return IsStandardStream(output.file) && form == "json"
             ? "--out - writes the key to standard output, where -o json writes its answer; give "
               "the key a file"
             : "";
}

FlaggedOutput FlaggedKeyOutput(const KeyOutput& output, const std::string& flag) {
  return {flag, output.file, ReplaceOf(output)};
}

std::string EncryptionOf(const KeyOutput& output) {
  return DerivationOf(output) == KeyDerivation::kScrypt ? "PBES2, scrypt, AES-256-CBC"
                                                        : "PBES2, PBKDF2, AES-256-CBC";
}

absl::Status WriteKey(const EVP_PKEY* key, const std::optional<SecretBytes>& passphrase,
                      const KeyOutput& output) {
  SecretBytes pem;
  if (passphrase.has_value()) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string encrypted,
                             EncodeEncryptedPrivateKey(key, *passphrase, DerivationOf(output)));
    pem = SecretBytes(encrypted);
  } else {
    FLEETCA_ASSIGN_OR_RETURN(pem, EncodePrivateKey(key));
  }
  return IsStandardStream(output.file)
             ? WriteData("", pem.view())
             : WriteOutput(output.file, pem.view(), kKeyMode, ReplaceOf(output));
}

void SayInTheClear(const std::string& path) {
  if (!path.empty() && !IsStandardStream(path)) {
    Say(absl::StrCat(path,
                     " holds the key in the clear, with mode 0600: whoever reads it has the key"));
  }
}

absl::StatusOr<nlohmann::ordered_json> KeyToJson(const EVP_PKEY* key, const std::string& file,
                                                 KeyForm form, absl::string_view encryption) {
  FLEETCA_ASSIGN_OR_RETURN(const KeyFacts facts, FactsOfKey(key));
  return nlohmann::ordered_json{{"file", file},
                                {"type", facts.type},
                                {"strength_bits", facts.strength_bits},
                                {"sha256", facts.sha256},
                                {"form", std::string(KeyFormName(form))},
                                {"encryption", std::string(encryption)}};
}

absl::StatusOr<std::string> KeyToText(const EVP_PKEY* key, KeyForm form,
                                      absl::string_view encryption) {
  FLEETCA_ASSIGN_OR_RETURN(const KeyFacts facts, FactsOfKey(key));
  return absl::StrCat(
      "Private key\n", TextLine("Type", facts.type),
      TextLine("Strength", absl::StrCat(facts.strength_bits, " bits")),
      TextLine("SHA-256", facts.sha256), TextLine("Form", KeyFormName(form)),
      TextLine("Encryption",
               encryption.empty() ? "none: whoever reads the file has the key" : encryption));
}

absl::Status AnswerWritten(const EVP_PKEY* key, const KeyOutput& output,
                           absl::string_view encryption, absl::string_view form) {
  if (IsStandardStream(output.file)) {
    return absl::OkStatus();
  }
  const KeyForm key_form = encryption.empty() ? KeyForm::kPkcs8 : KeyForm::kEncryptedPkcs8;
  if (form == "json") {
    FLEETCA_ASSIGN_OR_RETURN(const nlohmann::ordered_json json,
                             KeyToJson(key, output.file, key_form, encryption));
    return WriteData("", JsonToText(json));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, KeyToText(key, key_form, encryption));
  return WriteData("", text);
}

}  // namespace fleetca::client
