#include "client/cli/terminal/display_text.h"

#include <wchar.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kEllipsis = "…";

struct Character {
  size_t octets = 1;
  wchar_t code = 0;
  bool valid = false;
};

// The first character of `text`, which is not empty. An octet that begins none is one of its own.
Character FirstOf(absl::string_view text) {
  Character first;
  mbstate_t state = {};
  const size_t octets = mbrtowc(&first.code, text.data(), text.size(), &state);
  // NUL is a character of no octets for mbrtowc; -1 and -2 stand for none.
  if (octets <= text.size()) {
    first.octets = std::max<size_t>(octets, 1);
    first.valid = true;
  }
  return first;
}

// Characters that this C library does not know take a column.
size_t WidthOf(wchar_t code) {
  const int width = wcwidth(code);
  return width < 0 ? 1 : static_cast<size_t>(width);
}

}  // namespace

Utf8Characters::Utf8Characters()
    : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)),
      before_(utf8_ == nullptr ? nullptr : uselocale(utf8_)) {}

Utf8Characters::~Utf8Characters() {
  if (utf8_ != nullptr) {
    uselocale(before_);
    freelocale(utf8_);
  }
}

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Character first = FirstOf(text);
    width += WidthOf(first.code);
    text.remove_prefix(first.octets);
  }
  return width;
}

std::string CutToWidth(absl::string_view text, size_t columns) {
  if (DisplayWidth(text) <= columns) {
    return std::string(text);
  }
  size_t end = 0;
  // One column is the ellipsis's.
  for (size_t width = 1; end < text.size();) {
    const Character next = FirstOf(text.substr(end));
    width += WidthOf(next.code);
    if (width > columns) {
      break;
    }
    end += next.octets;
  }
  return columns == 0 ? "" : absl::StrCat(text.substr(0, end), kEllipsis);
}

}  // namespace fleetca::client
