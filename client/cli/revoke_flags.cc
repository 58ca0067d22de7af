#include "client/cli/revoke_flags.h"

#include <optional>
#include <utility>

#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/cli/identity_flag.h"
#include "client/cli/output.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/time_flag.h"
#include "client/revocation_reason.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

std::string CheckReason(const std::string& text) {
  return ParseRevocationReason(text).has_value()
             ? ""
             : "give one of " + absl::StrJoin(RevocationReasonNames(), ", ");
}

bool SaysHowIssued(const RevokeFlags& flags) {
  return !flags.profile.empty() || !flags.issuer.empty() || !flags.issued_from.empty() ||
         !flags.issued_to.empty();
}

void SetTime(absl::string_view text, absl::Time now, google::protobuf::Timestamp* message) {
  const absl::Time time = ParseTimeFlag(text, now).value_or(now);
  const int64_t seconds = absl::ToUnixSeconds(time);
  message->set_seconds(seconds);
  message->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

absl::Status ReadIssued(const RevokeFlags& flags, absl::Time now, v1::IssuedSelection* issued) {
  issued->set_profile(flags.profile);
  if (!flags.issuer.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string der, ReadCertificateOfFile(flags.issuer));
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate ca, x509::ParseCertificate(der));
    if (!ca.is_ca || ca.subject_key_id.empty()) {
      return InvalidArgument(Reason::kFileInvalid, "--issuer",
                             flags.issuer + ": this is not the certificate of an issuing CA");
    }
    issued->set_issuer_key_id(std::string(ca.subject_key_id));
  }
  if (!flags.issued_from.empty()) {
    SetTime(flags.issued_from, now, issued->mutable_from());
  }
  if (!flags.issued_to.empty()) {
    SetTime(flags.issued_to, now, issued->mutable_to());
  }
  return absl::OkStatus();
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
  command.add_option("--profile", flags->profile, "All that were issued by this profile")
      ->type_name("NAME");
  command.add_option("--issuer", flags->issuer, "And by the issuing CA with this certificate")
      ->type_name("FILE");
  command
      .add_option("--issued-from", flags->issued_from, "And at this time or later, or so long ago")
      ->type_name("TIME")
      ->check(CheckTimeFlag, "");
  command.add_option("--issued-to", flags->issued_to, "And before this time, or so long ago")
      ->type_name("TIME")
      ->check(CheckTimeFlag, "");
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
                     (SaysHowIssued(flags) ? 1 : 0);
  if (groups == 0) {
    return "--serial, --identity, --lineage, --key-of, --profile or --issued-from is needed: it "
           "says which certificates are revoked";
  }
  if (groups > 1) {
    return "--serial, --identity, --lineage, --key-of and how certificates were issued do not go "
           "together; revoke by one after the other";
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
  } else if (SaysHowIssued(flags)) {
    FLEETCA_RETURN_IF_ERROR(ReadIssued(flags, now, request.mutable_issued()));
  }
  return request;
}

}  // namespace fleetca::client
