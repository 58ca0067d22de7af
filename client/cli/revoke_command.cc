#include "client/cli/revoke_command.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/own_revocation.h"
#include "client/cli/revoke_flags.h"
#include "client/cli/terminal/confirmation.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/slow_work.h"
#include "client/revocation_client.h"
#include "fleetca/v1/revocation.pb.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
For good: no revocation is taken back. The CA refuses a revoked certificate from then on. Revoking
again changes nothing, but that the reason may become keyCompromise, by which the CA never certifies
the key again. Your certificate needs may_revoke_certificates in the policy; your own certificate you
may revoke without it. A person is asked, and a script has to say --yes, where more than one is hit,
and where an identity or a key is your own.

Examples:
  fleetca cert revoke --dir ca --serial web.crt --reason superseded
  fleetca cert revoke --dir ca --identity spiffe://fleet.example/svc/web --dry-run
  fleetca cert revoke --dir ca --key-of web.crt --reason keyCompromise --yes
  fleetca cert revoke --dir ca --profile service --issued-from 2h --yes -o json
)help";

// "1 certificate was", or what would become of so many.
std::string Become(absl::string_view certificates, uint64_t count, bool dry_run) {
  return absl::StrCat(certificates, dry_run ? " would be " : count == 1 ? " was " : " were ");
}

std::string CountsToText(const RevokedCounts& counts, bool dry_run) {
  std::string text = absl::StrCat(
      Become(CountOfCertificates(counts.revoked), counts.revoked, dry_run), "revoked\n");
  if (counts.upgraded > 0) {
    const std::string before =
        absl::StrCat(CountOfCertificates(counts.upgraded), " revoked before for another reason");
    absl::StrAppend(&text, Become(before, counts.upgraded, dry_run), "marked as keyCompromise\n");
  }
  if (counts.unchanged > 0) {
    absl::StrAppend(&text, CountOfCertificates(counts.unchanged), " revoked before ",
                    dry_run                 ? "would stay"
                    : counts.unchanged == 1 ? "stays"
                                            : "stay",
                    counts.unchanged == 1 ? " as it is\n" : " as they are\n");
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

// What becomes of the operator, and how he comes back.
constexpr char kOwnIsRefused[] =
    "the CA believes the certificate that you show no more: an administrator gets a new one while "
    "the server is stopped, by 'fleetca ca renew-admin --dir DIR'";

// Asks where more than one is hit, and where the operator's own credential goes with what he
// selected. Who names the serial number of his own certificate means it.
absl::Status ConfirmRevocation(const RevokedCounts& counts, bool names_own) {
  const std::string hits = CountOfCertificates(counts.revoked + counts.upgraded);
  if (names_own) {
    return Confirm(
        "What you show the CA yourself is among it, and the CA will refuse you. Revoke for good?",
        {"what you show the CA yourself would be revoked, and the CA would refuse you, so nothing "
         "was revoked",
         "nothing was revoked"});
  }
  if (counts.revoked + counts.upgraded <= 1) {
    return absl::OkStatus();
  }
  return Confirm(
      absl::StrCat("Revoke ", hits, " for good?"),
      {absl::StrCat(hits, " would be revoked for good, so none was"), "nothing was revoked"});
}

// What the counts do not say.
void SayWhatElse(const v1::RevokeCertificatesRequest& request, const RevokedCounts& counts,
                 bool names_own) {
  const bool blocks_key =
      request.has_key_sha256() && request.reason() == v1::REVOCATION_REASON_KEY_COMPROMISE;
  if (blocks_key) {
    Say(request.dry_run() ? "the key would be blocked for ever"
                          : "the key is blocked for ever: the CA certifies it for nobody, and "
                            "believes nobody who has it");
  } else if (counts.revoked + counts.upgraded + counts.unchanged == 0) {
    Say("no certificate that the CA has recorded, and that has not expired, agrees with what was "
        "given: is it spelled right?");
  }
  if (names_own && !request.dry_run()) {
    Say(kOwnIsRefused);
  }
}

absl::StatusOr<RevokedCounts> Revoke(const RevocationClient& client,
                                     const v1::RevokeCertificatesRequest& request) {
  const SlowWork slow(request.dry_run() ? "finding what would be revoked" : "revoking");
  return client.Revoke(request);
}

absl::Status RunRevoke(const RevokeFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(v1::RevokeCertificatesRequest request,
                           ReadRevokeFlags(flags, Clock::System().Now()));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<RevocationClient> client,
                           ConnectTo<RevocationClient>(flags.connection));
  const bool names_own = NamesCertificateOf(request, FilesOf(flags.connection).certificate_file);
  request.set_dry_run(true);
  if (flags.dry_run || !flags.yes) {
    FLEETCA_ASSIGN_OR_RETURN(const RevokedCounts counts, Revoke(*client, request));
    if (flags.dry_run) {
      SayWhatElse(request, counts, names_own);
      return WriteData("", FormatCounts(counts, true, ParseForm(flags.form)));
    }
    FLEETCA_RETURN_IF_ERROR(ConfirmRevocation(counts, names_own && !request.has_serial_numbers()));
  }
  request.set_dry_run(false);
  FLEETCA_ASSIGN_OR_RETURN(const RevokedCounts counts, Revoke(*client, request));
  SayWhatElse(request, counts, names_own);
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
