#include "client/cli/revoke_command.h"

#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/facts_json.h"
#include "client/cli/output.h"
#include "client/cli/revoke_flags.h"
#include "client/revocation_client.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
For good: no revocation is taken back. The CA refuses a revoked certificate from then on. Revoking
again changes nothing, but that the reason may become keyCompromise, by which the CA never certifies
the key again. Your certificate needs may_revoke_certificates in the policy; your own certificate you
may revoke without it.

Examples:
  fleetca cert revoke --dir ca --serial web.crt --reason superseded
  fleetca cert revoke --dir ca --identity spiffe://fleet.example/svc/web --dry-run
  fleetca cert revoke --dir ca --key-of web.crt --reason keyCompromise --yes
  fleetca cert revoke --dir ca --profile service --issued-from 2h --yes -o json
)help";

std::string Certificates(uint64_t count) {
  return absl::StrCat(count, count == 1 ? " certificate" : " certificates");
}

std::string CountsToText(const RevokedCounts& counts, bool dry_run) {
  const char* would = dry_run ? "would be " : "";
  std::string text =
      absl::StrCat(Certificates(counts.revoked), " ", would, dry_run ? "" : "were ", "revoked\n");
  if (counts.upgraded > 0) {
    absl::StrAppend(&text, Certificates(counts.upgraded), " revoked before for another reason ",
                    would, dry_run ? "" : "were ", "marked as keyCompromise\n");
  }
  if (counts.unchanged > 0) {
    absl::StrAppend(&text, Certificates(counts.unchanged), " revoked before ",
                    dry_run ? "would stay" : "stay", " as they are\n");
  }
  return text;
}

std::string FormatCounts(const RevokedCounts& counts, bool dry_run, OutputForm form) {
  if (form != OutputForm::kJson) {
    return CountsToText(counts, dry_run);
  }
  return JsonToText({{"dry_run", dry_run},
                     {"revoked", counts.revoked},
                     {"upgraded", counts.upgraded},
                     {"unchanged", counts.unchanged},
                     {"sequence", counts.sequence}});
}

// Where several are hit, a person is asked, and a script has to have said --yes.
absl::Status Confirm(uint64_t count) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
    return FailedPrecondition(
        Reason::kConfigInvalid, "--yes",
        absl::StrCat(Certificates(count),
                     " would be revoked for good, so none was; say --yes if that is meant"));
  }
  std::cerr << "Revoke " << Certificates(count) << " for good? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes"
             ? absl::OkStatus()
             : Cancelled(Reason::kCancelled, "You did not say yes, so nothing was revoked");
}

absl::Status RunRevoke(const RevokeFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(v1::RevokeCertificatesRequest request,
                           ReadRevokeFlags(flags, Clock::System().Now()));
  FLEETCA_RETURN_IF_ERROR(PrepareGrpc());
  FLEETCA_ASSIGN_OR_RETURN(CaClientOptions options, ClientOptionsOf(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RevocationClient> client,
                           RevocationClient::Create(std::move(options)));
  request.set_dry_run(true);
  if (flags.dry_run || !flags.yes) {
    FLEETCA_ASSIGN_OR_RETURN(const RevokedCounts counts, client->Revoke(request));
    if (flags.dry_run) {
      return WriteData("", FormatCounts(counts, true, ParseForm(flags.form)));
    }
    if (const uint64_t hit = counts.revoked + counts.upgraded; hit > 1) {
      FLEETCA_RETURN_IF_ERROR(Confirm(hit));
    }
  }
  request.set_dry_run(false);
  FLEETCA_ASSIGN_OR_RETURN(const RevokedCounts counts, client->Revoke(request));
  return WriteData("", FormatCounts(counts, false, ParseForm(flags.form)));
}

}  // namespace

void AddRevokeCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("revoke", "Take certificates back, for good");
  auto flags = std::make_shared<RevokeFlags>();
  AddRevokeFlags(*command, flags.get());
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    std::string wrong = CheckRevokeFlags(*flags);
    if (wrong.empty()) {
      wrong = MissingConnectionFlag(flags->connection);
    }
    *exit_code = wrong.empty() ? ReportStatus(RunRevoke(*flags)) : ReportUsageError(wrong);
  });
}

}  // namespace fleetca::client
