#include "x509/csr_subject.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/der/utf8.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kField = "csr.subject";
constexpr size_t kMaxCommonName = 64;  // ub-common-name, RFC 5280 appendix A.1

absl::Status Invalid(absl::string_view problem) {
  return InvalidArgument(Reason::kSubjectInvalid, kField,
                         absl::StrCat("the subject ", problem,
                                      "; it may be left empty, as names are given by policy"));
}

bool IsPrintableStringCharacter(char c) {
  return absl::ascii_isalnum(c) ||
         absl::string_view(" '()+,-./:=?").find(c) != absl::string_view::npos;
}

// What is wrong with a value of a string type; null when nothing is.
[[nodiscard]] const char* ValueProblem(uint8_t tag, absl::string_view value) {
  if (value.empty()) {
    return "has an empty value";
  }
  switch (tag) {
    case der::kUtf8String:
      return CountPrintableUtf8(value).has_value()
                 ? nullptr
                 : "has a UTF8String that is not UTF-8 or has control characters";
    case der::kPrintableString:
      for (const char c : value) {
        if (!IsPrintableStringCharacter(c)) {
          return "has a PrintableString with a character that type does not have";
        }
      }
      return nullptr;
    case der::kIa5String:
      for (const char c : value) {
        if (!absl::ascii_isprint(c)) {
          return "has an IA5String that is not printable ASCII";
        }
      }
      return nullptr;
    default:
      return "has a value that is not a PrintableString, UTF8String or IA5String";
  }
}

[[nodiscard]] const char* CommonNameProblem(absl::string_view name) {
  if (name.size() > kMaxCommonName) {
    return "has a common name over 64 characters";
  }
  for (const char c : name) {
    if (!absl::ascii_isgraph(c)) {
      return "has a common name with a space or a character that is not ASCII";
    }
  }
  return nullptr;
}

// Takes one AttributeTypeAndValue. Null when it is sound.
[[nodiscard]] const char* TakeAttribute(der::Reader* rdn, bool* common_name_seen, Csr* csr) {
  der::Reader attribute;
  absl::string_view type;
  absl::string_view value;
  absl::string_view element;
  uint8_t tag;
  if (!rdn->ReadNested(der::kSequence, &attribute) || !attribute.ReadOid(&type) ||
      !attribute.ReadAny(&tag, &value, &element) || !attribute.empty()) {
    return "has an attribute that is not a type and a value";
  }
  if (const char* problem = ValueProblem(tag, value)) {
    return problem;
  }
  if (type != oid::kCommonName) {
    return nullptr;
  }
  if (*common_name_seen) {
    return "has two common names";
  }
  *common_name_seen = true;
  csr->common_name = value;
  return CommonNameProblem(value);
}

}  // namespace

absl::Status CheckCsrSubject(const CsrLimits& limits, Csr* csr) {
  der::Reader outer(csr->subject);
  der::Reader rdns;
  if (!outer.ReadNested(der::kSequence, &rdns) || !outer.empty()) {
    return Invalid("is not a DER Name");
  }
  bool common_name_seen = false;
  for (size_t count = 1; !rdns.empty(); ++count) {
    if (count > limits.max_rdns) {
      return InvalidArgument(
          Reason::kCsrTooLarge, kField,
          absl::StrCat("the subject has more than ", limits.max_rdns, " RDNs; name fewer"));
    }
    der::Reader rdn;
    if (!rdns.ReadNested(der::kSet, &rdn) || rdn.empty()) {
      return Invalid("has an RDN that is not a SET of at least one attribute");
    }
    while (!rdn.empty()) {
      if (const char* problem = TakeAttribute(&rdn, &common_name_seen, csr)) {
        return Invalid(problem);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509
