#include "client/cli/issue_flags.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/standard_stream.h"
#include "client/cli/identity_flag.h"
#include "client/cli/pending_request.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
The certificate comes with the CA certificates above it, leaf first, as TLS servers and clients want
it. Files that are there already are replaced with --force alone; no file that holds a private key is
replaced by a certificate.

A command that is cut short, or whose answer was lost, loses nothing: until the answer is safe, key and
request are kept beside the output (web.key.pending, or web.crt.pending for a CSR), and the same
command goes on with them and gets the same certificate.

Examples:
  # A certificate for a CSR that openssl made:
  openssl req -new -newkey ed25519 -nodes -keyout csr.key -subj / \
    -addext subjectAltName=DNS:web.fleet.example -out web.csr
  fleetca cert issue --dir ca --profile service --identity spiffe://fleet.example/svc/web \
    --csr web.csr --out csr.crt
  # Key and certificate in one go:
  fleetca cert issue --dir ca --profile service --new-key p256 --key-out api.key \
    --name URI:spiffe://fleet.example/svc/api --name DNS:api.fleet.example --out api.crt
  # The same for a browser or a phone: one file, with a passphrase:
  fleetca cert issue --dir ca --profile service --new-key p256 --p12-out phone.p12 \
    --name URI:spiffe://fleet.example/svc/phone --new-passphrase-file pass
  # For another identity than one's own. Without --name it has, beside the SPIFFE ID, the DNS names
  # that the policy's rule gives; one's own renewal keeps the names of the certificate that asks:
  fleetca cert issue --dir ca --profile service --new-key p256 --key-out db.key \
    --identity spiffe://fleet.example/svc/db --out db.crt
  # Its own renewal is another command:
  fleetca cert renew --ca ca/trust-bundle.pem --cert db.crt --key db.key
  # For all CSRs in a folder, one file each:
  mkdir certificates
  fleetca cert issue --dir ca --profile service --identity spiffe://fleet.example/svc/web \
    --csr-dir . --out-dir certificates
  # On a new host, with a join token and the SHA-256 of the CA's root:
  fleetca cert issue --bootstrap localhost:8444 --ca-sha256 "$(cat root.sha256)" \
    --token-file join.token --new-key p256 --key-out host.key \
    --out host.crt --bundle-out roots.pem
  # Would it be granted, and by which rules?
  fleetca cert issue --dir ca --profile service --identity spiffe://fleet.example/svc/web \
    --csr web.csr --validate-only
)help";

constexpr size_t kMinRequestIdBytes = 16;
constexpr size_t kMaxRequestIdBytes = 64;

std::string CheckName(const std::string& text) {
  return std::string(x509::ParseRequestedName(text).status().message());
}

std::string CheckKeyType(const std::string& text) {
  return ParseKeyType(text).has_value()
             ? ""
             : absl::StrCat("\"", text,
                            "\" is none of p256, p384, rsa2048, rsa3072, rsa4096, ed25519");
}

std::string CheckRequestId(const std::string& text) {
  bool hex = text.size() % 2 == 0 && text.size() >= 2 * kMinRequestIdBytes &&
             text.size() <= 2 * kMaxRequestIdBytes;
  for (const char c : text) {
    hex = hex && absl::ascii_isxdigit(static_cast<unsigned char>(c));
  }
  return hex ? "" : "a request id is 16 to 64 octets in hex, such as from 'openssl rand -hex 16'";
}

std::string RequestMistake(const IssueFlags& flags) {
  const bool bootstrap = !flags.bootstrap.address.empty();
  if (flags.profile.empty() && !bootstrap) {
    return "--profile is required: only a token can say it instead";
  }
  if (!flags.new_key.empty() && flags.names.empty() && flags.identity.empty() && !bootstrap) {
    return "--new-key needs a --name, such as --name DNS:web.fleet.example, or an --identity";
  }
  if (!flags.new_key.empty() && flags.key_out.empty() && flags.p12_out.empty() &&
      !flags.validate_only) {
    return "--new-key needs --key-out FILE or --p12-out FILE, where the private key goes";
  }
  return KeyLockMistake(flags.lock, !flags.new_key.empty(), "--new-key");
}

// A key in PEM and its certificate may be one stream.
std::string StandardOutputMistake(const IssueFlags& flags) {
  const bool prints = flags.output.form != "pem" || IsStandardStream(flags.output.file);
  if (IsStandardStream(flags.p12_out) && (prints || IsStandardStream(flags.key_out))) {
    return "--p12-out - writes a file that is no text to standard output, where --key-out, --out "
           "or "
           "-o writes too; give it a file";
  }
  return IsStandardStream(flags.key_out) && flags.output.form != "pem"
             ? absl::StrCat("-o ", flags.output.form,
                            " prints on standard output, where --key-out - writes the key; give "
                            "the key a file")
             : "";
}

// Each file that is written, by its flag. Two may be one stream.
std::string OutputMistake(const IssueFlags& flags) {
  const std::pair<const char*, const std::string*> files[] = {
      {"--key-out", &flags.key_out},
      {"--p12-out", &flags.p12_out},
      {"--out", &flags.output.file},
      {"--bundle-out", &flags.bootstrap.bundle_out}};
  for (const auto& one : files) {
    for (const auto& other : files) {
      if (&one < &other && !one.second->empty() && *one.second == *other.second &&
          !PendingPathFor(*one.second).empty()) {
        return absl::StrCat(one.first, " and ", other.first, " must be two files");
      }
    }
  }
  return StandardOutputMistake(flags);
}

std::string ManyMistake(const IssueFlags& flags) {
  if (flags.out_dir.empty()) {
    return !flags.csr_dir.empty() || flags.csrs.size() > 1
               ? "several CSRs need --out-dir DIR, where their certificates go"
               : "";
  }
  const std::pair<const char*, bool> given[] = {{"--new-key", !flags.new_key.empty()},
                                                {"--out", !flags.output.file.empty()},
                                                {"--request-id", !flags.request_id.empty()},
                                                {"--validate-only", flags.validate_only},
                                                {"--bootstrap", !flags.bootstrap.address.empty()},
                                                {"-o text", flags.output.form == "text"}};
  for (const auto& [flag, is_given] : given) {
    if (is_given) {
      return absl::StrCat("--out-dir is for many CSRs, one PEM file each, and does not go with ",
                          flag);
    }
  }
  return "";
}

std::string InputMistake(const IssueFlags& flags) {
  std::vector<FlaggedFile> inputs = {{"--token-file", flags.bootstrap.token_file},
                                     {"--ca", flags.connection.ca},
                                     {"--cert", flags.connection.certificate},
                                     {"--key", flags.connection.key},
                                     {flags.lock.passphrase.name, flags.lock.passphrase.file}};
  for (const std::string& csr : flags.csrs) {
    inputs.push_back({"--csr", csr});
  }
  return StandardInputMistake(inputs);
}

void AddRequestFlags(CLI::App& command, IssueFlags* flags) {
  CLI::App* source = command.add_option_group("Key", "One of these is required");
  source
      ->add_option("--csr", flags->csrs,
                   "A PKCS#10 request, PEM or DER; - is standard input; with --out-dir it may be "
                   "repeated")
      ->type_name("FILE")
      ->allow_extra_args(false);
  source
      ->add_option("--csr-dir", flags->csr_dir,
                   "All PKCS#10 requests in a folder (.csr, .req, .p10); needs --out-dir")
      ->type_name("DIR");
  CLI::Option* new_key =
      source
          ->add_option("--new-key", flags->new_key,
                       "Make a key: p256, p384, rsa2048, rsa3072, rsa4096 or ed25519")
          ->type_name("TYPE")
          ->check(CheckKeyType, "");
  source->require_option(1);

  command
      .add_option("--profile", flags->profile,
                  "A profile of the CA's policy; required unless a token says it")
      ->type_name("NAME");
  command
      .add_option("--identity", flags->identity,
                  "The SPIFFE ID that the certificate is for; default: the one that the CSR asks "
                  "for, else your own")
      ->type_name("SPIFFE-ID")
      ->check(CheckIdentityFlag, "");
  command
      .add_option("--key-out", flags->key_out,
                  "Where the new key goes (mode 0600); - is standard output")
      ->type_name("FILE")
      ->needs(new_key);
  command
      .add_option("--p12-out", flags->p12_out,
                  "Where key, certificate and its issuers go as one PKCS#12 file, with the "
                  "passphrase of --new-passphrase-file or one that is typed; without --out the "
                  "certificate goes nowhere else")
      ->type_name("FILE")
      ->needs(new_key);
  AddKeyLockFlags(command, &flags->lock);
  command
      .add_option("--name", flags->names,
                  "A name for the new key's certificate: URI:spiffe://..., DNS:..., IP:... or "
                  "email:...; may be repeated")
      ->type_name("TYPE:NAME")
      ->allow_extra_args(false)
      ->check(CheckName, "")
      ->needs(new_key);
  command.add_option("--lifetime", flags->lifetime, "Such as 24h or 7d; default: the profile's")
      ->type_name("TIME")
      ->check(CheckDurationFlag, "");
  command
      .add_option("--request-id", flags->request_id,
                  "16 to 64 octets in hex: the same id gives the same certificate again")
      ->type_name("HEX")
      ->check(CheckRequestId, "");
  command.add_flag("--validate-only", flags->validate_only,
                   "Judge the request, print what was decided, and issue nothing");
  CLI::Option* leaf_only =
      command.add_flag("--leaf-only", flags->leaf_only, "Without the CA certificates above it");
  command
      .add_flag("--chain", flags->chain,
                "With the CA certificates above it: what -o pem does anyway, and -o text with this")
      ->excludes(leaf_only);
  AddForceFlag(command, &flags->force);
  command
      .add_option(
          "--out-dir", flags->out_dir,
          "For several CSRs: a folder for a file NAME.crt for each NAME.csr; -o json prints "
          "a report")
      ->type_name("DIR");
}

}  // namespace

void AddIssueFlags(CLI::App& command, IssueFlags* flags) {
  AddRequestFlags(command, flags);
  AddOutputFlags(command, &flags->output);
  AddConnectionFlags(command, &flags->connection);
  AddBootstrapFlags(command, &flags->bootstrap);
  command.footer(kExamples);
}

std::string IssueFlagsMistake(const IssueFlags& flags) {
  for (const std::string& mistake :
       {RequestMistake(flags), ManyMistake(flags), InputMistake(flags), OutputMistake(flags),
        flags.bootstrap.address.empty() ? MissingConnectionFlag(flags.connection)
                                        : BootstrapMistake(flags.bootstrap, flags.connection)}) {
    if (!mistake.empty()) {
      return mistake;
    }
  }
  return "";
}

}  // namespace fleetca::client
