#include "client/cli/renew_flags.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/issue_connection.h"
#include "client/cli/pending_request.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "x509/certificate.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

constexpr char kRenewExamples[] = R"help(
The new certificate is the next one of the same line: for the same identity and the same key, with names,
roles and lifetime as the policy has them now. It takes the place of the old one, unless --out names another
file; with -o json or -o text what was issued is printed too.

A certificate can be renewed again while the one that came of it has not been renewed, as after an answer that
was lost. One that is older is a copy that somebody else uses, and is refused: LINEAGE_STALE.

Examples:
  # In place:
  fleetca cert renew --ca ca/trust-bundle.pem --cert web.crt --key made.key
  # Into another file, with what it says in JSON, for a lifetime of one's own:
  fleetca cert renew --ca ca/trust-bundle.pem --cert web.crt --key made.key \
    --lifetime 12h --out web-2.crt -o json
  # By a proof, as through a proxy that ends TLS; here at the bootstrap port:
  fleetca cert renew --ca ca/trust-bundle.pem --cert web-2.crt --key made.key \
    --proof --bootstrap 127.0.0.1:8444
  # From a timer: over mutual TLS, or, where the host was off for too long, by a proof:
  fleetca cert renew --ca ca/trust-bundle.pem --cert web-2.crt --key made.key \
    --bootstrap 127.0.0.1:8444
  # Would it be granted, and which names would be left?
  fleetca cert renew --ca ca/trust-bundle.pem --cert web-2.crt --key made.key --validate-only
)help";

constexpr char kRekeyExamples[] = R"help(
As 'fleetca cert renew', but with a new key. Key and certificate take the places of the old ones, unless --out
and --key-out name other files. Until both are safe, key and request are kept beside the key
(web.key.pending), and the same command goes on with them and gets the same certificate. --proof and --bootstrap
do what they do for 'fleetca cert renew'; nobody on the way can put another key in the place of the new one.

Examples:
  # In place, with a key of the same type:
  fleetca cert rekey --ca ca/trust-bundle.pem --cert web.crt --key made.key
  # Beside the old pair, with a key of another type:
  fleetca cert rekey --ca ca/trust-bundle.pem --cert web.crt --key made.key \
    --new-key p384 --key-out web-2.key --out web-2.crt
  # For a key that is elsewhere, by its CSR:
  fleetca cert rekey --ca ca/trust-bundle.pem --cert web.crt --key made.key \
    --csr web.csr --out web-3.crt
)help";

std::string CheckKeyTypeFlag(const std::string& text) {
  return ParseKeyType(text).has_value()
             ? ""
             : absl::StrCat("\"", text,
                            "\" is none of p256, p384, rsa2048, rsa3072, rsa4096, ed25519");
}

std::string CheckNameFlag(const std::string& text) {
  return std::string(x509::ParseRequestedName(text).status().message());
}

// A key of this type can be made; nullopt for RSA keys of other sizes.
std::optional<KeyType> TypeOf(const x509::PublicKey& key) {
  switch (key.algorithm) {
    case x509::PublicKeyAlgorithm::kP256:
      return KeyType::kP256;
    case x509::PublicKeyAlgorithm::kP384:
      return KeyType::kP384;
    case x509::PublicKeyAlgorithm::kEd25519:
      return KeyType::kEd25519;
    case x509::PublicKeyAlgorithm::kRsa:
      return ParseKeyType(absl::StrCat("rsa", key.bits));
  }
  return std::nullopt;
}

// The type of the key that asks.
absl::StatusOr<std::string> SameKeyType(const IssueFlags& flags) {
  const std::string der = AskingCertificate(flags);
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(der);
  if (!certificate.ok()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("the certificate that is renewed, ",
                     FilesOf(flags.connection).certificate_file,
                     ", cannot be read, so the type of its key is not known; give --cert FILE, or "
                     "name a type with --new-key"));
  }
  const std::optional<KeyType> type = TypeOf(certificate->public_key);
  if (!type.has_value()) {
    return InvalidArgument(
        Reason::kConfigInvalid, "new_key",
        absl::StrCat("the certificate's key is an RSA key of ", certificate->public_key.bits,
                     " bits, which this program does not make; name another type with --new-key, "
                     "such as p256"));
  }
  return std::string(KeyTypeName(*type));
}

// Writes the places of those that ask into `issue`.
absl::Status TakeTheirPlaces(bool rekey, IssueFlags* issue) {
  const TlsFiles files = FilesOf(issue->connection);
  issue->output.file = files.certificate_file;
  if (rekey) {
    issue->key_out = files.private_key_file;
  }
  for (const std::string* file : {&issue->output.file, &issue->key_out}) {
    if (PendingPathFor(*file).empty() && (file == &issue->output.file || rekey)) {
      return InvalidArgument(
          Reason::kConfigInvalid, "out",
          absl::StrCat(*file,
                       " is a stream, which nothing can be written over; name a file for "
                       "the new certificate with --out",
                       rekey ? " and one for the key with --key-out" : ""));
    }
  }
  issue->force = true;
  return absl::OkStatus();
}

void AddRekeyFlags(CLI::App& command, RenewFlags* flags) {
  CLI::Option* csr =
      command
          .add_option("--csr", flags->csr,
                      "A PKCS#10 request of a key that is elsewhere, PEM or DER; needs --out")
          ->type_name("FILE");
  command
      .add_option("--new-key", flags->new_key,
                  "The new key's type: p256, p384, rsa2048, rsa3072, rsa4096 or ed25519; default: "
                  "that of the old key")
      ->type_name("TYPE")
      ->check(CheckKeyTypeFlag, "")
      ->excludes(csr);
  command
      .add_option("--key-out", flags->key_out,
                  "Where the new key goes (mode 0600); default: the place of the old one")
      ->type_name("FILE")
      ->excludes(csr);
  AddKeyLockFlags(command, &flags->lock);
  command
      .add_option(
          "--name", flags->names,
          "A name to ask for: DNS:..., IP:... or email:...; may be repeated; default: those "
          "of the old certificate")
      ->type_name("TYPE:NAME")
      ->allow_extra_args(false)
      ->check(CheckNameFlag, "")
      ->excludes(csr);
}

void AddProofFlags(CLI::App& command, RenewFlags* flags) {
  CLI::App* group = command.add_option_group(
      "Proof", "For a CA behind a proxy that ends TLS, and for a certificate that has ended");
  group->add_flag("--proof", flags->proof,
                  "Send a proof that the key has signed, good for this call alone, and do not rely "
                  "on the handshake; with --server-identity where a proxy has an identity of its "
                  "own");
  group
      ->add_option("--bootstrap", flags->bootstrap,
                   "The CA's bootstrap port, which is asked with a proof where --proof is given or "
                   "the certificate has ended; its profile must give a grace (renewal_grace)")
      ->type_name("HOST:PORT")
      ->check(CheckAddressFlag, "");
}

}  // namespace

void AddRenewFlags(CLI::App& command, RenewFlags* flags) {
  if (flags->rekey) {
    AddRekeyFlags(command, flags);
  }
  command
      .add_option("--profile", flags->profile,
                  "A profile of the CA's policy; default: that of the old certificate")
      ->type_name("NAME");
  command.add_option("--lifetime", flags->lifetime, "Such as 24h or 7d; default: the profile's")
      ->type_name("TIME")
      ->check(CheckDurationFlag, "");
  command
      .add_option("--out", flags->out,
                  "Where the new certificate goes (PEM); - is standard output; default: the place "
                  "of the old one")
      ->type_name("FILE");
  AddFormFlag(command, &flags->form);
  command.add_flag("--leaf-only", flags->leaf_only, "Without the CA certificates above it");
  command.add_flag("--validate-only", flags->validate_only,
                   "Judge the request, print what was decided, and issue nothing");
  AddForceFlag(command, &flags->force);
  AddConnectionFlags(command, &flags->connection);
  AddProofFlags(command, flags);
  command.footer(flags->rekey ? kRekeyExamples : kRenewExamples);
}

std::string RenewFlagsMistake(const RenewFlags& flags) {
  const bool prints = flags.form != "pem" && !flags.validate_only;
  if (prints && (IsStandardStream(flags.out) || IsStandardStream(flags.key_out))) {
    return absl::StrCat("-o ", flags.form,
                        " prints on standard output, where the certificate or the key would go; "
                        "name files for them");
  }
  if (!flags.csr.empty() && flags.out.empty() && !flags.validate_only) {
    return "--csr needs --out FILE: the certificate of another key does not go over the old one, "
           "whose key stays where it is";
  }
  if (flags.rekey && flags.csr.empty() && flags.out.empty() != flags.key_out.empty()) {
    return "--out and --key-out go together, because the new certificate is of no use without its "
           "key; without both they take the places of the old ones";
  }
  if (flags.rekey && flags.csr.empty() && flags.InPlace() && flags.lock.IsWanted()) {
    return absl::StrCat(
        "--encrypt and ", flags.lock.passphrase.name,
        " need --out FILE and --key-out FILE: the next renewal asks with the key in "
        "place, and cannot with one that has a passphrase");
  }
  const std::string mistake =
      StandardInputMistake({{"--csr", flags.csr},
                            {"--ca", flags.connection.ca},
                            {"--cert", flags.connection.certificate},
                            {"--key", flags.connection.key},
                            {flags.lock.passphrase.name, flags.lock.passphrase.file}});
  if (mistake.empty() && !flags.csr.empty() && flags.lock.IsWanted()) {
    return KeyLockMistake(flags.lock, false, "'fleetca cert rekey' without --csr");
  }
  return mistake.empty() ? MissingConnectionFlag(flags.connection) : mistake;
}

absl::StatusOr<IssueFlags> IssueFlagsOf(const RenewFlags& flags) {
  IssueFlags issue;
  issue.renewal = true;
  issue.renew_by_proof = flags.proof;
  issue.renew_bootstrap = flags.bootstrap;
  issue.connection = flags.connection;
  issue.profile = flags.profile;
  issue.lifetime = flags.lifetime;
  issue.names = flags.names;
  issue.key_out = flags.key_out;
  issue.lock = flags.lock;
  issue.output.file = flags.out;
  issue.leaf_only = flags.leaf_only;
  issue.validate_only = flags.validate_only;
  issue.force = flags.force;
  if (!flags.csr.empty()) {
    issue.csrs = {flags.csr};
  } else if (flags.rekey) {
    issue.new_key = flags.new_key;
    if (issue.new_key.empty()) {
      FLEETCA_ASSIGN_OR_RETURN(issue.new_key, SameKeyType(issue));
    }
  }
  if (flags.validate_only) {
    issue.output.form = flags.form;
  } else if (flags.InPlace()) {
    FLEETCA_RETURN_IF_ERROR(TakeTheirPlaces(flags.rekey, &issue));
  }
  return issue;
}

}  // namespace fleetca::client
