#include "client/cli/revoke_flags.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "client/cli/identity_flag.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/terminal/output.h"
#include "client/revocation_reason.h"
#include "fleetca/v1/revocation.pb.h"
#include "x509/serial.h"

namespace fleetca::client {
namespace {

std::string CheckReason(const std::string& text) {
  return ParseRevocationReason(text).has_value()
             ? ""
             : "give one of " + absl::StrJoin(RevocationReasonNames(), ", ");
}

}  // namespace

void AddRevokeFlags(CLI::App& command, RevokeFlags* flags) {
  command.add_option("--serial", flags->serials, "These: serial numbers in hex, or their files")
      ->type_name("SERIAL|FILE...");
  command.add_option("--identity", flags->identity, "All of this SPIFFE ID")
      ->type_name("SPIFFE-ID")
      ->check(CheckIdentityFlag, "");
  command
      .add_option("--lineage", flags->lineage,
                  "All of the line of renewals that this certificate belongs to")
      ->type_name("SERIAL|FILE");
  command
      .add_option("--key-of", flags->key_of,
                  "All with the key of this certificate, CSR or public key")
      ->type_name("FILE");
  AddIssuedFlags(command, &flags->issued);
  command
      .add_option("--reason", flags->reason, "Why: " + absl::StrJoin(RevocationReasonNames(), ", "))
      ->type_name("REASON")
      ->check(CheckReason, "");
  command.add_flag("--dry-run", flags->dry_run, "Count them, and revoke none");
  command.add_flag("--yes", flags->yes, "Do not ask where more than one is revoked");
  AddTextOrJsonFlag(command, &flags->form);
}

std::string CheckRevokeFlags(const RevokeFlags& flags) {
  const int groups = (flags.serials.empty() ? 0 : 1) + (flags.identity.empty() ? 0 : 1) +
                     (flags.lineage.empty() ? 0 : 1) + (flags.key_of.empty() ? 0 : 1) +
                     (flags.issued.IsSet() ? 1 : 0);
  if (groups == 0) {
    return "--serial, --identity, --lineage, --key-of, --profile, --issuer, --issued-from or "
           "--issued-to is needed: it says which certificates are revoked";
  }
  if (groups > 1) {
    return "--serial, --identity, --lineage and --key-of do not go together, nor with how "
           "certificates were issued (--profile, --issuer, --issued-from, --issued-to); revoke by "
           "one after the other";
  }
  return "";
}

absl::StatusOr<v1::RevokeCertificatesRequest> ReadRevokeFlags(const RevokeFlags& flags,
                                                              absl::Time now) {
  v1::RevokeCertificatesRequest request;
  request.set_reason(
      ParseRevocationReason(flags.reason).value_or(v1::REVOCATION_REASON_UNSPECIFIED));
  for (const std::string& which : flags.serials) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::SerialNumber serial, ReadSerialOrFile(which));
    request.mutable_serial_numbers()->add_values(std::string(serial.bytes()));
  }
  if (!flags.identity.empty()) {
    request.set_identity(flags.identity);
  } else if (!flags.lineage.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::SerialNumber serial, ReadSerialOrFile(flags.lineage));
    request.set_lineage(std::string(serial.bytes()));
  } else if (!flags.key_of.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(std::string hash, ReadKeyHashOfFile(flags.key_of));
    request.set_key_sha256(std::move(hash));
  } else if (flags.issued.IsSet()) {
    FLEETCA_ASSIGN_OR_RETURN(*request.mutable_issued(), ReadIssuedFlags(flags.issued, now));
  }
  return request;
}

}  // namespace fleetca::client
