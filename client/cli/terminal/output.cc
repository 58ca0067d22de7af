#include "client/cli/terminal/output.h"

#include "absl/strings/str_cat.h"
#include "base/exit_status.h"
#include "base/standard_output.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr mode_t kPublicFileMode = 0644;

bool IsStandardOutput(absl::string_view file) { return file.empty() || IsStandardStream(file); }

}  // namespace

void AddFormFlag(CLI::App& command, std::string* form) {
  command.add_option("-o,--output", *form, "The form of the data: text, json or pem")
      ->type_name("FORM")
      ->check(CLI::IsMember({"text", "json", "pem"}), "")
      ->capture_default_str();
}

CLI::Option* AddTextOrJsonFlag(CLI::App& command, std::string* form) {
  return command.add_option("-o,--output", *form, "The form of the data: text or json")
      ->type_name("FORM")
      ->check(CLI::IsMember({"text", "json"}), "")
      ->capture_default_str();
}

OutputForm ParseForm(absl::string_view form) {
  if (form == "text") {
    return OutputForm::kText;
  }
  return form == "json" ? OutputForm::kJson : OutputForm::kPem;
}

void AddOutputFlags(CLI::App& command, OutputFlags* flags) {
  AddFormFlag(command, &flags->form);
  command
      .add_option("--out", flags->file,
                  "Write it to this file, as PEM whatever -o shows; - and the default are standard "
                  "output, for what -o says")
      ->type_name("FILE");
}

void AddForceFlag(CLI::App& command, bool* force) {
  command.add_flag("--force", *force,
                   "Replace the files that are there already, as a renewal by a script does");
}

FlaggedOutput DataOutput(const OutputFlags& flags, Replace replace) {
  return {"--out", flags.file.empty() ? "-" : flags.file, replace};
}

absl::Status WriteData(const std::string& file, absl::string_view data, Replace replace) {
  if (!IsStandardOutput(file)) {
    return WriteOutput(file, data, kPublicFileMode, replace);
  }
  return WriteStandardOutput(data);
}

absl::Status WriteObject(const OutputFlags& flags, absl::string_view pem, absl::string_view shown,
                         Replace replace) {
  const bool shows_pem = ParseForm(flags.form) == OutputForm::kPem;
  if (IsStandardOutput(flags.file)) {
    return WriteStandardOutput(shows_pem ? pem : shown);
  }
  FLEETCA_RETURN_IF_ERROR(WriteData(flags.file, pem, replace));
  return shows_pem ? absl::OkStatus() : WriteStandardOutput(shown);
}

void Say(absl::string_view sentence) { SayNote(sentence); }

std::string CertificatesToPem(const std::vector<std::string>& certificates_der) {
  std::string pem;
  for (const std::string& der : certificates_der) {
    absl::StrAppend(&pem, x509::EncodePem(x509::kPemCertificate, der));
  }
  return pem;
}

}  // namespace fleetca::client
