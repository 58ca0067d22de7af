#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/output_file.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/local/inspect_pkcs12.h"
#include "client/cli/local/key_file.h"
#include "client/cli/local/p12_commands.h"
#include "client/cli/local/p12_selection.h"
#include "client/cli/local/short_facts.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/passphrase_flag.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/key_facts.h"
#include "client/objects/pkcs12_reader.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Reads what OpenSSL of any age, Java, NSS (Firefox, Chromium), GnuTLS and Windows write, RC2 and triple
DES too. The chain is the certificate's issuers, nearest first, without the root; the bundle is every
root in the file. Without --key-out and the like, says what is in the file and writes nothing. The key
is written in the clear, with mode 0600, unless --key-passphrase-file says what to encrypt it by.

Examples:
  fleetca p12 import web.p12 --passphrase-file pass
  fleetca p12 import web.p12 --passphrase-file pass --key-out in.key --cert-out in.crt
  fleetca p12 import web.p12 --passphrase-file pass -o json | jq '.keys[].alias'
)help";

constexpr mode_t kSecretMode = 0600;
constexpr mode_t kPublicMode = 0644;

struct ImportFlags {
  std::string file;
  std::string key_out;
  std::string certificate_out;
  std::string chain_out;
  std::string bundle_out;
  P12Choice choice;
  std::string form = "text";
  bool force = false;
  PassphraseFlag passphrase;
  PassphraseFlag key_passphrase;
};

struct Output {
  std::string path;
  SecretBytes contents;
  mode_t mode = kPublicMode;
  Replace replace = Replace::kNothing;
};

Replace KeyReplace(const ImportFlags& flags) {
  return flags.force ? Replace::kAnything : Replace::kNothing;
}

Replace CertificateReplace(const ImportFlags& flags) {
  return flags.force ? Replace::kAllButKeys : Replace::kNothing;
}

std::vector<FlaggedOutput> OutputsOf(const ImportFlags& flags) {
  const Replace replace = CertificateReplace(flags);
  return {{"--key-out", flags.key_out, KeyReplace(flags)},
          {"--cert-out", flags.certificate_out, replace},
          {"--chain-out", flags.chain_out, replace},
          {"--bundle-out", flags.bundle_out, replace}};
}

// Whether data goes to standard output, where nothing else may be then.
bool WritesToStandardOutput(const ImportFlags& flags) {
  for (const FlaggedOutput& output : OutputsOf(flags)) {
    if (IsStandardStream(output.path)) {
      return true;
    }
  }
  return false;
}

std::string MistakeOf(const ImportFlags& flags) {
  if (flags.form == "json" && WritesToStandardOutput(flags)) {
    return "-o json does not go together with a file that is -: both would be on standard output";
  }
  if (!flags.key_passphrase.file.empty() && flags.key_out.empty()) {
    return absl::StrCat(flags.key_passphrase.name,
                        " says what --key-out is encrypted by, which is not given");
  }
  return StandardInputMistake({{"file", flags.file},
                               {flags.passphrase.name, flags.passphrase.file},
                               {flags.key_passphrase.name, flags.key_passphrase.file}});
}

absl::Status Missing(absl::string_view flag, absl::string_view what) {
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("It holds ", what, " for ", flag, "; nothing was written. Leave ", flag,
                   " away, or take another file"));
}

absl::StatusOr<Output> KeyOutput(const ImportFlags& flags, const Pkcs12Key& key) {
  Output output = {.path = flags.key_out, .mode = kSecretMode, .replace = KeyReplace(flags)};
  if (flags.key_passphrase.file.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(output.contents, EncodePrivateKey(key.key.get()));
    return output;
  }
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes passphrase,
                           ReadNewPassphrase(flags.key_passphrase, flags.key_out));
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem,
                           EncodeEncryptedPrivateKey(key.key.get(), passphrase));
  output.contents = SecretBytes(pem);
  return output;
}

absl::StatusOr<std::vector<Output>> MakeOutputs(const ImportFlags& flags, const Pkcs12& file,
                                                const P12Selection& selection) {
  std::vector<Output> outputs;
  if (!flags.key_out.empty()) {
    if (selection.key == nullptr) {
      return Missing("--key-out", file.unknown_keys.empty()
                                      ? "no private key"
                                      : absl::StrCat("no private key that is known here, but ",
                                                     absl::StrJoin(file.unknown_keys, ", ")));
    }
    FLEETCA_ASSIGN_OR_RETURN(Output key, KeyOutput(flags, *selection.key));
    outputs.push_back(std::move(key));
  }
  const Replace replace = CertificateReplace(flags);
  const auto add = [&](const std::string& path, const std::vector<std::string>& ders) {
    outputs.push_back(
        {.path = path, .contents = SecretBytes(CertificatesToPem(ders)), .replace = replace});
  };
  if (!flags.certificate_out.empty()) {
    if (selection.certificate.empty()) {
      return Missing("--cert-out",
                     selection.key == nullptr
                         ? "no private key by which to tell which certificate is meant"
                         : "no certificate of the key");
    }
    add(flags.certificate_out, {selection.certificate});
  }
  if (!flags.chain_out.empty()) {
    if (selection.chain.empty()) {
      return Missing("--chain-out", "no issuer of the certificate but a root");
    }
    add(flags.chain_out, selection.chain);
  }
  if (!flags.bundle_out.empty()) {
    if (selection.roots.empty()) {
      return Missing("--bundle-out", "no root");
    }
    add(flags.bundle_out, selection.roots);
  }
  return outputs;
}

// All of them, or none where each is new.
absl::Status WriteAll(const ImportFlags& flags, const std::vector<Output>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Output& output = outputs[i];
    const absl::Status written =
        WriteOutput(output.path, output.contents.view(), output.mode, output.replace);
    if (written.ok()) {
      continue;
    }
    for (size_t earlier = 0; earlier < i && !flags.force; ++earlier) {
      RemoveOutput(outputs[earlier].path).IgnoreError();
    }
    return written;
  }
  return absl::OkStatus();
}

// Without those that are standard output.
std::vector<std::string> FilesWritten(const ImportFlags& flags) {
  std::vector<std::string> files;
  for (const FlaggedOutput& output : OutputsOf(flags)) {
    if (!output.path.empty() && !IsStandardStream(output.path)) {
      files.push_back(output.path);
    }
  }
  return files;
}

// As every command says it: "P-256".
std::string TypeOf(const Pkcs12Key& key) {
  const absl::StatusOr<KeyFacts> facts = FactsOfKey(key.key.get());
  return facts.ok() ? facts->type : EVP_PKEY_get0_type_name(key.key.get());
}

nlohmann::ordered_json ToJson(const Pkcs12& file, const std::vector<std::string>& written) {
  nlohmann::ordered_json json = {{"mac", file.mac},
                                 {"weak", file.weak},
                                 {"without_passphrase", file.without_passphrase},
                                 {"keys", nlohmann::ordered_json::array()},
                                 {"certificates", nlohmann::ordered_json::array()},
                                 {"others", file.others},
                                 {"unknown_keys", file.unknown_keys}};
  for (const Pkcs12Key& key : file.keys) {
    json["keys"].push_back({{"alias", key.alias},
                            {"key_id", absl::BytesToHexString(key.key_id)},
                            {"type", TypeOf(key)},
                            {"encryption", key.encryption}});
  }
  for (const Pkcs12Certificate& certificate : file.certificates) {
    nlohmann::ordered_json one = {{"alias", certificate.alias},
                                  {"key_id", absl::BytesToHexString(certificate.key_id)},
                                  {"encryption", certificate.encryption},
                                  {"trusted", certificate.trusted}};
    one.update(CertificateInShort(certificate.der));
    json["certificates"].push_back(std::move(one));
  }
  json["written"] = written;
  return json;
}

std::string InTheClear(const std::string& encryption) {
  return encryption.empty() ? "in the clear" : encryption;
}

std::string ToText(const Pkcs12& file, const std::vector<std::string>& written) {
  std::string text;
  for (const Pkcs12Key& key : file.keys) {
    absl::StrAppend(
        &text, TextLine("Key", absl::StrCat(key.alias, key.alias.empty() ? "" : ", ", TypeOf(key),
                                            ", ", InTheClear(key.encryption))));
  }
  for (const Pkcs12Certificate& certificate : file.certificates) {
    absl::StrAppend(&text, TextLine("Certificate", CertificateInALine(certificate.der)));
  }
  if (file.others > 0) {
    absl::StrAppend(&text, TextLines("Passed over", PassedOver(file)));
  }
  return absl::StrCat(text, TextLine("MAC", file.mac.empty() ? "(none)" : file.mac),
                      TextLines("Written", written));
}

void SayDoubts(const Pkcs12& file) {
  for (const std::string& key : file.unknown_keys) {
    Say(absl::StrCat(key, " was passed over, as OpenSSL on this machine does not know it"));
  }
  if (file.mac.empty()) {
    Say("The file has no MAC, so nothing shows whether somebody has changed it");
  }
  if (file.weak) {
    Say("The file is encrypted, or has its MAC, by algorithms that are weak today; `fleetca p12 "
        "export` writes a modern one");
  }
}

absl::StatusOr<Pkcs12> ReadIt(const ImportFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(flags.file));
  const std::string name = NameOfInput(flags.file);
  PassphraseQuestion question(flags.passphrase, name);
  absl::StatusOr<Pkcs12> file = ReadPkcs12(contents.view(), [&question] { return question.Ask(); });
  FLEETCA_RETURN_IF_ERROR(question.refused());
  if (!file.ok()) {
    return Annotate(file.status(), name);
  }
  return file;
}

absl::Status RunImport(const ImportFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(CheckOutputs({OutputsOf(flags),
                                        {{"file", flags.file},
                                         {flags.passphrase.name, flags.passphrase.file},
                                         {flags.key_passphrase.name, flags.key_passphrase.file}}},
                                       NextStep::kMakeHere));
  bool writes = false;
  for (const FlaggedOutput& output : OutputsOf(flags)) {
    writes = writes || !output.path.empty();
  }
  FLEETCA_ASSIGN_OR_RETURN(const Pkcs12 file, ReadIt(flags));
  if (writes || !flags.choice.alias.empty() || !flags.choice.key_id.empty()) {
    const absl::StatusOr<P12Selection> selection = SelectFrom(file, flags.choice);
    if (!selection.ok()) {
      return Annotate(selection.status(), flags.file);
    }
    FLEETCA_ASSIGN_OR_RETURN(const std::vector<Output> outputs,
                             MakeOutputs(flags, file, *selection));
    FLEETCA_RETURN_IF_ERROR(WriteAll(flags, outputs));
  }
  SayDoubts(file);
  if (flags.key_passphrase.file.empty()) {
    SayInTheClear(flags.key_out);
  }
  const std::vector<std::string> written = FilesWritten(flags);
  if (WritesToStandardOutput(flags)) {
    return absl::OkStatus();
  }
  return WriteData(
      "", flags.form == "json" ? JsonToText(ToJson(file, written)) : ToText(file, written));
}

void AddOutputs(CLI::App& command, ImportFlags* flags) {
  const auto add = [&command](const char* name, std::string* path, const char* description) {
    command.add_option(name, *path, description)->type_name("FILE");
  };
  add("--key-out", &flags->key_out, "Write the private key here; - is standard output");
  add("--cert-out", &flags->certificate_out, "Write its certificate here");
  add("--chain-out", &flags->chain_out, "Write the certificate's issuers here, without the root");
  add("--bundle-out", &flags->bundle_out, "Write the roots here");
}

}  // namespace

void AddP12ImportCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("import", "Take a key and its certificates out of a PKCS#12 file");
  auto flags = std::make_shared<ImportFlags>();
  command->add_option("file", flags->file, "The PKCS#12 file (.p12, .pfx); - is standard input")
      ->type_name("FILE")
      ->required();
  AddOutputs(*command, flags.get());
  command
      ->add_option("--alias", flags->choice.alias, "Which key, where there are several: its name")
      ->type_name("NAME");
  command
      ->add_option("--key-id", flags->choice.key_id,
                   "Which key, where there are several: its identifier (localKeyId)")
      ->type_name("HEX");
  AddPassphraseFlag(*command, "passphrase-file", "The passphrase of the PKCS#12 file",
                    &flags->passphrase);
  AddPassphraseFlag(*command, "key-passphrase-file", "Encrypt --key-out by this passphrase",
                    &flags->key_passphrase);
  AddForceFlag(*command, &flags->force);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = MistakeOf(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunImport(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
