#include "client/cli/policy_apply_command.h"

#include <array>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file.h"
#include "base/named_paths.h"
#include "base/sha256.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/terminal/output.h"
#include "client/policy_client.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
The file is checked here first, as 'fleetca policy check' does. Then the server reads the file that
its own configuration names (policy_file), takes it only if it is the one that was checked, and
answers when the policy is in force: what changed is written, a line each. A policy that is refused
leaves the one before in force. Without --dir and FILE nothing is checked here, and the server takes
what its file says. Your certificate needs may_apply_policy in the policy that is in force.

Exit status: 0 when the policy is in force, 1 when it was refused.

Examples:
  fleetca policy apply --dir ca
  fleetca policy apply --server localhost:8443 --ca ca/trust-bundle.pem --cert ca/admin.crt \
    --key ca/admin.key ca/policy.textproto
  fleetca policy apply --dir ca -o json
)help";

// As `fleetca ca init` names it.
constexpr char kPolicyFile[] = "policy.textproto";

struct ApplyFlags {
  ConnectionFlags connection;
  std::string form = "text";
  std::string file;
};

std::string FileOf(const ApplyFlags& flags) {
  return flags.file.empty() && !flags.connection.dir.empty()
             ? absl::StrCat(flags.connection.dir, "/", kPolicyFile)
             : flags.file;
}

std::string ToJson(const AppliedPolicy& applied) {
  return JsonToText({{"applied", true},
                     {"file", applied.file},
                     {"policy_revision", applied.revision},
                     {"former_policy_revision", applied.former_revision},
                     {"change_count", applied.change_count},
                     {"changes", applied.changes}});
}

std::string ToText(const AppliedPolicy& applied) {
  std::string text =
      applied.change_count == 0 && applied.revision == applied.former_revision
          ? absl::StrCat("policy revision ", applied.revision, " is in force, as before\n")
          : absl::StrCat("policy revision ", applied.revision, " is in force, after revision ",
                         applied.former_revision, "\n");
  for (const std::string& change : applied.changes) {
    absl::StrAppend(&text, "  ", change, "\n");
  }
  if (applied.change_count > applied.changes.size()) {
    absl::StrAppend(&text, "  and ", applied.change_count - applied.changes.size(),
                    " more changes\n");
  }
  return text;
}

// Writes the refusal by `by`, which is "check" or "server": as JSON both the answer, on standard
// output, and the error that every command has on standard error.
int ReportRefusal(const absl::Status& refusal, absl::string_view by, OutputForm form) {
  if (form == OutputForm::kJson) {
    const absl::Status written = WriteData(
        "", JsonToText(
                {{"applied", false},
                 {"refused_by", by},
                 {"reason", ReasonName(GetReason(refusal).value_or(Reason::kInternal))},
                 {"field", BlamedField(refusal)},
                 {"mistakes", std::vector<std::string>(absl::StrSplit(refusal.message(), '\n'))}}));
    return ReportStatus(written.ok() ? refusal : written);
  }
  Say(by == "server" ? "the server refused the policy; the one before stays in force:"
                     : "the policy is wrong, so the server was not asked:");
  // As compilers write mistakes, so that editors jump to the line.
  std::cerr << PrintableMessage(refusal) << std::endl;
  return kExitFailed;
}

// Of the policy or its file, and not of the way to the server.
bool IsRefusal(const absl::Status& status) {
  const std::optional<Reason> reason = GetReason(status);
  return reason == Reason::kConfigInvalid || reason == Reason::kFileInvalid ||
         reason == Reason::kFileMissing || reason == Reason::kFilePermissions;
}

int RunApply(const ApplyFlags& flags, const CheckPolicy& check) {
  const OutputForm form = ParseForm(flags.form);
  const std::string file = FileOf(flags);
  std::string sha256;
  if (!file.empty()) {
    // Read before it is checked: if it changes in between, the server finds another file.
    const absl::StatusOr<std::string> text = ReadFile(file);
    if (!text.ok()) {
      return ReportStatus(text.status());
    }
    const std::array<char, 32> digest = Sha256(*text);
    sha256.assign(digest.begin(), digest.end());
    if (const absl::Status status = check(file); !status.ok()) {
      return IsRefusal(status) ? ReportRefusal(status, "check", form) : ReportStatus(status);
    }
  }
  const absl::StatusOr<std::unique_ptr<PolicyClient>> client =
      ConnectTo<PolicyClient>(flags.connection);
  if (!client.ok()) {
    return ReportStatus(client.status());
  }
  const absl::StatusOr<AppliedPolicy> applied = (*client)->Apply(sha256);
  if (!applied.ok()) {
    return IsRefusal(applied.status()) ? ReportRefusal(applied.status(), "server", form)
                                       : ReportStatus(applied.status());
  }
  return ReportStatus(
      WriteData("", form == OutputForm::kJson ? ToJson(*applied) : ToText(*applied)));
}

}  // namespace

void AddPolicyApplyCommand(CLI::App& policy, int* exit_code, CheckPolicy check) {
  CLI::App* apply = policy.add_subcommand(
      "apply", "Have a server take the policy in its file, and say what changed");
  auto flags = std::make_shared<ApplyFlags>();
  apply
      ->add_option("file", flags->file,
                   "The policy as you have it; default: policy.textproto in --dir")
      ->type_name("FILE");
  AddTextOrJsonFlag(*apply, &flags->form);
  AddConnectionFlags(*apply, &flags->connection);
  apply->footer(kExamples);
  apply->callback([flags, exit_code, check = std::move(check)] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = !missing.empty()                ? ReportUsageError(missing)
                 : IsStandardStream(flags->file) ? ReportUsageError(
                                                       "the policy is a file, not standard input, "
                                                       "as the server reads it again")
                                                 : RunApply(*flags, check);
  });
}

}  // namespace fleetca::client
