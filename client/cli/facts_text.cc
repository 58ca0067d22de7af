#include "client/cli/facts_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/duration_flag.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kEmpty = "(empty)";
constexpr absl::string_view kNone = "(none)";

std::string OptionalLine(absl::string_view label, absl::string_view value) {
  return value.empty() ? std::string() : TextLine(label, value);
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

}  // namespace

std::string TextLine(absl::string_view label, absl::string_view value) {
  return absl::StrFormat("  %-15s %s\n", label, value);
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

std::string CertificateToText(const CertificateFacts& facts, absl::Time now) {
  std::string text = "Certificate\n";
  absl::StrAppend(
      &text, TextLine("Subject", facts.subject.empty() ? kEmpty : facts.subject),
      TextLine("Issuer", facts.issuer.empty() ? kEmpty : facts.issuer),
      TextLine("Serial", facts.serial), TextLines("Names", facts.names),
      TextLine("Not before", TimeInWords(facts.not_before)),
      TextLine("Not after", absl::StrCat(TimeInWords(facts.not_after), ", ",
                                         ValidityInWords(facts.not_before, facts.not_after, now))),
      TextLine("Key", facts.key), TextLine("Signature", facts.signature_algorithm),
      TextLine("CA", CaText(facts)));
  absl::StrAppend(&text, OptionalLine("Key usage", absl::StrJoin(facts.key_usage, ", ")),
                  OptionalLine("Purposes", absl::StrJoin(facts.extended_key_usage, ", ")),
                  OptionalLine("Key id", facts.subject_key_id),
                  OptionalLine("Issuer's key id", facts.authority_key_id),
                  TextLine("SHA-256", facts.sha256));
  for (const OtherExtension& extension : facts.other_extensions) {
    absl::StrAppend(
        &text, TextLine("Extension",
                        absl::StrCat(extension.oid, ", ", extension.critical ? "critical, " : "",
                                     extension.size, " octets")));
  }
  return text;
}

std::string CsrToText(const CsrFacts& facts) {
  std::string text = "Certificate request\n";
  const std::string possession =
      facts.possession_error.empty() ? "valid" : absl::StrCat("INVALID: ", facts.possession_error);
  absl::StrAppend(&text, TextLine("Subject", facts.subject.empty() ? kEmpty : facts.subject),
                  TextLines("Names", facts.names), TextLine("Key", facts.key),
                  TextLine("Signature", absl::StrCat(facts.signature_algorithm, ", ", possession)));
  for (const std::string& oid : facts.ignored_extensions) {
    absl::StrAppend(&text, TextLine("Extension", absl::StrCat(oid, ", asked for and not granted")));
  }
  return text;
}

}  // namespace fleetca::client
