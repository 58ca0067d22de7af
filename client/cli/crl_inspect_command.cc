#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/any_serial.h"
#include "client/cli/crl_commands.h"
#include "client/cli/crl_output.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/verdict/crl_input.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Nothing is verified: see fleetca crl verify. A certificate that is not in a CRL is not revoked only
where the CRL speaks of it, which fleetca crl verify --of says.

Examples:
  fleetca crl inspect web.crl
  fleetca crl inspect web.crl --serial web.crt
  fleetca crl inspect web.crl --entries 20
  fleetca crl inspect -o json web.crl | jq '.[] | .entry_count, .expired'
)help";

struct InspectFlags {
  std::string file;
  std::string form = "text";
  std::string serial;
  uint32_t entries = 0;
};

absl::Status RunInspect(const InspectFlags& flags) {
  CrlQuery query{.entries = flags.entries};
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<HeldCrl> crls, ReadCrlsOfFile(flags.file));
  if (!flags.serial.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(query.serial, ReadAnySerialOrFile(flags.serial));
  }
  const OutputForm form = ParseForm(flags.form);
  return Show(form, FormatCrls(crls, query, form, Clock::System().Now()));
}

}  // namespace

void AddCrlInspectCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("inspect", "Show what is in a CRL");
  auto flags = std::make_shared<InspectFlags>();
  command->add_option("file", flags->file, "PEM or DER; - is standard input")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--serial", flags->serial,
                   "Say whether it lists this certificate: a serial number in hex, or a file")
      ->type_name("SERIAL|FILE");
  command->add_option("--entries", flags->entries, "Show so many entries, from the first on")
      ->type_name("NUMBER");
  AddFormFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake =
        StandardInputMistake({{"file", flags->file}, {"--serial", flags->serial}});
    *exit_code = mistake.empty() ? ReportStatus(RunInspect(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
