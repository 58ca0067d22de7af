#include "base/log_escape.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fleetca::log {
namespace {

constexpr uint32_t kReplacementCharacter = 0xFFFD;

// Takes one code point off the front of `text`, which is not empty. An octet that starts no
// well-formed sequence (RFC 3629 section 4) is taken alone as the replacement character.
uint32_t TakeCodePoint(absl::string_view& text) {
  const auto octet = [&text](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = octet(0);
  const size_t length = first < 0x80             ? 1
                        : (first & 0xE0) == 0xC0 ? 2
                        : (first & 0xF0) == 0xE0 ? 3
                        : (first & 0xF8) == 0xF0 ? 4
                                                 : 0;
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t code = length <= 1 ? first : first & (0x7F >> length);
  bool valid = length != 0 && length <= text.size();
  for (size_t i = 1; valid && i < length; ++i) {
    valid = (octet(i) & 0xC0) == 0x80;
    code = code << 6 | (octet(i) & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (!valid || code < kSmallest[length] || code > 0x10FFFF || surrogate) {
    text.remove_prefix(1);
    return kReplacementCharacter;
  }
  text.remove_prefix(length);
  return code;
}

void AppendCodePoint(uint32_t code, std::string& out) {
  if (code == '"' || code == '\\') {
    out.push_back('\\');
    out.push_back(static_cast<char>(code));
  } else if (code == '\n') {
    out.append("\\n");
  } else if (code >= 0x20 && code < 0x7F) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x10000) {
    absl::StrAppendFormat(&out, "\\u%04x", code);
  } else {
    const uint32_t pair = code - 0x10000;
    absl::StrAppendFormat(&out, "\\u%04x\\u%04x", 0xD800 + (pair >> 10), 0xDC00 + (pair & 0x3FF));
  }
}

bool IsPlainWord(absl::string_view text) {
  constexpr absl::string_view kPlainSigns = "._:/@+-%,*[]";
  return !text.empty() && text.size() <= kMaxLoggedBytes &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  kPlainSigns.find(c) != absl::string_view::npos;
         });
}

}  // namespace

void AppendEscapedWhole(absl::string_view text, std::string& out) {
  while (!text.empty()) {
    AppendCodePoint(TakeCodePoint(text), out);
  }
}

void AppendEscaped(absl::string_view text, std::string& out) {
  const size_t cut = text.size() - std::min(text.size(), kMaxLoggedBytes);
  text.remove_suffix(cut);
  AppendEscapedWhole(text, out);
  if (cut > 0) {
    absl::StrAppend(&out, "... (", cut, " more bytes)");
  }
}

void AppendQuoted(absl::string_view text, std::string& out) {
  out.push_back('"');
  AppendEscaped(text, out);
  out.push_back('"');
}

void AppendWord(absl::string_view text, std::string& out) {
  if (IsPlainWord(text)) {
    out.append(text.data(), text.size());
  } else {
    AppendQuoted(text, out);
  }
}

}  // namespace fleetca::log
