#include "client/cli/output.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/standard_output.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr mode_t kPublicFileMode = 0644;

bool IsStandardOutput(absl::string_view file) { return file.empty() || file == "-"; }

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
                  "Write the data to this file; - and the default are standard output")
      ->type_name("FILE");
}

void AddForceFlag(CLI::App& command, bool* force) {
  command.add_flag("--force", *force,
                   "Replace the files that are there already, as a renewal by a script does");
}

absl::Status CheckOutput(const std::string& file, Replace replace) {
  if (IsStandardOutput(file)) {
    return CheckStandardOutput();
  }
  const absl::Status checked = CheckCanWrite(file, replace);
  return absl::IsAlreadyExists(checked)
             ? MakeError(checked.code(), GetReason(checked).value_or(Reason::kFileInvalid), "",
                         absl::StrCat(checked.message(), "; --force replaces it"))
             : checked;
}

absl::Status WriteData(const std::string& file, absl::string_view data, Replace replace) {
  if (!IsStandardOutput(file)) {
    return WriteOutput(file, data, kPublicFileMode, replace);
  }
  return WriteStandardOutput(data);
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
