#include "x509/testing/test_tbs_parts.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

void Check(bool condition) {
  if (!condition) {
    std::abort();
  }
}

std::string Take(der::Reader* reader) {
  uint8_t tag;
  absl::string_view contents;
  absl::string_view element;
  Check(reader->ReadAny(&tag, &contents, &element));
  return std::string(element);
}

}  // namespace

TbsParts::TbsParts(absl::string_view tbs) {
  der::Reader input(tbs);
  der::Reader fields;
  Check(input.ReadNested(der::kSequence, &fields));
  for (std::string* part : {&version, &serial, &algorithm, &issuer, &validity, &subject, &spki}) {
    *part = Take(&fields);
  }
  der::Reader tagged;
  der::Reader list;
  Check(fields.ReadNested(der::ContextConstructed(3), &tagged) &&
        tagged.ReadNested(der::kSequence, &list));
  while (!list.empty()) {
    extensions.push_back(Take(&list));
  }
}

std::string TbsParts::Encode() const {
  const std::string list = der::Encode(der::kSequence, absl::StrJoin(extensions, ""));
  return der::Encode(
      der::kSequence,
      absl::StrCat(version, serial, algorithm, issuer, validity, subject, spki,
                   extensions.empty() ? "" : der::Encode(der::ContextConstructed(3), list), after));
}

size_t TbsParts::Find(absl::string_view oid) const {
  const std::string element = der::Encode(der::kOid, oid);
  for (size_t i = 0; i < extensions.size(); ++i) {
    der::Reader reader(extensions[i]);
    der::Reader fields;
    Check(reader.ReadNested(der::kSequence, &fields));
    if (absl::StartsWith(fields.rest(), element)) {
      return i;
    }
  }
  std::abort();
}

void TbsParts::Set(absl::string_view oid, bool critical, absl::string_view value) {
  extensions[Find(oid)] = TestExtension(oid, critical, value);
}

void TbsParts::Remove(absl::string_view oid) {
  extensions.erase(extensions.begin() + static_cast<std::ptrdiff_t>(Find(oid)));
}

std::string TestExtension(absl::string_view oid, bool critical, absl::string_view value) {
  std::string fields;
  der::Writer writer(&fields);
  writer.Oid(oid);
  if (critical) {
    writer.Boolean(true);
  }
  writer.Element(der::kOctetString, value);
  return der::Encode(der::kSequence, fields);
}

}  // namespace fleetca::x509
