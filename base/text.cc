#include "base/text.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

constexpr absl::string_view kUtf16Marks[] = {"\xff\xfe", "\xfe\xff"};

bool IsAscii(char c) { return c != '\0' && absl::ascii_isascii(static_cast<unsigned char>(c)); }

// Whether `text` begins as two characters of ASCII are written in UTF-16, or one where it has no
// more. So no random octets are taken for it that begin like a byte order mark: a passphrase may be
// of such.
bool BeginsWithAsciiOfTwoOctets(absl::string_view text) {
  const auto is_pair = [text](size_t at, bool low_first) {
    const char low = text[at + (low_first ? 0 : 1)];
    const char high = text[at + (low_first ? 1 : 0)];
    return IsAscii(low) && high == '\0';
  };
  for (const bool low_first : {true, false}) {
    if (text.size() >= 2 && is_pair(0, low_first) && (text.size() < 4 || is_pair(2, low_first))) {
      return true;
    }
  }
  return false;
}

bool IsUtf16(absl::string_view contents) {
  for (const absl::string_view mark : kUtf16Marks) {
    if (absl::StartsWith(contents, mark)) {
      return BeginsWithAsciiOfTwoOctets(contents.substr(mark.size()));
    }
  }
  return contents.size() >= 4 && BeginsWithAsciiOfTwoOctets(contents);
}

}  // namespace

absl::StatusOr<absl::string_view> TextOf(absl::string_view contents) {
  if (IsUtf16(contents)) {
    return InvalidArgument(
        Reason::kFileInvalid, "",
        "this is UTF-16, as Windows PowerShell writes files with \">\", and UTF-8 is read here; "
        "convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW, or in PowerShell: Get-Content OLD | "
        "Out-File -Encoding ascii NEW");
  }
  absl::ConsumePrefix(&contents, kByteOrderMark);
  return contents;
}

absl::StatusOr<std::string> ReadTextFile(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  const absl::StatusOr<absl::string_view> text = TextOf(contents);
  if (!text.ok()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(NameOfInput(path), ": ", text.status().message()));
  }
  contents.erase(0, contents.size() - text->size());
  return contents;
}

absl::string_view TakeLine(absl::string_view* text) {
  // By hand, as a stranger's file may have millions of lines of nothing, and find_first_of makes a
  // table for each.
  size_t size = 0;
  while (size < text->size() && (*text)[size] != '\n' && (*text)[size] != '\r') {
    ++size;
  }
  const absl::string_view line = text->substr(0, size);
  text->remove_prefix(size);
  if (!absl::ConsumePrefix(text, "\r\n") && !text->empty()) {
    text->remove_prefix(1);
  }
  return absl::StripAsciiWhitespace(line);
}

}  // namespace fleetca
