#include "x509/subject_text.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/attribute_type.h"
#include "x509/der/der.h"
#include "x509/der/utf8.h"

namespace fleetca::x509 {
namespace {

absl::Status Invalid(absl::string_view what) {
  return InvalidArgument(Reason::kSubjectInvalid, "subject",
                         absl::StrCat("the subject cannot be read: ", what,
                                      "; write it like \"C=DE,O=Fleet,CN=web\""));
}

// One attribute as it is written, its escapes resolved.
struct Written {
  std::string type;
  std::string value;
  bool joined = false;  // by "+" to the one before it
};

bool IsHex(absl::string_view text) {
  return text.size() == 2 && absl::ascii_isxdigit(static_cast<unsigned char>(text[0])) &&
         absl::ascii_isxdigit(static_cast<unsigned char>(text[1]));
}

// Takes the text apart. `separator` ends an RDN.
class Splitter {
 public:
  Splitter(absl::string_view text, char separator) : rest_(text), separator_(separator) {}

  absl::StatusOr<std::vector<Written>> Split() {
    std::vector<Written> attributes;
    bool joined = false;
    do {
      if (attributes.size() == kMaxSubjectAttributes) {
        return Invalid(absl::StrCat("it has more than ", kMaxSubjectAttributes, " attributes"));
      }
      FLEETCA_ASSIGN_OR_RETURN(Written attribute, Next());
      attribute.joined = std::exchange(joined, ended_by_ == '+');
      attributes.push_back(std::move(attribute));
    } while (ended_by_ != '\0');
    return attributes;
  }

 private:
  bool is_rfc4514() const { return separator_ == ','; }

  absl::StatusOr<Written> Next() {
    const size_t equals = rest_.find('=');
    const size_t end = rest_.find_first_of(absl::StrCat(std::string(1, separator_), "+\\"));
    if (equals == absl::string_view::npos || equals > end) {
      return Invalid(
          absl::StrCat("there is no \"=\" in \"", absl::CHexEscape(rest_.substr(0, end)), "\""));
    }
    Written attribute;
    attribute.type = std::string(absl::StripAsciiWhitespace(rest_.substr(0, equals)));
    rest_.remove_prefix(equals + 1);
    FLEETCA_ASSIGN_OR_RETURN(attribute.value, Value());
    return attribute;
  }

  // Up to the end of the attribute, which is taken and kept in ended_by_; '\0' for that of the
  // text.
  absl::StatusOr<std::string> Value() {
    if (is_rfc4514()) {
      rest_ = absl::StripLeadingAsciiWhitespace(rest_);
      if (!rest_.empty() && (rest_[0] == '#' || rest_[0] == '"')) {
        return Invalid(absl::StrCat("a value that begins with ", rest_.substr(0, 1),
                                    " has another notation; if the character is meant, write a "
                                    "backslash before it"));
      }
    }
    std::string value;
    size_t kept = 0;  // blanks after it are not part of the value
    for (ended_by_ = '\0'; !rest_.empty();) {
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == separator_ || c == '+') {
        ended_by_ = c;
        break;
      }
      if (c == '\\') {
        FLEETCA_RETURN_IF_ERROR(Escape(&value));
        kept = value.size();
        continue;
      }
      value.push_back(c);
      kept =
          is_rfc4514() && absl::ascii_isspace(static_cast<unsigned char>(c)) ? kept : value.size();
    }
    value.resize(kept);
    return value;
  }

  absl::Status Escape(std::string* value) {
    if (rest_.empty()) {
      return Invalid("it ends with a backslash");
    }
    const size_t size = is_rfc4514() && IsHex(rest_.substr(0, 2)) ? 2 : 1;
    absl::StrAppend(value, size == 2 ? absl::HexStringToBytes(rest_.substr(0, 2))
                                     : std::string(rest_.substr(0, 1)));
    rest_.remove_prefix(size);
    return absl::OkStatus();
  }

  absl::string_view rest_;
  const char separator_;
  char ended_by_ = '\0';
};

bool IsPrintableString(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view(" '()+,-./:=?").find(c) != absl::string_view::npos;
  });
}

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isascii(static_cast<unsigned char>(c)); });
}

absl::Status CheckValue(const AttributeType& type, absl::string_view value) {
  const std::optional<size_t> characters = CountPrintableUtf8(value);
  if (value.empty()) {
    return Invalid(absl::StrCat(type.name, " is empty; leave it out"));
  }
  if (!characters.has_value()) {
    return Invalid(absl::StrCat(type.name, " has characters that cannot be printed"));
  }
  if (*characters > type.max_characters) {
    return Invalid(absl::StrCat(type.name, " has ", *characters, " characters, where ",
                                type.max_characters, " are the most"));
  }
  if (type.name == "C" &&
      (value.size() != 2 || !absl::ascii_isalpha(value[0]) || !absl::ascii_isalpha(value[1]))) {
    return Invalid("C is a country's two letters, such as DE");
  }
  if (type.tag == der::kPrintableString && !IsPrintableString(value)) {
    return Invalid(
        absl::StrCat(type.name, " has other characters than letters, digits and '()+,-./:=? "));
  }
  if (type.tag == der::kIa5String && !IsAscii(value)) {
    return Invalid(absl::StrCat(type.name, " has characters that are not ASCII"));
  }
  return absl::OkStatus();
}

// AttributeTypeAndValue.
absl::StatusOr<std::string> Encode(const Written& attribute) {
  const AttributeType* const type = FindAttributeTypeByName(attribute.type);
  if (type == nullptr) {
    return Invalid(absl::StrCat("\"", absl::CHexEscape(attribute.type),
                                "\" is not one of C, ST, L, STREET, O, OU, CN, DC, UID, "
                                "serialNumber and emailAddress"));
  }
  FLEETCA_RETURN_IF_ERROR(CheckValue(*type, attribute.value));
  std::string contents;
  der::Writer writer(&contents);
  writer.Oid(type->oid);
  writer.Element(type->tag,
                 type->name == "C" ? absl::AsciiStrToUpper(attribute.value) : attribute.value);
  return der::Encode(der::kSequence, contents);
}

}  // namespace

absl::StatusOr<std::string> ParseSubjectText(absl::string_view text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  if (text.empty()) {
    return der::Encode(der::kSequence, "");
  }
  const bool slashes = text.front() == '/';
  Splitter splitter(slashes ? text.substr(1) : text, slashes ? '/' : ',');
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<Written> attributes, splitter.Split());
  std::string rdns;
  for (size_t i = 0; i < attributes.size();) {
    std::vector<std::string> rdn;
    std::vector<const AttributeType*> types;
    do {
      FLEETCA_ASSIGN_OR_RETURN(rdn.emplace_back(), Encode(attributes[i]));
      types.push_back(FindAttributeTypeByName(attributes[i].type));
      if (std::count(types.begin(), types.end(), types.back()) > 1) {
        return Invalid(absl::StrCat(types.back()->name, " is there twice between \"+\""));
      }
      ++i;
    } while (i < attributes.size() && attributes[i].joined);
    std::sort(rdn.begin(), rdn.end());  // A SET OF is in the order of its octets (X.690 11.6).
    std::string set;
    for (const std::string& attribute : rdn) {
      set += attribute;
    }
    rdns += der::Encode(der::kSet, set);
  }
  return der::Encode(der::kSequence, rdns);
}

}  // namespace fleetca::x509
