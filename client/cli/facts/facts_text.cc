#include "client/cli/facts/facts_text.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/display_escape.h"
#include "base/time_text.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/style.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kEmpty = "(empty)";
constexpr absl::string_view kNone = "(none)";

std::string OptionalLine(absl::string_view label, absl::string_view value) {
  return value.empty() ? std::string() : TextLine(label, value);
}

std::string OptionalLines(absl::string_view label, const std::vector<std::string>& values) {
  return values.empty() ? std::string() : TextLines(label, values);
}

std::string UnreadableLine(absl::string_view label, absl::string_view problem) {
  return TextLine(label, absl::StrCat("UNREADABLE: ", problem), Meaning::kBad);
}

std::string PointersText(const CertificateFacts& facts) {
  return absl::StrCat(
      OptionalLines("CRL", facts.crl_urls), OptionalLines("OCSP", facts.ocsp_urls),
      OptionalLines("CA issuers", facts.ca_issuers_urls),
      facts.no_rev_avail ? TextLine("Revocation", "none will be published (noRevAvail)") : "");
}

std::string CaText(const CertificateFacts& facts) {
  if (!facts.is_ca) {
    return "no";
  }
  if (!facts.path_length.has_value()) {
    return "yes";
  }
  return absl::StrCat("yes, with at most ", *facts.path_length, " CA certificates below");
}

std::string AuthzText(const CertificateFacts& facts) {
  if (!facts.authz.has_value()) {
    return facts.authz_problem.empty() ? std::string()
                                       : UnreadableLine("Roles", facts.authz_problem);
  }
  const x509::FleetAuthz& authz = *facts.authz;
  std::string text = TextLines("Roles", authz.roles);
  absl::StrAppend(&text, authz.audience.has_value() ? TextLines("Audience", *authz.audience)
                                                    : TextLine("Audience", "(every service)"));
  for (size_t i = 0; i < authz.attributes.size(); ++i) {
    absl::StrAppend(
        &text, TextLine(i == 0 ? "Attributes" : "",
                        absl::StrCat(authz.attributes[i].name, " = ", authz.attributes[i].value)));
  }
  absl::StrAppend(&text, TextLine("Policy revision", absl::StrCat(authz.policy_revision)));
  return text;
}

std::string ProvenanceText(const CertificateFacts& facts) {
  if (!facts.provenance.has_value()) {
    return facts.provenance_problem.empty()
               ? std::string()
               : UnreadableLine("Provenance", facts.provenance_problem);
  }
  const x509::Provenance& provenance = *facts.provenance;
  std::string text = absl::StrCat("profile ", provenance.profile, ", attested by ",
                                  AttestationName(provenance.attestation));
  if (provenance.generation.has_value()) {
    absl::StrAppend(&text, ", generation ", *provenance.generation);
  }
  if (provenance.request_id.has_value()) {
    absl::StrAppend(&text, ", request ", absl::BytesToHexString(*provenance.request_id));
  }
  return TextLine("Provenance", text);
}

}  // namespace

std::string TextLine(absl::string_view label, absl::string_view value, Meaning meaning) {
  return absl::StrFormat("  %-15s %s\n", label, Coloured(EscapeForDisplay(value), meaning));
}

std::string TextLines(absl::string_view label, const std::vector<std::string>& values) {
  if (values.empty()) {
    return TextLine(label, kNone);
  }
  std::string lines;
  for (const std::string& value : values) {
    absl::StrAppend(&lines, TextLine(lines.empty() ? label : "", value));
  }
  return lines;
}

std::string ValidityInWords(absl::Time not_before, absl::Time not_after, absl::Time now) {
  if (now > not_after) {
    return absl::StrCat("expired ", DurationInWords(now - not_after), " ago");
  }
  if (now < not_before) {
    return absl::StrCat("valid in ", DurationInWords(not_before - now));
  }
  return absl::StrCat("expires in ", DurationInWords(not_after - now));
}

std::string DoubtOfClock(absl::Time not_before, absl::Time now) {
  return now < not_before
             ? absl::StrCat(", and this machine's clock says ", TimeToWords(now), ": is it right?")
             : "";
}

std::string CertificateToText(const CertificateFacts& facts, absl::Time now) {
  std::string text = "Certificate\n";
  absl::StrAppend(&text, TextLine("Subject", facts.subject.empty() ? kEmpty : facts.subject),
                  TextLine("Issuer", facts.issuer.empty() ? kEmpty : facts.issuer),
                  TextLine("Serial", facts.serial), TextLines("Names", facts.names),
                  TextLine("Not before", absl::StrCat(TimeToWords(facts.not_before),
                                                      DoubtOfClock(facts.not_before, now))),
                  TextLine("Not after",
                           absl::StrCat(TimeToWords(facts.not_after), ", ",
                                        ValidityInWords(facts.not_before, facts.not_after, now)),
                           MeaningOfValidity(facts.not_before, facts.not_after, now)),
                  TextLine("Key", facts.key), TextLine("Signature", facts.signature_algorithm),
                  TextLine("CA", CaText(facts)));
  absl::StrAppend(&text, OptionalLine("Key usage", absl::StrJoin(facts.key_usage, ", ")),
                  OptionalLine("Purposes", absl::StrJoin(facts.extended_key_usage, ", ")),
                  AuthzText(facts), ProvenanceText(facts),
                  OptionalLine("Key id", facts.subject_key_id),
                  OptionalLine("Issuer's key id", facts.authority_key_id), PointersText(facts),
                  TextLine("SHA-256", facts.sha256));
  for (const OtherExtension& extension : facts.other_extensions) {
    absl::StrAppend(
        &text, TextLine("Extension",
                        absl::StrCat(extension.oid, ", ", extension.critical ? "critical, " : "",
                                     extension.size, " octets")));
  }
  if (!facts.not_accepted.empty()) {
    absl::StrAppend(&text,
                    TextLine("Not accepted", absl::StrCat("by fleetca: ", facts.not_accepted)));
  }
  return text;
}

std::string CsrToText(const CsrFacts& facts) {
  std::string text = "Certificate request\n";
  const bool valid = facts.possession_error.empty();
  const std::string possession =
      valid ? "valid" : absl::StrCat("INVALID: ", facts.possession_error);
  absl::StrAppend(&text, TextLine("Subject", facts.subject.empty() ? kEmpty : facts.subject),
                  TextLines("Names", facts.names), TextLine("Key", facts.key),
                  TextLine("Signature", absl::StrCat(facts.signature_algorithm, ", ", possession),
                           valid ? Meaning::kPlain : Meaning::kBad));
  for (const std::string& oid : facts.ignored_extensions) {
    absl::StrAppend(&text, TextLine("Extension", absl::StrCat(oid, ", asked for and not granted")));
  }
  return text;
}

}  // namespace fleetca::client
