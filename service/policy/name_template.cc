#include "service/policy/name_template.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

absl::Status Mistake(absl::string_view text, absl::string_view problem) {
  return InvalidArgument(Reason::kConfigInvalid, "",
                         absl::StrCat("\"", absl::CHexEscape(text), "\" ", problem));
}

bool IsDnsLabelText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '_';
  });
}

}  // namespace

absl::StatusOr<NameTemplate> NameTemplate::Parse(absl::string_view text,
                                                 absl::Span<const std::string> captures) {
  constexpr absl::string_view kUnpaired =
      "has a \"{\" or \"}\" without its partner; write a capture as in \"{name}\"";
  std::vector<Piece> pieces;
  absl::string_view rest = text;
  while (true) {
    const size_t brace = std::min(rest.find_first_of("{}"), rest.size());
    Piece piece{std::string(rest.substr(0, brace))};
    if (brace == rest.size()) {
      pieces.push_back(std::move(piece));
      return NameTemplate(std::move(pieces));
    }
    const size_t end = rest.find('}');
    if (rest[brace] == '}' || end == absl::string_view::npos) {
      return Mistake(text, kUnpaired);
    }
    const absl::string_view name = rest.substr(brace + 1, end - brace - 1);
    piece.capture = CaptureIndex(captures, name);
    if (piece.capture == captures.size()) {
      return Mistake(text, absl::StrCat("has \"{", absl::CHexEscape(name),
                                        "}\", which this rule's identity does not capture; correct "
                                        "it, or capture it there"));
    }
    pieces.push_back(std::move(piece));
    rest.remove_prefix(end + 1);
  }
}

std::string NameTemplate::Expand(const CapturedTexts& texts) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    absl::StrAppend(&out, piece.literal,
                    piece.capture < texts.size() ? texts[piece.capture] : absl::string_view());
  }
  return out;
}

std::optional<std::string> NameTemplate::ExpandDnsName(const CapturedTexts& texts) const {
  std::string name = Expand(texts);
  const bool exact =
      !absl::StartsWith(name, "*") && EqualsDnsName(name, texts) &&
      x509::CheckName({x509::NameType::kDns, name}, "", x509::Underscores::kAllowed).ok();
  return exact ? std::make_optional(std::move(name)) : std::nullopt;
}

std::vector<NameTemplate::Label> NameTemplate::Labels() const {
  std::vector<Label> labels(1);
  for (const Piece& piece : pieces_) {
    for (const char c : piece.literal) {
      if (c == '.') {
        labels.emplace_back();
      } else {
        (labels.back().capture.has_value() ? labels.back().after : labels.back().before) += c;
      }
    }
    if (piece.capture != kNone) {
      labels.back().capture = piece.capture;
    }
  }
  return labels;
}

bool NameTemplate::HasAmbiguousLabel() const {
  for (size_t i = 1; i < pieces_.size(); ++i) {
    if (pieces_[i].capture != kNone && !absl::StrContains(pieces_[i].literal, ".")) {
      return true;
    }
  }
  return false;
}

bool NameTemplate::ConsumeFromEnd(absl::string_view* name, const CapturedTexts& texts) const {
  for (auto piece = pieces_.rbegin(); piece != pieces_.rend(); ++piece) {
    if (piece->capture != kNone &&
        (piece->capture >= texts.size() || !IsDnsLabelText(texts[piece->capture]) ||
         !absl::ConsumeSuffix(name, texts[piece->capture]))) {
      return false;
    }
    if (!absl::ConsumeSuffix(name, piece->literal)) {
      return false;
    }
  }
  return true;
}

bool NameTemplate::EqualsDnsName(absl::string_view name, const CapturedTexts& texts) const {
  return ConsumeFromEnd(&name, texts) && name.empty();
}

bool NameTemplate::EndsDnsName(absl::string_view name, const CapturedTexts& texts) const {
  return ConsumeFromEnd(&name, texts) && !name.empty();
}

}  // namespace fleetca::service
