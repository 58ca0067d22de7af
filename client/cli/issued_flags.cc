#include "client/cli/issued_flags.h"

#include "base/errors.h"
#include "base/status_macros.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/terminal/time_flag.h"
#include "fleetca/v1/revocation.pb.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

void SetTime(absl::string_view text, absl::Time now, google::protobuf::Timestamp* message) {
  const absl::Time time = ParseTimeFlag(text, now).value_or(now);
  const int64_t seconds = absl::ToUnixSeconds(time);
  message->set_seconds(seconds);
  message->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace

void AddIssuedFlags(CLI::App& command, IssuedFlags* flags) {
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
}

absl::StatusOr<v1::IssuedSelection> ReadIssuedFlags(const IssuedFlags& flags, absl::Time now) {
  v1::IssuedSelection issued;
  issued.set_profile(flags.profile);
  if (!flags.issuer.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string der, ReadCertificateOfFile(flags.issuer));
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate ca, x509::ParseCertificate(der));
    if (!ca.is_ca || ca.subject_key_id.empty()) {
      return InvalidArgument(Reason::kFileInvalid, "--issuer",
                             flags.issuer + ": this is not the certificate of an issuing CA");
    }
    issued.set_issuer_key_id(std::string(ca.subject_key_id));
  }
  if (!flags.issued_from.empty()) {
    SetTime(flags.issued_from, now, issued.mutable_from());
  }
  if (!flags.issued_to.empty()) {
    SetTime(flags.issued_to, now, issued.mutable_to());
  }
  return issued;
}

}  // namespace fleetca::client
