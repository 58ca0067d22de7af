#include "x509/pem.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/text.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr absl::string_view kEnd = "-----END ";
constexpr absl::string_view kDashes = "-----";
constexpr absl::string_view kNewCertificateRequest = "NEW CERTIFICATE REQUEST";
constexpr size_t kLineSize = 64;
constexpr size_t kMaxQuotedLabel = 40;

absl::Status Invalid(absl::string_view message) {
  return InvalidArgument(Reason::kFileInvalid, "", message);
}

// "X" of "-----BEGIN X-----"; nullopt when the dashes at the end are missing.
std::optional<absl::string_view> BoundaryLabel(absl::string_view line, absl::string_view prefix) {
  line.remove_prefix(prefix.size());
  if (!absl::EndsWith(line, kDashes)) {
    return std::nullopt;
  }
  return line.substr(0, line.size() - kDashes.size());
}

std::string Quoted(absl::string_view label) {
  return absl::StrCat("\"", absl::CHexEscape(label.substr(0, kMaxQuotedLabel)), "\"");
}

bool LabelMatches(absl::string_view wanted, absl::string_view found) {
  return found == wanted || (wanted == kPemCertificateRequest && found == kNewCertificateRequest);
}

// Base64 as RFC 4648 section 4 writes it: encoding what was decoded gives the same text, so there
// is one text for each DER.
absl::StatusOr<std::string> DecodeBase64(absl::string_view base64) {
  std::string der;
  if (base64.empty() || !absl::Base64Unescape(base64, &der) || absl::Base64Escape(der) != base64) {
    return Invalid("a PEM block does not hold base64; copy the file again");
  }
  return der;
}

// RFC 7468 section 3, laxbase64text: blanks may stand anywhere in the base64.
void AppendWithoutBlanks(absl::string_view line, std::string* out) {
  for (const char c : line) {
    if (c != ' ' && c != '\t' && c != '\v' && c != '\f') {
      out->push_back(c);
    }
  }
}

// The DER of the block whose BEGIN line, with `label`, was just taken.
absl::StatusOr<std::string> TakeBlock(absl::string_view label, absl::string_view* text) {
  std::string base64;
  while (!text->empty()) {
    const absl::string_view line = TakeLine(text);
    if (line.empty()) {
      continue;
    }
    if (absl::StartsWith(line, kEnd)) {
      if (BoundaryLabel(line, kEnd) != label) {
        return Invalid(absl::StrCat("the END line of the PEM block ", Quoted(label),
                                    " does not match its BEGIN line"));
      }
      return DecodeBase64(base64);
    }
    if (absl::StartsWith(line, kDashes)) {
      break;
    }
    if (absl::StrContains(line, ':')) {
      return Invalid(
          "a PEM block has a header inside (an encrypted key of the old kind?); only "
          "base64 may stand there");
    }
    AppendWithoutBlanks(line, &base64);
  }
  return Invalid(
      absl::StrCat("the PEM block ", Quoted(label), " has no END line; the file is cut off"));
}

}  // namespace

std::string EncodePem(absl::string_view label, absl::string_view der) {
  const std::string base64 = absl::Base64Escape(der);
  std::string text = absl::StrCat(kBegin, label, kDashes, "\n");
  for (absl::string_view rest = base64; !rest.empty();) {
    const absl::string_view line = rest.substr(0, kLineSize);
    absl::StrAppend(&text, line, "\n");
    rest.remove_prefix(line.size());
  }
  absl::StrAppend(&text, kEnd, label, kDashes, "\n");
  return text;
}

absl::StatusOr<std::vector<std::string>> DecodePem(absl::string_view label, absl::string_view text,
                                                   TextOutside outside) {
  FLEETCA_ASSIGN_OR_RETURN(text, TextOf(text));
  std::vector<std::string> blocks;
  while (!text.empty()) {
    absl::string_view line = TakeLine(&text);
    // Also where files were put after each other.
    absl::ConsumePrefix(&line, kByteOrderMark);
    if (absl::StartsWith(line, kEnd)) {
      return Invalid("a PEM END line has no BEGIN line before it; the file is cut off");
    }
    if (!absl::StartsWith(line, kBegin)) {
      if (outside == TextOutside::kRefused && !line.empty()) {
        return Invalid("there is text before, between or after the PEM blocks");
      }
      continue;
    }
    const std::optional<absl::string_view> found = BoundaryLabel(line, kBegin);
    if (!found.has_value()) {
      return Invalid("a PEM BEGIN line does not end with five dashes");
    }
    if (!LabelMatches(label, *found)) {
      return Invalid(absl::StrCat("the file has a PEM block ", Quoted(*found), " where ",
                                  Quoted(label), " is wanted"));
    }
    FLEETCA_ASSIGN_OR_RETURN(std::string der, TakeBlock(*found, &text));
    blocks.push_back(std::move(der));
  }
  if (blocks.empty()) {
    return Invalid(absl::StrCat("the file has no PEM block ", Quoted(label)));
  }
  return blocks;
}

absl::StatusOr<std::string> DecodeOnePem(absl::string_view label, absl::string_view text) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> blocks, DecodePem(label, text));
  if (blocks.size() != 1) {
    return Invalid(absl::StrCat("the file has ", blocks.size(), " PEM blocks ", Quoted(label),
                                " where one is wanted"));
  }
  return std::move(blocks.front());
}

bool IsPem(absl::string_view contents) { return absl::StrContains(contents, kBegin); }

absl::StatusOr<std::string> DecodeOnePemOrDer(absl::string_view label, absl::string_view contents) {
  FLEETCA_RETURN_IF_ERROR(TextOf(contents).status());
  return IsPem(contents) ? DecodeOnePem(label, contents) : std::string(contents);
}

}  // namespace fleetca::x509
