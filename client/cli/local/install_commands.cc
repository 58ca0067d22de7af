#include "client/cli/local/install_commands.h"

#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/clock.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/openssl.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/foreign_certificate.h"
#include "client/cli/local/chain_input.h"
#include "client/cli/local/keystore_install.h"
#include "client/cli/local/store_flags.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/objects/certificate_chain.h"
#include "client/trust_stores/trust_store.h"
#include "x509/certificate.h"
#include "x509/name.h"

namespace fleetca::client {
namespace {

constexpr char kInstallExamples[] = R"help(
Only the certificate of a CA that is its own issuer and is in force is installed: whoever holds its
key can then make a certificate of any name that this host's programs believe. What is there already
stays as it is. `fleetca cert uninstall` undoes it. Of a PKCS#12 file the key and its certificates go into
an NSS database, as Firefox and Chromium use them towards servers.

Examples:
  fleetca cert install ca/root-ca.crt --dry-run
  fleetca cert install ca/root-ca.crt --nss-db nssdb
  fleetca cert install ca/root-ca.crt --nss-db nssdb -o json | jq .changed
)help";

constexpr char kUninstallExamples[] = R"help(
Takes out the entries that hold exactly this certificate, whoever put them there, and no others. By a
PKCS#12 file its key goes with its certificate out of an NSS database, and its issuers stay; by a
certificate alone no key goes, as it may be the only copy.

Examples:
  fleetca cert uninstall ca/root-ca.crt --nss-db nssdb
  fleetca cert uninstall ca/root-ca.crt --nss-db nssdb -o json | jq .changed
)help";

struct InstallFlags {
  std::string certificate;
  std::string name;
  std::string form = "text";
  bool dry_run = false;
  // Of the file, where it is PKCS#12; the store has another.
  PassphraseFlag p12_passphrase;
  StoreFlags store;
};

// What was done, or would be.
struct Done {
  std::string verb;  // "installed", "uninstalled"
  std::string sha256;
  std::string store;
  std::vector<std::string> places;
  bool changed = false;
  std::vector<std::string> stays;
};

absl::StatusOr<std::string> ReadOneCertificate(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, ReadCertificatesAt(path));
  if (ders.size() != 1) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(path, " holds ", ders.size(),
                     " certificates; give a file with the one that is meant"));
  }
  return ders.front();
}

// Also one of version 1, which has no way to say so and is in a store to be a root.
bool IsCa(absl::string_view der, const CertificateFacts& facts) {
  const absl::StatusOr<x509::Certificate> anchor = x509::ParseTrustAnchor(der);
  return facts.is_ca || (anchor.ok() && anchor->version == 1);
}

// Whether it is a root that may be believed from now on.
absl::Status CheckRoot(absl::string_view der, const CertificateFacts& facts) {
  const absl::Time now = Clock::System().Now();
  std::string problem;
  if (!IsCa(der, facts)) {
    problem =
        "it is not the certificate of a CA; a store is for roots, and a program that should "
        "believe this certificate needs the root that it goes back to";
  } else if (!IsItsOwnIssuer(der)) {
    problem = absl::StrCat("it is issued by \"", facts.issuer,
                           "\", and is not a root; install the certificate of that CA. A server "
                           "sends the certificates between itself");
  } else if (now >= facts.not_after) {
    problem =
        absl::StrCat("it has expired at ", TimeToJson(facts.not_after), "; get the CA's new root");
  } else if (now < facts.not_before) {
    problem = absl::StrCat("it is not in force before ", TimeToJson(facts.not_before),
                           "; look at this machine's clock");
  }
  return problem.empty() ? absl::OkStatus()
                         : FailedPrecondition(Reason::kFileInvalid,
                                              absl::StrCat("The certificate \"", facts.subject,
                                                           "\" was not installed: ", problem));
}

absl::StatusOr<std::vector<TrustStoreEntry>> FindEntries(TrustStore& store,
                                                         const std::string& sha256) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<TrustStoreEntry> all, store.Entries());
  std::vector<TrustStoreEntry> found;
  for (const TrustStoreEntry& entry : all) {
    if (HexSha256(entry.der) == sha256) {
      found.push_back(entry);
    }
  }
  return found;
}

// Of any root that OpenSSL reads: a store may take more kinds of keys than a CA of ours certifies.
std::string CommonName(absl::string_view der) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* at = AsUnsigned(der);
  const X509Ptr root(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  unsigned char* octets = nullptr;
  const int size = root == nullptr ? 0 : i2d_X509_NAME(X509_get_subject_name(root.get()), &octets);
  const absl::Cleanup free = [&octets] { OPENSSL_free(octets); };
  return size <= 0 ? ""
                   : x509::CommonNameOf(absl::string_view(reinterpret_cast<const char*>(octets),
                                                          static_cast<size_t>(size)));
}

std::string ShownName(const InstallFlags& flags, absl::string_view der) {
  if (!flags.name.empty()) {
    return flags.name;
  }
  const std::string name = CommonName(der);
  return name.empty() ? "root" : name;
}

Done DoneTo(const TrustStore& store, const char* verb, KeystoreChange change) {
  return {.verb = verb,
          .sha256 = std::move(change.sha256),
          .store = store.Description(),
          .places = std::move(change.places),
          .changed = change.changed,
          .stays = std::move(change.stays)};
}

absl::StatusOr<Done> Install(const InstallFlags& flags) {
  if (IsKeystore(flags.certificate)) {
    FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<TrustStore> store, OpenStore(flags.store));
    FLEETCA_ASSIGN_OR_RETURN(KeystoreChange change,
                             InstallKeystore(*store, flags.certificate, flags.name,
                                             flags.p12_passphrase, flags.dry_run));
    return DoneTo(*store, "installed", std::move(change));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string der, ReadOneCertificate(flags.certificate));
  FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOfAnyCertificate(der));
  FLEETCA_RETURN_IF_ERROR(CheckRoot(der, facts));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<TrustStore> store, OpenStore(flags.store));
  Done done = {.verb = "installed", .sha256 = facts.sha256, .store = store->Description()};
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<TrustStoreEntry> there,
                           FindEntries(*store, facts.sha256));
  for (const TrustStoreEntry& entry : there) {
    done.places.push_back(entry.place);
  }
  if (!there.empty()) {
    return done;
  }
  const TrustStoreEntry entry = {store->PlaceFor(ShownName(flags, der), facts.sha256), der};
  if (!flags.dry_run) {
    FLEETCA_RETURN_IF_ERROR(store->Add(entry));
  }
  done.places.push_back(entry.place);
  done.changed = true;
  return done;
}

absl::StatusOr<std::string> WantedSha256(const std::string& certificate) {
  const std::string digits = absl::AsciiStrToLower(absl::StrReplaceAll(certificate, {{":", ""}}));
  struct stat info;
  const bool is_fingerprint = digits.size() == 64 &&
                              digits.find_first_not_of("0123456789abcdef") == std::string::npos &&
                              stat(certificate.c_str(), &info) != 0;
  if (is_fingerprint) {
    return digits;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string der, ReadOneCertificate(certificate));
  return HexSha256(der);
}

absl::StatusOr<Done> Uninstall(const InstallFlags& flags) {
  if (IsKeystore(flags.certificate)) {
    FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<TrustStore> store, OpenStore(flags.store));
    FLEETCA_ASSIGN_OR_RETURN(
        KeystoreChange change,
        UninstallKeystore(*store, flags.certificate, flags.p12_passphrase, flags.dry_run));
    return DoneTo(*store, "uninstalled", std::move(change));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string sha256, WantedSha256(flags.certificate));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<TrustStore> store, OpenStore(flags.store));
  FLEETCA_RETURN_IF_ERROR(CheckIsThere(*store));
  FLEETCA_RETURN_IF_ERROR(CheckHoldsNoKeyOf(*store, sha256));
  Done done = {.verb = "uninstalled", .sha256 = sha256, .store = store->Description()};
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<TrustStoreEntry> there, FindEntries(*store, sha256));
  for (const TrustStoreEntry& entry : there) {
    if (!flags.dry_run) {
      FLEETCA_RETURN_IF_ERROR(store->Remove(entry));
    }
    done.places.push_back(entry.place);
    done.changed = true;
  }
  return done;
}

std::string InWords(const InstallFlags& flags, const Done& done) {
  if (!done.changed) {
    return absl::StrCat("Nothing was changed: ", EscapeForDisplay(done.store),
                        done.places.empty() ? " does not hold it\n" : " holds it already\n");
  }
  std::string text;
  for (const std::string& place : done.places) {
    absl::StrAppend(&text, flags.dry_run ? "It would be " : "It was ", done.verb,
                    done.verb == "installed" ? " in " : " from ", EscapeForDisplay(done.store),
                    ": ", EscapeForDisplay(place), "\n");
  }
  return text;
}

absl::Status Report(const InstallFlags& flags, const absl::StatusOr<Done>& done) {
  FLEETCA_RETURN_IF_ERROR(done.status());
  for (const std::string& sentence : done->stays) {
    Say(sentence);
  }
  if (flags.form != "json") {
    return WriteData("", InWords(flags, *done));
  }
  return WriteData("", JsonToText({{"store", StoreNameOf(flags.store)},
                                   {"where", done->store},
                                   {"sha256", done->sha256},
                                   {"changed", done->changed && !flags.dry_run},
                                   {"would_change", done->changed},
                                   {"dry_run", flags.dry_run},
                                   {"places", done->places}}));
}

std::string MistakeOf(const InstallFlags& flags) {
  if (!flags.p12_passphrase.file.empty() && !IsKeystore(flags.certificate)) {
    return absl::StrCat(flags.p12_passphrase.name, " is for a PKCS#12 file, which ",
                        flags.certificate, " is not");
  }
  const std::string mistake = StoreFlagsMistake(flags.store);
  return !mistake.empty()
             ? mistake
             : StandardInputMistake({{"file", flags.certificate},
                                     {flags.p12_passphrase.name, flags.p12_passphrase.file},
                                     {flags.store.passphrase.name, flags.store.passphrase.file}});
}

void AddCommonFlags(CLI::App& command, InstallFlags* flags) {
  AddStoreFlags(command, &flags->store);
  command.add_flag("--dry-run", flags->dry_run, "Say what would be changed, and change nothing");
  AddTextOrJsonFlag(command, &flags->form);
}

void Run(CLI::App& command, const std::shared_ptr<InstallFlags>& flags,
         absl::StatusOr<Done> (*work)(const InstallFlags&), int* exit_code) {
  command.callback([flags, work, exit_code] {
    const std::string mistake = MistakeOf(*flags);
    *exit_code =
        mistake.empty() ? ReportStatus(Report(*flags, work(*flags))) : ReportUsageError(mistake);
  });
}

}  // namespace

void AddInstallCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand(
      "install", "Have this host's programs trust a root, or use a key of a .p12");
  auto flags = std::make_shared<InstallFlags>();
  command
      ->add_option("file", flags->certificate,
                   "The root, PEM or DER, - is standard input; or a PKCS#12 file for NSS")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--name", flags->name,
                   "Under which the store shows it; the common name of its subject without this")
      ->type_name("NAME");
  AddPassphraseFlag(*command, "p12-passphrase-file", "The passphrase of a PKCS#12 file",
                    &flags->p12_passphrase);
  AddCommonFlags(*command, flags.get());
  command->footer(kInstallExamples);
  Run(*command, flags, Install, exit_code);
}

void AddUninstallCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand(
      "uninstall", "Have this host's programs trust a root, or use a key of a .p12, no longer");
  auto flags = std::make_shared<InstallFlags>();
  command
      ->add_option("file", flags->certificate,
                   "The root, PEM or DER, or its SHA-256 in hex, - is standard input; or the "
                   "PKCS#12 file of a key in NSS")
      ->type_name("FILE")
      ->required();
  AddPassphraseFlag(*command, "p12-passphrase-file", "The passphrase of a PKCS#12 file",
                    &flags->p12_passphrase);
  AddCommonFlags(*command, flags.get());
  command->footer(kUninstallExamples);
  Run(*command, flags, Uninstall, exit_code);
}

}  // namespace fleetca::client
