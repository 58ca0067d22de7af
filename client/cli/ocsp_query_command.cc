#include "client/cli/ocsp_query_command.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/cli/facts/crl_facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/local/fetch_flags.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/slow_work.h"
#include "client/verdict/ocsp_check.h"
#include "client/verdict/revocation_fetch.h"
#include "client/verdict/revocation_text.h"
#include "x509/canonical_name.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"
#include "x509/revocation/ocsp_reader.h"
#include "x509/revocation/reason_name.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Believed is an answer that the issuing CA has signed, or a responder that it certified, about this
very certificate, within its dates. The exit status is 0 for good, and 1 for revoked and unknown.

Examples:
  fleetca ocsp query web.crt --issuer ca/issuing-ca.crt
  fleetca ocsp query web.crt --issuer ca/issuing-ca.crt --url http://127.0.0.1:8080/ocsp --nonce
  fleetca ocsp query web.crt --issuer ca/issuing-ca.crt -o json | jq -r .status
)help";

struct QueryFlags {
  std::string certificate;
  std::string issuer;
  std::string url;
  std::string hash = "sha256";
  bool nonce = false;
  std::string timeout = "30s";
  std::string form = "text";
};

const char* StatusName(x509::OcspCertStatus status) {
  switch (status) {
    case x509::OcspCertStatus::kGood:
      return "good";
    case x509::OcspCertStatus::kRevoked:
      return "revoked";
    case x509::OcspCertStatus::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string ToText(const x509::OcspSingleResponse& single, absl::string_view serial,
                   const std::string& url) {
  const x509::OcspRevocation& revocation = single.revocation;
  const std::string since = revocation.status == x509::OcspCertStatus::kRevoked
                                ? absl::StrCat(" since ", TimeToWords(revocation.revoked_at), " (",
                                               x509::RevocationReasonName(revocation.reason), ")")
                                : "";
  return absl::StrCat(StatusName(revocation.status), since, ": ", SerialText(serial), ", says ",
                      url, " as of ", TimeToWords(single.this_update), " and until ",
                      TimeToWords(single.next_update.value_or(single.this_update)), "\n");
}

std::string ToJson(const x509::OcspSingleResponse& single, const x509::OcspResponse& response,
                   absl::string_view serial, const std::string& url) {
  const x509::OcspRevocation& revocation = single.revocation;
  nlohmann::ordered_json json = {{"serial", SerialText(serial)},
                                 {"status", StatusName(revocation.status)}};
  if (revocation.status == x509::OcspCertStatus::kRevoked) {
    json["revoke_time"] = TimeToJson(revocation.revoked_at);
    json["reason"] = std::string(x509::RevocationReasonName(revocation.reason));
  }
  json["this_update"] = TimeToJson(single.this_update);
  json["next_update"] = TimeToJson(single.next_update.value_or(single.this_update));
  json["produced_at"] = TimeToJson(response.produced_at);
  json["nonce"] = response.nonce.has_value();
  json["url"] = url;
  return JsonToText(json);
}

// The certificate that is asked about and its issuer, which are ones that belong together.
absl::Status CheckIssued(const QueryFlags& flags, const x509::Certificate& certificate,
                         const x509::Certificate& issuer) {
  // The words of VerifySignedBy are for another name; of two spellings the key alone decides.
  const absl::Status issued = x509::SameName(certificate.issuer, issuer.subject)
                                  ? x509::VerifySignedByKeyOf(certificate, issuer)
                                  : x509::VerifySignedBy(certificate, issuer);
  return issued.ok() ? issued
                     : Annotate(issued, absl::StrCat(flags.certificate,
                                                     " was not issued by the CA of --issuer ",
                                                     flags.issuer, ", so nothing was asked"));
}

absl::StatusOr<OcspAnswer> Ask(const QueryFlags& flags, const x509::Certificate& certificate,
                               const x509::Certificate& issuer) {
  const SlowWork slow("asking the OCSP responder");
  return AskOcsp(
      {.certificate = &certificate,
       .issuer = &issuer,
       .url = flags.url,
       .hash = flags.hash == "sha1" ? x509::CertIdHash::kSha1 : x509::CertIdHash::kSha256,
       .nonce = flags.nonce,
       .timeout = ParseDurationFlag(flags.timeout).value_or(absl::Seconds(30)),
       .at = Clock::System().Now()});
}

absl::StatusOr<int> Query(const QueryFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const auto certificates, ReadCertificatesOfFile(flags.certificate));
  FLEETCA_ASSIGN_OR_RETURN(const auto issuers, ReadCertificatesOfFile(flags.issuer));
  const x509::Certificate& certificate = *certificates.front();
  const x509::Certificate& issuer = *issuers.front();
  FLEETCA_RETURN_IF_ERROR(CheckIssued(flags, certificate, issuer));
  if (flags.url.empty()) {
    FLEETCA_RETURN_IF_ERROR(Annotate(
        FirstHttpUrl(certificate.ocsp_urls, "an OCSP responder").status(), flags.certificate));
  }
  FLEETCA_ASSIGN_OR_RETURN(const OcspAnswer answer, Ask(flags, certificate, issuer));
  if (flags.nonce && !answer.response.nonce.has_value()) {
    Say("the responder left the nonce out, so the answer may be one that it has kept");
  }
  FLEETCA_RETURN_IF_ERROR(
      WriteData("", flags.form == "json"
                        ? ToJson(answer.single, answer.response, certificate.serial, answer.url)
                        : ToText(answer.single, certificate.serial, answer.url)));
  const absl::Status status = OcspRefusal(answer.single, certificate.serial);
  // As text, the answer has said it.
  return status.ok()                          ? kExitOk
         : GetErrorForm() == ErrorForm::kJson ? ReportStatus(status)
                                              : kExitFailed;
}

}  // namespace

void AddOcspQueryCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("query", "Ask an OCSP responder whether a certificate is revoked");
  auto flags = std::make_shared<QueryFlags>();
  command->add_option("certificate", flags->certificate, "Which one, PEM or DER")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--issuer", flags->issuer,
                   "The certificate of the CA that issued it, which is believed as it stands")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--url", flags->url,
                   "Where the responder is; by default where the certificate says")
      ->type_name("URL")
      ->check(CheckHttpUrlFlag, "");
  command
      ->add_option("--hash", flags->hash,
                   "By which hash the request names the certificate: sha256, or sha1 for a "
                   "responder that knows no other")
      ->type_name("HASH")
      ->check(CLI::IsMember({"sha1", "sha256"}), "")
      ->capture_default_str();
  command->add_flag("--nonce", flags->nonce,
                    "Have an answer made anew, where the responder does that");
  AddFetchTimeoutFlag(*command, &flags->timeout);
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake =
        StandardInputMistake({{"certificate", flags->certificate}, {"--issuer", flags->issuer}});
    if (!mistake.empty()) {
      *exit_code = ReportUsageError(mistake);
      return;
    }
    const absl::StatusOr<int> code = Query(*flags);
    *exit_code = code.ok() ? *code : ReportStatus(code.status());
  });
}

}  // namespace fleetca::client
