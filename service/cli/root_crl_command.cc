#include "service/cli/root_crl_command.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/clock.h"
#include "base/duration_text.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/process_hardening.h"
#include "base/standard_output.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "nlohmann/json.hpp"
#include "service/authority/root_crl_renewal.h"
#include "service/cli/output_form.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::service {
namespace {

constexpr char kExamples[] = R"(
Makes the CRL that says which issuing CAs the root has revoked, DIR/root-ca.crl, anew: before it ends,
which the server's log and health say 30 days ahead, and when an issuing CA is to be revoked. It lists
what the last one listed, and what --revoke names. It needs the root's key, so run it where that is
kept, with the last root-ca.crl beside root-ca.crt in DIR; then put the new file into the server's
folder, which takes it by itself. Programs that check the whole chain, such as nginx and Envoy, accept
no certificate without it.

Examples:
  fleetca ca root-crl --dir ca
  fleetca ca root-crl --dir ca --lifetime 180d -o json
  fleetca ca root-crl --dir ca --revoke issuing-ca.pem --reason superseded
)";

// From year 0 to 9999; what is too long for a CRL, RenewRootCrl says better.
constexpr absl::Duration kLongestLifetime = absl::Hours(24 * 3652425);

struct Flags {
  std::string dir;
  std::string key_file;
  std::string passphrase_file;
  std::string reason = "unspecified";
  std::string lifetime = DurationToText(kRootCrlLifetime);
  RootCrlRequest request;
  std::string form = "text";
};

std::string CheckReason(const std::string& text) {
  return x509::ParseRevocationReason(text).has_value()
             ? ""
             : absl::StrCat("\"", absl::CHexEscape(text),
                            "\" is no reason such as superseded, keyCompromise, "
                            "cessationOfOperation or unspecified");
}

std::string CheckLifetime(const std::string& text) {
  return DurationFromText(text, kLongestLifetime).has_value()
             ? ""
             : absl::StrCat("\"", absl::CHexEscape(text), "\" is not a lifetime such as 365d");
}

std::string ToText(const RootCrlRenewal& made) {
  std::string out =
      absl::StrCat("The root's CRL until ", TimeToWords(made.next_update), ": ", made.file,
                   "\nIts number: ", made.number, "\nRevoked CAs in it: ", made.revoked, "\n");
  for (const std::string& serial : made.newly_revoked) {
    absl::StrAppend(&out, "Newly revoked: ", serial, "\n");
  }
  return out;
}

std::string ToJson(const RootCrlRenewal& made) {
  nlohmann::ordered_json json;
  json["file"] = made.file;
  json["number"] = made.number;
  json["this_update"] = TimeToText(made.this_update);
  json["next_update"] = TimeToText(made.next_update);
  json["revoked"] = made.revoked;
  json["newly_revoked"] = made.newly_revoked;
  return JsonToText(json);
}

absl::Status Run(const Flags& flags) {
  // Memory that cannot be locked is no reason to refuse: the key is on the disk.
  HardenProcess().IgnoreError();
  RootCrlRequest request = flags.request;
  const auto in_folder = [&flags](absl::string_view name) {
    return absl::StrCat(flags.dir, "/", name);
  };
  request.certificate_file = in_folder("root-ca.crt");
  request.crl_file = in_folder("root-ca.crl");
  request.key.path = flags.key_file.empty() ? in_folder("root-ca.key") : flags.key_file;
  request.key.passphrase.file =
      flags.passphrase_file.empty() ? in_folder("root-ca.passphrase") : flags.passphrase_file;
  request.reason = *x509::ParseRevocationReason(flags.reason);
  request.lifetime = *DurationFromText(flags.lifetime, kLongestLifetime);
  FLEETCA_ASSIGN_OR_RETURN(const RootCrlRenewal made, RenewRootCrl(request, Clock::System()));
  return WriteStandardOutput(flags.form == "json" ? ToJson(made) : ToText(made));
}

}  // namespace

void AddRootCrlCommand(CLI::App& ca, int* exit_code) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = ca.add_subcommand("root-crl", "Renew the root's CRL, offline");
  command->add_option("--dir", flags->dir, "The folder with root-ca.crt and root-ca.crl")
      ->type_name("DIR")
      ->required();
  command
      ->add_option("--revoke", flags->request.revoke_files,
                   "The certificate of an issuing CA to revoke, PEM; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  command->add_option("--reason", flags->reason, "Why, as RFC 5280 5.3.1 writes it")
      ->type_name("REASON")
      ->check(CheckReason, "")
      ->capture_default_str();
  command->add_option("--lifetime", flags->lifetime, "How long the CRL is valid")
      ->type_name("TIME")
      ->check(CheckLifetime, "")
      ->capture_default_str();
  command->add_option("--root-key", flags->key_file, "The root's key; DIR/root-ca.key by default")
      ->type_name("FILE");
  command
      ->add_option("--passphrase-file", flags->passphrase_file,
                   "The passphrase of the root's key; DIR/root-ca.passphrase by default")
      ->type_name("FILE");
  command->add_flag("--first", flags->request.first,
                    "The root never had a CRL: a CA that an older release made");
  AddFormFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([=] { *exit_code = ReportStatus(Run(*flags)); });
}

}  // namespace fleetca::service
