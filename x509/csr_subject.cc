#include "x509/csr_subject.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kField = "csr.subject";

absl::Status Invalid(absl::string_view problem) {
  return InvalidArgument(Reason::kSubjectInvalid, kField,
                         absl::StrCat("the subject ", problem,
                                      "; it may be left empty, as names are given by policy"));
}

// One AttributeTypeAndValue.
[[nodiscard]] bool SkipAttribute(der::Reader* rdn) {
  der::Reader attribute;
  absl::string_view type;
  absl::string_view value;
  absl::string_view element;
  uint8_t tag;
  return rdn->ReadNested(der::kSequence, &attribute) && attribute.ReadOid(&type) &&
         attribute.ReadAny(&tag, &value, &element) && attribute.empty();
}

}  // namespace

absl::Status CheckCsrSubject(const CsrLimits& limits, absl::string_view subject) {
  der::Reader outer(subject);
  der::Reader rdns;
  if (!outer.ReadNested(der::kSequence, &rdns) || !outer.empty()) {
    return Invalid("is not a DER Name");
  }
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
      if (!SkipAttribute(&rdn)) {
        return Invalid("has an attribute that is not a type and a value");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509
