#include "client/cli/issue_command.h"

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/exit_status.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/ca_client.h"
#include "client/cli/connection_flags.h"
#include "client/cli/duration_flag.h"
#include "client/cli/issued_output.h"
#include "client/cli/output.h"
#include "client/cli/pem_or_der.h"
#include "client/key_and_csr.h"
#include "client/requested_name.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Examples:
  A certificate for a CSR that openssl made:
    openssl req -new -newkey ed25519 -nodes -keyout web.key -subj / \
      -addext subjectAltName=DNS:web.fleet.example -out web.csr
    fleetca cert issue --dir ca --profile service --csr web.csr --out web.crt
  Key and certificate in one go:
    fleetca cert issue --dir ca --profile service --new-key p256 --key-out web.key \
      --name DNS:web.fleet.example --chain --out web.crt
  Would it be granted?
    fleetca cert issue --dir ca --profile service --csr web.csr --validate-only
)help";

constexpr mode_t kPrivateKeyMode = 0600;
constexpr size_t kMinRequestIdBytes = 16;
constexpr size_t kMaxRequestIdBytes = 64;

struct IssueFlags {
  ConnectionFlags connection;
  OutputFlags output;
  std::string profile;
  std::string csr;
  std::string new_key;
  std::string key_out;
  std::vector<std::string> names;
  std::string lifetime;
  std::string request_id;
  bool validate_only = false;
  bool chain = false;
};

std::string CheckName(const std::string& text) {
  return std::string(ParseRequestedName(text).status().message());
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

// What CLI11's own rules cannot say; "" when the flags fit together.
std::string UsageMistake(const IssueFlags& flags) {
  if (!flags.new_key.empty() && flags.names.empty()) {
    return "--new-key needs a --name, such as --name DNS:web.fleet.example";
  }
  if (!flags.new_key.empty() && flags.key_out.empty() && !flags.validate_only) {
    return "--new-key needs --key-out FILE, where the private key goes";
  }
  if (!flags.key_out.empty() && flags.key_out == flags.output.file) {
    return "--key-out and --out must be two files";
  }
  return MissingConnectionFlag(flags.connection);
}

absl::StatusOr<KeyAndCsr> MakeKey(const IssueFlags& flags) {
  std::vector<RequestedName> names;
  for (const std::string& text : flags.names) {
    FLEETCA_ASSIGN_OR_RETURN(names.emplace_back(), ParseRequestedName(text));
  }
  return MakeKeyAndCsr(*ParseKeyType(flags.new_key), names);
}

absl::StatusOr<std::string> ReadCsr(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  absl::StatusOr<std::string> der = ParseCsrFile(contents);
  if (!der.ok()) {
    return Annotate(der.status(), path == "-" ? "standard input" : path);
  }
  return der;
}

absl::StatusOr<Issued> Ask(const CaClient& client, const IssueFlags& flags, std::string csr_der) {
  IssueOptions options;
  options.csr_der = std::move(csr_der);
  options.profile = flags.profile;
  options.validate_only = flags.validate_only;
  options.request_id = absl::HexStringToBytes(flags.request_id);
  if (!flags.lifetime.empty()) {
    options.lifetime = ParseDurationFlag(flags.lifetime);
  }
  return client.Issue(options);
}

// The key is on disk before the certificate exists, so that no certificate is without its key; when
// none comes, the key has no use and goes, and the command can be repeated as it is.
absl::StatusOr<Issued> AskWithNewKey(const CaClient& client, const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(KeyAndCsr made, MakeKey(flags));
  if (flags.validate_only) {
    return Ask(client, flags, std::move(made.csr_der));
  }
  FLEETCA_RETURN_IF_ERROR(
      WriteNewFile(flags.key_out, made.private_key_pem.view(), kPrivateKeyMode));
  absl::StatusOr<Issued> issued = Ask(client, flags, std::move(made.csr_der));
  if (!issued.ok()) {
    unlink(flags.key_out.c_str());
  }
  return issued;
}

absl::StatusOr<Issued> AskWithCsr(const CaClient& client, const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(std::string csr_der, ReadCsr(flags.csr));
  return Ask(client, flags, std::move(csr_der));
}

absl::Status Deliver(const Issued& issued, const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string data,
                           FormatIssued(issued, ParseForm(flags.output.form), flags.chain));
  const std::string serial = issued.serial.ToHex();
  if (const absl::Status written = WriteData(flags.output.file, data); !written.ok()) {
    return Annotate(written, absl::StrCat("the certificate was issued, and 'fleetca cert get ",
                                          serial, "' fetches it, but here"));
  }
  Say(absl::StrCat(issued.replayed ? "issued before for this request id: " : "issued ", serial,
                   ", valid until ", TimeInWords(issued.not_after), ", renew after ",
                   TimeInWords(issued.renew_after)));
  return absl::OkStatus();
}

absl::Status RunIssue(const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<CaClient> client, Connect(flags.connection));
  const absl::StatusOr<Issued> issued =
      flags.new_key.empty() ? AskWithCsr(*client, flags) : AskWithNewKey(*client, flags);
  FLEETCA_RETURN_IF_ERROR(issued.status());
  if (flags.validate_only) {
    Say("the CA would grant this; nothing was issued");
    return absl::OkStatus();
  }
  return Deliver(*issued, flags);
}

void AddRequestFlags(CLI::App& command, IssueFlags* flags) {
  CLI::App* source = command.add_option_group("Key", "One of these is required");
  source->add_option("--csr", flags->csr, "A PKCS#10 request, PEM or DER; - is standard input")
      ->type_name("FILE");
  CLI::Option* new_key =
      source
          ->add_option("--new-key", flags->new_key,
                       "Make a key: p256, p384, rsa2048, rsa3072, rsa4096 or ed25519")
          ->type_name("TYPE")
          ->check(CheckKeyType, "");
  source->require_option(1);

  command.add_option("--profile", flags->profile, "A profile of the CA's configuration")
      ->type_name("NAME")
      ->required();
  command.add_option("--key-out", flags->key_out, "Where the new key goes (mode 0600); a new file")
      ->type_name("FILE")
      ->needs(new_key);
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
  command.add_flag("--validate-only", flags->validate_only, "Judge the request and issue nothing");
  command.add_flag("--chain", flags->chain, "Also the CA certificates above it");
}

}  // namespace

void AddIssueCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("issue", "Get a certificate for a CSR or for a new key");
  auto flags = std::make_shared<IssueFlags>();
  AddRequestFlags(*command, flags.get());
  AddOutputFlags(*command, &flags->output);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = UsageMistake(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunIssue(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
