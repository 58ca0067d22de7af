#include "x509/parsed_constraints.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "x509/common_elements.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

constexpr int kMaxNameDepth = 16;

bool IsMask(absl::string_view octets) {
  bool ended = false;
  for (const char octet : octets) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool set = (static_cast<uint8_t>(octet) >> bit & 1) != 0;
      if (set && ended) {
        return false;
      }
      ended = !set;
    }
  }
  return true;
}

bool IsBase(const Subtree& base) {
  absl::string_view text = base.value;
  switch (base.type) {
    case NameType::kDns:
      // Empty holds every name; a leading dot is not a form of the RFC, and is read as OpenSSL and
      // Go do: the names below.
    case NameType::kUri:
      absl::ConsumePrefix(&text, ".");
      return IsHostName(text) || (base.type == NameType::kDns && base.value.empty());
    case NameType::kEmail: {
      const size_t at = text.rfind('@');
      if (at != absl::string_view::npos) {
        return at > 0 && IsHostName(text.substr(at + 1));
      }
      absl::ConsumePrefix(&text, ".");
      return IsHostName(text);
    }
    case NameType::kIp:
      return (text.size() == 8 || text.size() == 32) && IsMask(text.substr(text.size() / 2));
  }
  return false;
}

// GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL };
// the last two never stand there (RFC 5280).
[[nodiscard]] bool ReadSubtree(der::Reader* list, ConstrainedNames* subtrees) {
  der::Reader subtree;
  uint8_t tag;
  absl::string_view value;
  absl::string_view element;
  if (!list->ReadNested(der::kSequence, &subtree) || !subtree.ReadAny(&tag, &value, &element) ||
      !subtree.empty()) {
    return false;
  }
  if (tag == der::ContextConstructed(4)) {
    der::Reader name(value);
    return ReadName(&name, &subtrees->directory.emplace_back()) && name.empty();
  }
  if (const uint16_t form = OtherForm(tag); form != 0) {
    subtrees->other_forms = static_cast<uint16_t>(subtrees->other_forms | form);
    return der::IsWellFormed(element, kMaxNameDepth);
  }
  Subtree* const base = &subtrees->names.emplace_back();
  base->value = value;
  switch (tag) {
    case der::ContextPrimitive(1):
      base->type = NameType::kEmail;
      break;
    case der::ContextPrimitive(2):
      base->type = NameType::kDns;
      break;
    case der::ContextPrimitive(6):
      base->type = NameType::kUri;
      break;
    case der::ContextPrimitive(7):
      base->type = NameType::kIp;
      break;
    default:
      return false;
  }
  return IsBase(*base);
}

[[nodiscard]] bool ReadList(der::Reader* fields, int n, ConstrainedNames* subtrees) {
  der::Reader list;
  bool present = false;
  if (!fields->ReadOptional(der::ContextConstructed(n), &list, &present)) {
    return false;
  }
  if (present && list.empty()) {
    return false;
  }
  while (present && !list.empty()) {
    if (!ReadSubtree(&list, subtrees)) {
      return false;
    }
  }
  return true;
}

}  // namespace

uint16_t OtherForm(uint8_t tag) {
  switch (tag) {
    case der::ContextConstructed(0):
    case der::ContextConstructed(3):
    case der::ContextConstructed(5):
    case der::ContextPrimitive(8):
      return static_cast<uint16_t>(1 << (tag & 0x1f));
    default:
      return 0;
  }
}

bool IsHostName(absl::string_view host) {
  char previous = '.';
  bool digits_only = true;
  for (const char c : host) {
    if ((c == '.' && previous == '.') ||
        (c != '.' && c != '-' && c != '_' && c != '*' && !absl::ascii_isalnum(c))) {
      return false;
    }
    digits_only = digits_only && (c == '.' || absl::ascii_isdigit(c));
    previous = c;
  }
  return previous != '.' && !digits_only;
}

// NameConstraints ::= SEQUENCE { permittedSubtrees [0] GeneralSubtrees OPTIONAL,
//                                excludedSubtrees  [1] GeneralSubtrees OPTIONAL }
bool ParseNameConstraints(absl::string_view contents, ParsedConstraints* constraints) {
  der::Reader element(contents);
  der::Reader fields;
  return element.ReadNested(der::kSequence, &fields) && element.empty() && !fields.empty() &&
         ReadList(&fields, 0, &constraints->permitted) &&
         ReadList(&fields, 1, &constraints->excluded) && fields.empty();
}

}  // namespace fleetca::x509
