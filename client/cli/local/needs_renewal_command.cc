#include "client/cli/local/needs_renewal_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/facts/foreign_certificate.h"
#include "client/cli/local/renewal_time.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/object_reader.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
The first certificate of the file decides: whoever it belongs to. A rule is how long before the end
(--before), or how much of the validity is to be over (--after-fraction; 2/3 where nothing is given).
Exit status: 0 renew, 1 not yet, 2 there is no such file, 255 for every error, also of the command
line, so that no error is taken for an answer.

Examples:
  fleetca cert needs-renewal web.crt || echo 'not yet'
  fleetca cert needs-renewal web.crt --before 400d && echo 'it is time'
  (fleetca cert needs-renewal web.crt --after-fraction 3/4 -o json || true) | jq -r .renew_from
)help";

struct NeedsRenewalFlags {
  std::string file;
  std::string before;
  std::string after;
  std::string form = "text";
};

struct Decision {
  bool renew = false;
  CertificateFacts facts;
  absl::Time from;
};

absl::StatusOr<CertificateFacts> FirstCertificate(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(file));
  const absl::StatusOr<std::vector<std::string>> ders = ReadCertificates(contents.view());
  const std::string name = NameOfInput(file);
  if (!ders.ok()) {
    return Annotate(ders.status(), name);
  }
  absl::StatusOr<CertificateFacts> facts = FactsOfAnyCertificate(ders->front());
  return facts.ok() ? std::move(facts) : Annotate(facts.status(), name);
}

absl::StatusOr<Decision> Decide(const NeedsRenewalFlags& flags) {
  Decision decision;
  FLEETCA_ASSIGN_OR_RETURN(decision.facts, FirstCertificate(flags.file));
  const CertificateFacts& facts = decision.facts;
  const Fraction after = ParseFraction(flags.after).value_or(Fraction());
  decision.from = flags.before.empty()
                      ? RenewalTime(facts.not_before, facts.not_after, after)
                      : facts.not_after - ParseDurationFlag(flags.before).value_or(absl::Hours(24));
  decision.renew = Clock::System().Now() >= decision.from;
  return decision;
}

std::string ToText(const Decision& decision) {
  const CertificateFacts& facts = decision.facts;
  const std::string whose = facts.subject.empty() && !facts.names.empty() ? facts.names.front()
                            : facts.subject.empty()                       ? facts.serial
                                                                          : facts.subject;
  const std::string ends =
      ValidityInWords(facts.not_before, facts.not_after, Clock::System().Now());
  return absl::StrCat(decision.renew ? "Renew: " : "Not yet: ", "the certificate of ",
                      EscapeForDisplay(whose), " ", ends, ", and is to be renewed from ",
                      TimeToWords(decision.from), " on",
                      DoubtOfClock(facts.not_before, Clock::System().Now()), "\n");
}

std::string ToJson(const Decision& decision) {
  const nlohmann::ordered_json json = {{"renew", decision.renew},
                                       {"subject", decision.facts.subject},
                                       {"serial", decision.facts.serial},
                                       {"not_before", TimeToJson(decision.facts.not_before)},
                                       {"not_after", TimeToJson(decision.facts.not_after)},
                                       {"renew_from", TimeToJson(decision.from)}};
  return JsonToText(json);
}

int RunNeedsRenewal(const NeedsRenewalFlags& flags) {
  const absl::StatusOr<Decision> decision = Decide(flags);
  if (!decision.ok()) {
    ReportStatus(decision.status());
    return GetReason(decision.status()) == Reason::kFileMissing ? kExitNoFile : kExitCannotTell;
  }
  const absl::Status written =
      WriteData("", flags.form == "json" ? ToJson(*decision) : ToText(*decision));
  if (!written.ok()) {
    ReportStatus(written);
    return kExitCannotTell;
  }
  return decision->renew ? kExitRenew : kExitNotYet;
}

}  // namespace

void AddNeedsRenewalCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand(
      "needs-renewal", "Say by the exit status whether it is time to renew a certificate");
  auto flags = std::make_shared<NeedsRenewalFlags>();
  command->add_option("file", flags->file, "Its file, in any form; - is standard input")
      ->type_name("FILE")
      ->required();
  CLI::Option* before =
      command->add_option("--before", flags->before, "Renew this long before the certificate ends")
          ->type_name("DURATION")
          ->check(CheckDurationFlag, "");
  command
      ->add_option("--after-fraction", flags->after,
                   "Renew once this part of the validity is over, such as 2/3 or 66%")
      ->type_name("FRACTION")
      ->check(CheckFractionFlag, "")
      ->excludes(before);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] { *exit_code = RunNeedsRenewal(*flags); });
}

}  // namespace fleetca::client
