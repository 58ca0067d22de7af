#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/crl_commands.h"
#include "client/cli/crl_output.h"
#include "client/cli/local/fetch_flags.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/slow_work.h"
#include "client/verdict/crl_input.h"
#include "client/verdict/revocation_fetch.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
What comes is read as a CRL before anything is written, and is not verified: see fleetca crl verify.
A CRL is fetched again and again, so its file is replaced without --force.

Examples:
  fleetca crl get --of web.crt --out web.crl
  fleetca crl get http://127.0.0.1:8080/crl/root.crl --out root.crl
  fleetca crl get --of web.crt --der --out web.der.crl
  # For ssl_crl of nginx, ssl_crl_file of PostgreSQL and openssl verify -crl_check_all:
  fleetca crl get --of web.crt --all --out crls.pem
  fleetca crl get --of web.crt -o json | jq '.[].next_update'
)help";

struct GetFlags {
  std::string url;
  std::string of;
  OutputFlags output;
  bool der = false;
  bool all = false;
  std::string timeout = "30s";
};

absl::StatusOr<std::string> UrlOf(const GetFlags& flags) {
  if (flags.of.empty()) {
    return flags.url;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string der, ReadCertificateOfFile(flags.of));
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(der));
  absl::StatusOr<std::string> url = FirstHttpUrl(certificate.crl_urls, "a CRL");
  return url.ok() ? std::move(url) : Annotate(url.status(), NameOfInput(flags.of));
}

// Where fleetca's own CA has the complete CRL with the root's, from ".../crl/ISSUER/SHARD.crl" or
// ".../crl/ISSUER.crl".
absl::StatusOr<std::string> UrlOfAll(const std::string& url) {
  const std::string folder_name = "/crl/";
  const size_t folder = url.rfind(folder_name);
  absl::string_view issuer = url;
  issuer.remove_prefix(folder == std::string::npos ? url.size() : folder + folder_name.size());
  if (!absl::ConsumeSuffix(&issuer, ".crl")) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("The CRL is at ", url,
                     ", where no CA of fleetca has one, so that --all cannot know where the others "
                     "are; leave --all out, and fetch the CRL of each certificate of the chain"));
  }
  issuer = issuer.substr(0, issuer.find('/'));
  return absl::StrCat(url.substr(0, folder), folder_name, issuer, ".pem");
}

absl::StatusOr<std::vector<HeldCrl>> Fetch(const std::string& url, const GetFlags& flags) {
  const SlowWork slow(absl::StrCat("fetching ", url));
  return FetchCrls(url, ParseDurationFlag(flags.timeout).value_or(absl::Seconds(30)));
}

absl::Status RunGet(const GetFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(
      CheckOutputs({.outputs = {DataOutput(flags.output)}, .inputs = {{"--of", flags.of}}},
                   NextStep::kAskServer));
  FLEETCA_ASSIGN_OR_RETURN(std::string url, UrlOf(flags));
  if (flags.all) {
    FLEETCA_ASSIGN_OR_RETURN(url, UrlOfAll(url));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<HeldCrl> crls, Fetch(url, flags));
  const absl::Time now = Clock::System().Now();
  for (const HeldCrl& crl : crls) {
    if (crl->next_update < now) {
      Say(absl::StrCat("the CRL has expired: fleetca crl inspect shows its dates"));
    }
  }
  std::string object = flags.der ? "" : FormatCrls(crls, CrlQuery(), OutputForm::kPem, now);
  for (const HeldCrl& crl : crls) {
    absl::StrAppend(&object, flags.der ? *crl.der : "");
  }
  return WriteObject(flags.output, object,
                     FormatCrls(crls, CrlQuery(), ParseForm(flags.output.form), now));
}

}  // namespace

void AddCrlGetCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("get", "Fetch a CRL over HTTP");
  auto flags = std::make_shared<GetFlags>();
  CLI::Option* url = command->add_option("url", flags->url, "Where the CRL is")
                         ->type_name("URL")
                         ->check(CheckHttpUrlFlag, "");
  command
      ->add_option("--of", flags->of,
                   "Fetch the one that this certificate names; - is standard input")
      ->type_name("FILE")
      ->excludes(url);
  command->add_flag("--der", flags->der, "Write DER, as it came, and not the form of --output");
  command->add_flag(
      "--all", flags->all,
      "The complete CRL of the issuer and the root's in one file, of a CA of fleetca, "
      "as servers want them that check the whole chain");
  AddFetchTimeoutFlag(*command, &flags->timeout);
  AddOutputFlags(*command, &flags->output);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    *exit_code = flags->url.empty() && flags->of.empty()
                     ? ReportUsageError("--of or a URL is needed: it says which CRL")
                     : ReportStatus(RunGet(*flags));
  });
}

}  // namespace fleetca::client
