#include "service/cli/config_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/log.h"
#include "base/standard_output.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"
#include "service/cli/output_form.h"
#include "service/config/server_config.h"
#include "service/server/serving_check.h"

namespace fleetca::service {
namespace {

constexpr char kExamples[] = R"(
Every mistake is a line on standard error: FILE:LINE: field: what is wrong; what to do. When the text is
right, the files that it names are read as 'fleetca serve' reads them: policy, keys, certificates, token
issuers. What is refused here is refused there, and what passes here starts there, if the store is the
one of store.head_file and the ports are free. Run it as the user of the server, who can read the keys;
with --text-only, and on standard input, the files may be elsewhere.

Examples:
  fleetca config validate ca/fleetca.textproto
  fleetca config validate - < ca/fleetca.textproto
)";

struct ValidateFlags {
  std::string file;
  std::string form = "text";
  bool text_only = false;
};

absl::Status Validate(const ValidateFlags& flags, std::vector<std::string>* warnings) {
  FLEETCA_ASSIGN_OR_RETURN(const ServerConfig config, LoadServerConfig(flags.file));
  // What a server would warn of when it starts is not wrong.
  log::Configure(config.log_format, log::Level::kError);
  // A configuration from standard input is in no folder with its files.
  return flags.text_only || IsStandardStream(flags.file) ? absl::OkStatus()
                                                         : CheckServing(config, warnings);
}

std::string ToJson(const std::string& file, const absl::Status& status,
                   const std::vector<std::string>& warnings) {
  nlohmann::ordered_json json;
  json["file"] = file;
  json["valid"] = status.ok();
  json["mistakes"] = nlohmann::ordered_json::array();
  if (!status.ok()) {
    for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
      json["mistakes"].push_back(std::string(line));
    }
  }
  json["warnings"] = warnings;
  return JsonToText(json);
}

int Run(const ValidateFlags& flags) {
  std::vector<std::string> warnings;
  const absl::Status status = Validate(flags, &warnings);
  if (flags.form == "json") {
    const int written = ReportStatus(WriteStandardOutput(ToJson(flags.file, status, warnings)));
    return status.ok() ? written : ReportStatus(status);
  }
  if (GetReason(status) == Reason::kConfigInvalid) {
    // As compilers write them, so that editors jump to the line.
    std::cerr << PrintableMessage(status) << std::endl;
    return kExitFailed;
  }
  if (!status.ok()) {
    return ReportStatus(status);
  }
  for (const std::string& warning : warnings) {
    std::cerr << "warning: " << warning << std::endl;
  }
  return ReportStatus(WriteStandardOutput(absl::StrCat(NameOfInput(flags.file), ": ok\n")));
}

}  // namespace

void AddConfigCommand(CLI::App& app, int* exit_code) {
  CLI::App* config = app.add_subcommand("config", "Check configuration files");
  config->require_subcommand(1);
  CLI::App* validate =
      config->add_subcommand("validate", "Say whether a configuration is right, and where not");
  auto flags = std::make_shared<ValidateFlags>();
  validate->add_option("file", flags->file, "The file; - is standard input")
      ->type_name("FILE")
      ->required();
  validate->add_flag("--text-only", flags->text_only,
                     "Look at the text alone, and not at the files that it names");
  AddFormFlag(*validate, &flags->form);
  validate->footer(kExamples);
  validate->callback([flags, exit_code] { *exit_code = Run(*flags); });
}

}  // namespace fleetca::service
