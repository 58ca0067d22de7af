#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/output_file.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/local/chain_input.h"
#include "client/cli/local/key_file.h"
#include "client/cli/local/p12_commands.h"
#include "client/cli/local/short_facts.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/passphrase_flag.h"
#include "client/objects/certificate_chain.h"
#include "client/objects/pkcs12_writer.h"
#include "client/objects/private_key_reader.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
The file is encrypted by PBES2 with AES-256-CBC and has a MAC of SHA-256. Java before 8u301, Windows
before 10 (1709), macOS before 15 and old browsers cannot read that: for those there is --legacy.
Further certificates of --cert, and those of --chain, go into the file where they are the
certificate's issuers, in order; others are left out.

Examples:
  fleetca p12 export --key web.key --cert web.crt --passphrase-file pass --out web.p12
  fleetca p12 export --key web.key --cert web.crt --chain ca --name web --passphrase-file pass --out web.p12 --force
  fleetca p12 export --key web.key --cert web.crt --legacy --passphrase-file pass --out old.p12
  fleetca p12 export --key web.key --cert web.crt --passphrase-file pass --out new.p12 -o json | jq .encryption
)help";

constexpr mode_t kSecretMode = 0600;

struct ExportFlags {
  std::string key;
  std::string certificate;
  std::vector<std::string> chain;
  std::string name;
  std::string out;
  std::string form = "text";
  bool legacy = false;
  bool force = false;
  PassphraseFlag passphrase;
  PassphraseFlag key_passphrase;
};

struct Content {
  EvpPkeyPtr key;
  std::string certificate;
  std::vector<std::string> issuers;
};

Replace ReplaceOf(const ExportFlags& flags) {
  return flags.force ? Replace::kAllButSingleKeys : Replace::kNothing;
}

std::vector<FlaggedFile> InputsOf(const ExportFlags& flags) {
  std::vector<FlaggedFile> inputs = {{"--key", flags.key},
                                     {"--cert", flags.certificate},
                                     {flags.passphrase.name, flags.passphrase.file},
                                     {flags.key_passphrase.name, flags.key_passphrase.file}};
  for (const std::string& path : flags.chain) {
    inputs.push_back({"--chain", path});
  }
  return inputs;
}

std::string MistakeOf(const ExportFlags& flags) {
  if (IsStandardStream(flags.out) && flags.form == "json") {
    return "-o json and --out - do not go together: both would be on standard output";
  }
  if (const std::string shown = EscapeForDisplay(flags.name); shown != flags.name) {
    return absl::StrCat("--name \"", shown,
                        "\" has octets that are not UTF-8, or characters that cannot be shown; "
                        "give a name of letters");
  }
  return StandardInputMistake(InputsOf(flags));
}

// Says how many certificates of --cert, beside the first, are not issuers of it.
void SayLeftOut(const ExportFlags& flags, const std::vector<std::string>& others,
                const std::vector<std::string>& issuers) {
  const auto count =
      std::count_if(others.begin(), others.end(), [&issuers](const std::string& der) {
        return std::find(issuers.begin(), issuers.end(), der) == issuers.end();
      });
  if (count > 0) {
    Say(absl::StrCat(count,
                     count == 1 ? " certificate was left out: it is not an issuer of "
                                : " certificates were left out: they are not issuers of ",
                     "the first one in ", flags.certificate));
  }
}

absl::StatusOr<std::vector<std::string>> FindIssuers(const ExportFlags& flags,
                                                     std::vector<std::string> others) {
  const std::string certificate = others.front();
  others.erase(others.begin());
  std::vector<std::string> given = others;
  for (const std::string& path : flags.chain) {
    FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> chain, ReadCertificatesAt(path));
    std::move(chain.begin(), chain.end(), std::back_inserter(given));
  }
  std::vector<std::string> issuers = IssuersOf(certificate, given);
  if (!flags.chain.empty() && issuers.empty() && !IsItsOwnIssuer(certificate)) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(absl::StrJoin(flags.chain, ", "), flags.chain.size() == 1 ? " holds" : " hold",
                     " no issuer of the certificate in ", flags.certificate,
                     "; `fleetca cert inspect` shows who issued it. Give its issuer's certificate, "
                     "or leave --chain away"));
  }
  SayLeftOut(flags, others, issuers);
  return issuers;
}

absl::StatusOr<Content> ReadContent(const ExportFlags& flags) {
  Content content;
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> certificates,
                           ReadCertificatesAt(flags.certificate));
  content.certificate = certificates.front();
  FLEETCA_ASSIGN_OR_RETURN(ReadKey read, ReadKeyFile(flags.key, flags.key_passphrase));
  content.key = std::move(read.key);
  const std::string of_key = PublicKeyFingerprint(content.key.get());
  const std::string of_certificate = PublicKeyFingerprint(content.certificate);
  if (of_key != of_certificate || of_key.empty()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(
            "The key ", flags.key, " is not the key of the first certificate in ",
            flags.certificate, ": the SHA-256 of its public key is ", of_key,
            ", and that of the certificate's is ", of_certificate,
            "; give the key of that certificate, or a file in which the certificate of the "
            "key stands first. Nothing was written"));
  }
  FLEETCA_ASSIGN_OR_RETURN(content.issuers, FindIssuers(flags, std::move(certificates)));
  return content;
}

// Programs agree on the octets of printable ASCII alone.
void SayOfPassphrase(const SecretBytes& passphrase) {
  const absl::string_view text = passphrase.view();
  if (std::any_of(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; })) {
    Say("The passphrase is not of ASCII alone; old programs take such a passphrase for another "
        "one");
  }
}

absl::Status Report(const ExportFlags& flags, const Content& content) {
  const std::string encryption =
      flags.legacy ? "PBE-SHA1-3DES, MAC of SHA-1" : "PBES2, AES-256-CBC, MAC of SHA-256";
  if (flags.legacy) {
    Say("--legacy: triple DES and SHA-1 are weak. Give the file only to what cannot read the "
        "modern form, with a long passphrase, and delete it afterwards");
  }
  if (IsStandardStream(flags.out)) {
    return absl::OkStatus();
  }
  if (flags.form == "json") {
    nlohmann::ordered_json json = {{"file", flags.out},
                                   {"name", flags.name},
                                   {"legacy", flags.legacy},
                                   {"encryption", encryption},
                                   {"certificate", CertificateInShort(content.certificate)},
                                   {"issuers", nlohmann::ordered_json::array()}};
    for (const std::string& issuer : content.issuers) {
      json["issuers"].push_back(CertificateInShort(issuer));
    }
    return WriteData("", JsonToText(json));
  }
  std::vector<std::string> issuers;
  for (const std::string& issuer : content.issuers) {
    issuers.push_back(CertificateInALine(issuer));
  }
  return WriteData("",
                   absl::StrCat(TextLine("File", flags.out),
                                TextLine("Key of", CertificateInALine(content.certificate)),
                                TextLines("Issuers", issuers), TextLine("Encryption", encryption)));
}

absl::Status RunExport(const ExportFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(
      CheckOutputs({.outputs = {{"--out", flags.out, ReplaceOf(flags)}}, .inputs = InputsOf(flags)},
                   NextStep::kMakeHere));
  FLEETCA_ASSIGN_OR_RETURN(const Content content, ReadContent(flags));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes passphrase,
                           ReadNewPassphrase(flags.passphrase, flags.out));
  SayOfPassphrase(passphrase);
  FLEETCA_ASSIGN_OR_RETURN(
      const SecretBytes octets,
      EncodeKeystore(content.key.get(), content.certificate, content.issuers, flags.name,
                     passphrase, flags.legacy ? Pkcs12Strength::kLegacy : Pkcs12Strength::kModern));
  FLEETCA_RETURN_IF_ERROR(WriteOutput(flags.out, octets.view(), kSecretMode, ReplaceOf(flags)));
  return Report(flags, content);
}

void AddFiles(CLI::App& command, ExportFlags* flags) {
  command
      .add_option("--key", flags->key,
                  "The private key, PEM or DER, encrypted or not; - is standard input")
      ->type_name("FILE")
      ->required();
  command
      .add_option("--cert", flags->certificate,
                  "Its certificate, and others that belong to it after it; - is standard input")
      ->type_name("FILE")
      ->required();
  command
      .add_option("--chain", flags->chain,
                  "A file or a folder of certificates among which the issuers are; may be repeated")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command.add_option("--out", flags->out, "Write the PKCS#12 file here; - is standard output")
      ->type_name("FILE")
      ->required();
}

}  // namespace

void AddP12ExportCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("export", "Put a key and its certificates into a PKCS#12 file");
  auto flags = std::make_shared<ExportFlags>();
  AddFiles(*command, flags.get());
  command
      ->add_option("--name", flags->name,
                   "Under which programs show it: Java's alias, NSS's nickname")
      ->type_name("NAME");
  command->add_flag("--legacy", flags->legacy,
                    "Triple DES and SHA-1, for Java before 8u301 and old Windows: weak");
  AddPassphraseFlag(*command, "passphrase-file", "The passphrase of the new file",
                    &flags->passphrase);
  AddPassphraseFlag(*command, "key-passphrase-file", "The passphrase of --key, where it has one",
                    &flags->key_passphrase);
  AddForceFlag(*command, &flags->force);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = MistakeOf(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunExport(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
