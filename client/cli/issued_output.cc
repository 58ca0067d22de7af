#include "client/cli/issued_output.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/revocation_reason.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

std::string ToPem(const Issued& issued, bool chain) {
  std::string pem = x509::EncodePem(x509::kPemCertificate, issued.certificate_der);
  return chain ? absl::StrCat(pem, CertificatesToPem(issued.chain_der)) : pem;
}

absl::StatusOr<std::string> CertificateText(const Issued& issued, absl::string_view more_lines,
                                            bool chain) {
  const absl::Time now = Clock::System().Now();
  FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts,
                           FactsOfCertificate(issued.certificate_der));
  std::string text = absl::StrCat(CertificateToText(facts, now), more_lines);
  if (chain) {
    for (const std::string& der : issued.chain_der) {
      FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts issuer, FactsOfCertificate(der));
      absl::StrAppend(&text, "\n", CertificateToText(issuer, now));
    }
  }
  return text;
}

std::string RevokedLine(const Recorded& recorded) {
  return recorded.revocation.has_value()
             ? TextLine("Revoked", absl::StrCat(TimeToWords(recorded.revocation->revoke_time), " (",
                                                RevocationReasonName(recorded.revocation->reason),
                                                "), by ", recorded.revocation->revoker))
             : "";
}

absl::StatusOr<ordered_json> ToJson(const Issued& issued) {
  FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts,
                           FactsOfCertificate(issued.certificate_der));
  ordered_json json = CertificateToJson(facts);
  json["chain_pem"] = ordered_json::array();
  for (const std::string& der : issued.chain_der) {
    json["chain_pem"].push_back(x509::EncodePem(x509::kPemCertificate, der));
  }
  json["renew_after"] = TimeToJson(issued.renew_after);
  return json;
}

}  // namespace

absl::StatusOr<std::string> FormatIssued(const Issued& issued, OutputForm form, bool chain) {
  const std::string request_id = absl::BytesToHexString(issued.request_id);
  if (form == OutputForm::kPem) {
    return ToPem(issued, chain);
  }
  if (form == OutputForm::kText) {
    return CertificateText(issued,
                           TextLine("Renew after", TimeToWords(issued.renew_after)) +
                               TextLine("Request id", request_id),
                           chain);
  }
  FLEETCA_ASSIGN_OR_RETURN(ordered_json json, ToJson(issued));
  json["request_id"] = request_id;
  json["replayed"] = issued.replayed;
  return JsonToText(json);
}

absl::StatusOr<std::string> FormatRecorded(const Recorded& recorded, OutputForm form, bool chain) {
  if (form == OutputForm::kPem) {
    return ToPem(recorded.issued, chain);
  }
  if (form == OutputForm::kText) {
    return CertificateText(
        recorded.issued,
        absl::StrCat(TextLine("Renew after", TimeToWords(recorded.issued.renew_after)),
                     TextLine("Identity", recorded.identity),
                     TextLine("Requested by", recorded.requester),
                     TextLine("Profile", recorded.profile),
                     TextLine("Issued", TimeToWords(recorded.issue_time)), RevokedLine(recorded)),
        chain);
  }
  FLEETCA_ASSIGN_OR_RETURN(ordered_json json, ToJson(recorded.issued));
  json["identity"] = recorded.identity;
  json["requester"] = recorded.requester;
  json["profile"] = recorded.profile;
  json["issue_time"] = TimeToJson(recorded.issue_time);
  if (recorded.revocation.has_value()) {
    json["revoke_time"] = TimeToJson(recorded.revocation->revoke_time);
    json["revocation_reason"] = std::string(RevocationReasonName(recorded.revocation->reason));
    json["revoker"] = recorded.revocation->revoker;
  }
  return JsonToText(json);
}

}  // namespace fleetca::client
