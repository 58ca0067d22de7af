#include "x509/directory_subtree.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/ascii.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

constexpr uint8_t kNumericString = 0x12;

struct Attribute {
  absl::string_view type;
  uint8_t tag = 0;
  absl::string_view value;
};

using Rdn = absl::InlinedVector<Attribute, 2>;

// The next RDN; empty where it is none.
Rdn ReadRdn(der::Reader* name) {
  Rdn rdn;
  der::Reader set;
  if (!name->ReadNested(der::kSet, &set)) {
    return rdn;
  }
  while (!set.empty()) {
    der::Reader fields;
    Attribute attribute;
    absl::string_view element;
    if (!set.ReadNested(der::kSequence, &fields) || !fields.ReadOid(&attribute.type) ||
        !fields.ReadAny(&attribute.tag, &attribute.value, &element)) {
      return {};
    }
    rdn.push_back(attribute);
  }
  return rdn;
}

bool IsAscii(const Attribute& attribute) {
  return (attribute.tag == der::kUtf8String || attribute.tag == der::kPrintableString ||
          attribute.tag == der::kIa5String || attribute.tag == kNumericString) &&
         std::all_of(attribute.value.begin(), attribute.value.end(),
                     [](char c) { return absl::ascii_isascii(static_cast<unsigned char>(c)); });
}

std::string Folded(absl::string_view value) {
  std::string folded = absl::AsciiStrToLower(value);
  absl::RemoveExtraAsciiWhitespace(&folded);
  return folded;
}

InSubtree CompareAttributes(const Attribute& a, const Attribute& b) {
  if (a.type != b.type) {
    return InSubtree::kNo;
  }
  if (a.tag == b.tag && a.value == b.value) {
    return InSubtree::kYes;
  }
  if (!IsAscii(a) || !IsAscii(b)) {
    return InSubtree::kUnknown;
  }
  return Folded(a.value) == Folded(b.value) ? InSubtree::kYes : InSubtree::kNo;
}

// An RDN of several attributes is a SET: their order says nothing.
InSubtree CompareRdns(const Rdn& a, const Rdn& b) {
  if (a.size() != b.size()) {
    return InSubtree::kNo;
  }
  InSubtree all = InSubtree::kYes;
  for (const Attribute& wanted : b) {
    InSubtree best = InSubtree::kNo;
    for (const Attribute& attribute : a) {
      const InSubtree one = CompareAttributes(attribute, wanted);
      best = best == InSubtree::kYes || one == InSubtree::kNo ? best : one;
    }
    if (best == InSubtree::kNo) {
      return best;
    }
    all = best == InSubtree::kUnknown ? best : all;
  }
  return all;
}

}  // namespace

InSubtree CompareWithDirectorySubtree(absl::string_view name, absl::string_view base) {
  der::Reader name_element(name);
  der::Reader base_element(base);
  der::Reader rdns;
  der::Reader wanted;
  if (!name_element.ReadNested(der::kSequence, &rdns) ||
      !base_element.ReadNested(der::kSequence, &wanted)) {
    return InSubtree::kUnknown;
  }
  InSubtree all = InSubtree::kYes;
  while (!wanted.empty()) {
    if (rdns.empty()) {
      return InSubtree::kNo;
    }
    const Rdn theirs = ReadRdn(&wanted);
    const Rdn ours = ReadRdn(&rdns);
    if (theirs.empty() || ours.empty()) {
      return InSubtree::kUnknown;
    }
    const InSubtree one = CompareRdns(ours, theirs);
    if (one == InSubtree::kNo) {
      return one;
    }
    all = one == InSubtree::kUnknown ? one : all;
  }
  return all;
}

}  // namespace fleetca::x509
