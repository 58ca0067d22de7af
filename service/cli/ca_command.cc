#include "service/cli/ca_command.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/clock.h"
#include "base/config/config_reader.h"
#include "base/crypto_types.h"
#include "base/duration_text.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/process_hardening.h"
#include "base/standard_output.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "nlohmann/json.hpp"
#include "service/authority/ca_init.h"
#include "service/cli/output_form.h"
#include "service/cli/renew_commands.h"
#include "service/cli/root_crl_command.h"
#include "service/config/base_url.h"
#include "service/net/listening_sockets.h"

namespace fleetca::service {
namespace {

constexpr char kExamples[] = R"(
Makes in DIR: a root CA and an issuing CA (encrypted keys, each with a passphrase of its own in a
file), the root's CRL (a year, which 'fleetca ca root-crl' renews), the server's TLS certificate (90
days, which the server renews by itself), the administrator's client certificate (30 days, which its
holder renews), fleetca.textproto, a configuration that is ready to serve, and policy.textproto, which
says who gets which certificate. Nothing is ever overwritten.

With --http and --base-url the server hands out CRLs and OCSP answers, certificates say where, and the
issuing CA's certificate names the root's CRL. Programs that fetch the CRLs of a whole chain, such as
Java's, need that name, and it cannot be added later without a new certificate.

Examples:
  fleetca ca init --dir ca --trust-domain fleet.example
  fleetca ca init --dir site --trust-domain fleet.example --key-type p384 \
    --dns ca.fleet.example --ip 10.0.0.5 --listen 0.0.0.0:8443 --bootstrap 0.0.0.0:8444
  fleetca ca init --dir pki --trust-domain fleet.example \
    --http 0.0.0.0:8080 --base-url http://pki.fleet.example:8080
)";

// From year 0 to 9999, which a certificate can say; what is too long for a CA, InitCa says better.
constexpr absl::Duration kLongestLifetime = absl::Hours(24 * 3652425);

struct InitFlags {
  CaInitOptions options;
  std::string key_type = "p256";
  std::string root_lifetime = DurationToText(CaInitOptions().root_lifetime);
  std::string issuing_lifetime = DurationToText(CaInitOptions().issuing_lifetime);
  std::string form = "text";
};

std::string CheckKeyType(const std::string& text) {
  return ParseKeyType(text).has_value()
             ? ""
             : absl::StrCat("\"", text,
                            "\" is none of p256, p384, rsa2048, rsa3072, rsa4096, ed25519");
}

std::string CheckLifetime(const std::string& text) {
  return DurationFromText(text, kLongestLifetime).has_value()
             ? ""
             : absl::StrCat("\"", text, "\" is not a lifetime such as 3650d or 24h");
}

// The commands that a person wants next.
std::vector<std::string> NextCommands(const CaInitSummary& summary, const std::string& domain) {
  return {absl::StrCat("fleetca serve --config ", summary.config_file),
          absl::StrCat("fleetca cert issue --dir ", summary.folder,
                       " --profile service --new-key p256 --key-out web.key --name URI:spiffe://",
                       domain, "/svc/web --out web.crt")};
}

std::string SummaryToText(const CaInitSummary& summary, const std::string& domain) {
  std::string out = absl::StrCat("The CA of ", domain, " is ready in ", summary.folder, ":\n\n");
  size_t width = 0;
  for (const MadeCertificate& made : summary.certificates) {
    width = std::max(width, made.file.size());
  }
  for (const MadeCertificate& made : summary.certificates) {
    absl::StrAppendFormat(
        &out, "  %-8s %-*s  until %s  %s\n", made.role, static_cast<int>(width), made.file,
        absl::FormatTime("%Y-%m-%d", made.not_after, absl::UTCTimeZone()), made.subject);
  }
  const MadeCertificate& root = summary.certificates.front();
  absl::StrAppend(&out, "\nThe server does not need the root's key: keep ", root.key_file, " and\n",
                  root.passphrase_file,
                  " in two places away from this machine, and remove them here.\n\nNext:\n");
  for (const std::string& command : NextCommands(summary, domain)) {
    absl::StrAppend(&out, "  ", command, "\n");
  }
  return out;
}

std::string SummaryToJson(const CaInitSummary& summary, const std::string& domain) {
  nlohmann::ordered_json json;
  json["folder"] = summary.folder;
  json["trust_domain"] = domain;
  json["config_file"] = summary.config_file;
  json["policy_file"] = summary.policy_file;
  json["trust_bundle_file"] = summary.trust_bundle_file;
  json["root_crl_file"] = summary.root_crl_file;
  json["root_crl_next_update"] = TimeToText(summary.root_crl_next_update);
  json["admin_spiffe_id"] = summary.admin_spiffe_id;
  json["certificates"] = nlohmann::ordered_json::array();
  for (const MadeCertificate& made : summary.certificates) {
    nlohmann::ordered_json certificate;
    certificate["role"] = made.role;
    certificate["subject"] = made.subject;
    certificate["serial"] = made.serial;
    certificate["not_after"] = TimeToText(made.not_after);
    certificate["file"] = made.file;
    certificate["key_file"] = made.key_file;
    if (!made.passphrase_file.empty()) {
      certificate["passphrase_file"] = made.passphrase_file;
    }
    json["certificates"].push_back(std::move(certificate));
  }
  json["next"] = NextCommands(summary, domain);
  return JsonToText(json);
}

absl::Status RunInit(const CaInitOptions& options, const std::string& form) {
  // Memory that cannot be locked is no reason to refuse: the keys are about to be on the disk.
  HardenProcess().IgnoreError();
  FLEETCA_ASSIGN_OR_RETURN(const CaInitSummary summary, InitCa(options, Clock::System()));
  return WriteStandardOutput(form == "json" ? SummaryToJson(summary, options.trust_domain)
                                            : SummaryToText(summary, options.trust_domain));
}

// A field of the options has the name of its flag, with underscores for the hyphens.
std::string FlagOf(const absl::Status& mistake) {
  const std::string field = GetField(mistake);
  return field.empty() ? "" : absl::StrCat("--", absl::StrReplaceAll(field, {{"_", "-"}}));
}

// Whether the server can listen at all of its ports at once.
absl::Status CheckPortsApart(const CaInitOptions& options) {
  const std::pair<absl::string_view, absl::string_view> ports[] = {
      {options.listen, "--listen"}, {options.bootstrap, "--bootstrap"}, {options.http, "--http"}};
  for (const auto* port = std::begin(ports); port != std::end(ports); ++port) {
    for (const auto* other = std::begin(ports); other != port; ++other) {
      if (port->first.empty() || other->first.empty()) {
        continue;
      }
      const absl::Status apart = CheckApart(port->first, port->second, other->first, other->second);
      // A host name may be one that this machine cannot look up.
      if (absl::IsInvalidArgument(apart)) {
        return apart;
      }
    }
  }
  return absl::OkStatus();
}

int Run(InitFlags& flags) {
  flags.options.key_type = *ParseKeyType(flags.key_type);
  flags.options.root_lifetime = *DurationFromText(flags.root_lifetime, kLongestLifetime);
  flags.options.issuing_lifetime = *DurationFromText(flags.issuing_lifetime, kLongestLifetime);
  const absl::Status usage = CheckCaInitOptions(flags.options);
  if (!usage.ok()) {
    return ReportUsageError(PrintableMessage(usage), FlagOf(usage));
  }
  if (const absl::Status apart = CheckPortsApart(flags.options); !apart.ok()) {
    return ReportUsageError(PrintableMessage(apart));
  }
  return ReportStatus(RunInit(flags.options, flags.form));
}

}  // namespace

void AddCaCommand(CLI::App& app, int* exit_code) {
  CLI::App* ca =
      app.add_subcommand("ca", "Make a certificate authority, and renew its own certificates");
  ca->require_subcommand(1);
  CLI::App* init = ca->add_subcommand("init", "Make a new CA with everything it needs to serve");
  auto flags = std::make_shared<InitFlags>();
  CaInitOptions& options = flags->options;
  init->add_option("--dir", options.folder, "The folder to make; it must not exist, or be empty")
      ->type_name("DIR")
      ->required();
  init->add_option("--trust-domain", options.trust_domain,
                   "The SPIFFE trust domain, such as fleet.example")
      ->type_name("DOMAIN")
      ->required();
  init->add_option("--key-type", flags->key_type,
                   "Of the root and the issuing CA: p256, p384, rsa2048, rsa3072, rsa4096, ed25519")
      ->type_name("TYPE")
      ->check(CheckKeyType, "")
      ->capture_default_str();
  init->add_option("--dns", options.dns_names,
                   "A further DNS name of the server, besides localhost; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  init->add_option("--ip", options.ip_addresses,
                   "A further address of the server, besides 127.0.0.1 and ::1; may be repeated")
      ->type_name("ADDRESS")
      ->expected(1)
      ->take_all();
  init->add_option("--listen", options.listen, "Where the configuration says to listen")
      ->type_name("HOST:PORT")
      ->check(AddressProblem, "")
      ->capture_default_str();
  init->add_option("--bootstrap", options.bootstrap,
                   "Also a port for hosts that have a token and no certificate yet")
      ->type_name("HOST:PORT")
      ->check(AddressProblem, "");
  init->add_option("--http", options.http, "Also a port for CRLs, OCSP and health, in plain HTTP")
      ->type_name("HOST:PORT")
      ->check(AddressProblem, "");
  init->add_option(
          "--base-url", options.base_url,
          "Where the fleet reaches that port: certificates name it for as long as they live")
      ->type_name("URL")
      ->check(BaseUrlProblem, "");
  init->add_option("--path-length", options.path_length,
                   "How many CAs the issuing CA may have below it, for profiles of subordinate CAs")
      ->type_name("N")
      ->check(CLI::Range(0, 8))
      ->capture_default_str();
  init->add_option("--root-lifetime", flags->root_lifetime, "How long the root lives")
      ->type_name("TIME")
      ->check(CheckLifetime, "")
      ->capture_default_str();
  init->add_option("--issuing-lifetime", flags->issuing_lifetime, "How long the issuing CA lives")
      ->type_name("TIME")
      ->check(CheckLifetime, "")
      ->capture_default_str();
  AddFormFlag(*init, &flags->form);
  init->footer(kExamples);
  init->callback([flags, exit_code] { *exit_code = Run(*flags); });
  AddRenewCommands(*ca, exit_code);
  AddRootCrlCommand(*ca, exit_code);
}

}  // namespace fleetca::service
