#include "client/cli/status_command.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/ca_client.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/terminal/output.h"
#include "client/revocation_reason.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
What the CA knows: valid, expired, or revoked, with the date and the reason. Your certificate needs
may_get_certificates in the policy.

Examples:
  fleetca cert status --dir ca web.crt
  fleetca cert status --dir ca -o json "$(openssl x509 -noout -serial -in web.crt)" | jq -r .status
)help";

struct StatusFlags {
  ConnectionFlags connection;
  std::string form = "text";
  std::string which;
};

std::string StatusOf(const Recorded& recorded, absl::Time now) {
  if (recorded.revocation.has_value()) {
    return "revoked";
  }
  return now < recorded.issued.not_after ? "valid" : "expired";
}

std::string ToText(const Recorded& recorded, const std::string& status) {
  std::string text = status;
  if (recorded.revocation.has_value()) {
    absl::StrAppend(&text, " since ", TimeToWords(recorded.revocation->revoke_time), " (",
                    RevocationReasonName(recorded.revocation->reason), "), by ",
                    recorded.revocation->revoker);
  } else {
    absl::StrAppend(&text, " until ", TimeToWords(recorded.issued.not_after));
  }
  return absl::StrCat(text, ": ", recorded.issued.serial.ToHex(), " of ", recorded.identity, "\n");
}

std::string ToJson(const Recorded& recorded, const std::string& status) {
  nlohmann::ordered_json json = {{"serial", recorded.issued.serial.ToHex()},
                                 {"identity", recorded.identity},
                                 {"status", status},
                                 {"not_after", TimeToJson(recorded.issued.not_after)}};
  if (recorded.revocation.has_value()) {
    json["revoke_time"] = TimeToJson(recorded.revocation->revoke_time);
    json["reason"] = std::string(RevocationReasonName(recorded.revocation->reason));
    json["revoker"] = recorded.revocation->revoker;
  }
  return JsonToText(json);
}

absl::Status RunStatus(const StatusFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::SerialNumber serial, ReadSerialOrFile(flags.which));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<CaClient> client, Connect(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const Recorded recorded, client->Get(serial));
  const std::string status = StatusOf(recorded, Clock::System().Now());
  return WriteData("", ParseForm(flags.form) == OutputForm::kJson ? ToJson(recorded, status)
                                                                  : ToText(recorded, status));
}

}  // namespace

void AddStatusCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("status", "Ask whether a certificate is revoked");
  auto flags = std::make_shared<StatusFlags>();
  command->add_option("certificate", flags->which, "Its serial number in hex, or its file")
      ->type_name("SERIAL|FILE")
      ->required();
  AddTextOrJsonFlag(*command, &flags->form);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = missing.empty() ? ReportStatus(RunStatus(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace fleetca::client
