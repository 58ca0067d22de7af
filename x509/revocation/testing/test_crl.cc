#include "x509/revocation/testing/test_crl.h"

#include <cstdlib>
#include <deque>
#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "x509/der/der.h"
#include "x509/revocation/crl_writer.h"
#include "x509/revocation/lint_crl.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {
namespace {

void Check(bool condition, absl::string_view what) {
  if (!condition) {
    std::cerr << what << std::endl;
    std::abort();
  }
}

std::string Take(der::Reader* reader) {
  uint8_t tag;
  absl::string_view contents;
  absl::string_view element;
  Check(reader->ReadAny(&tag, &contents, &element), "an element is missing");
  return std::string(element);
}

void TakeAll(der::Reader reader, std::vector<std::string>* elements) {
  while (!reader.empty()) {
    elements->push_back(Take(&reader));
  }
}

}  // namespace

CrlSpec TestCrlSpec(const TestCa& ca) {
  return {.issuer = ca.subject,
          .authority_key_id = ca.key_id,
          .signature_scheme = ca.scheme,
          .number = 7,
          .this_update = kTestNow,
          .next_update = kTestNow + absl::Hours(24),
          .distribution_point = ""};
}

std::string TestSerial(int index) {
  std::string serial = "\x01serial number ";
  for (int shift = 24; shift >= 0; shift -= 8) {
    serial.push_back(static_cast<char>(index >> shift & 0xff));
  }
  serial.push_back('\x80');
  return serial;
}

std::vector<CrlEntry> TestCrlEntries(int count) {
  static auto* const kSerials = new std::deque<std::string>();
  while (static_cast<int>(kSerials->size()) < count) {
    kSerials->push_back(TestSerial(static_cast<int>(kSerials->size())));
  }
  std::vector<CrlEntry> entries;
  for (int i = 0; i < count; ++i) {
    CrlEntry entry = {.serial = (*kSerials)[static_cast<size_t>(i)],
                      .revocation_date = kTestNow - absl::Minutes(i),
                      .reason = std::nullopt};
    if (i % 2 == 1) {
      entry.reason = RevocationReason::kKeyCompromise;
    }
    entries.push_back(entry);
  }
  return entries;
}

std::string BuildTestCrl(const CrlSpec& spec, const std::vector<CrlEntry>& entries) {
  CrlWriter writer(spec, entries.size());
  for (const CrlEntry& entry : entries) {
    const absl::Status added = writer.Add(entry);
    Check(added.ok(), added.ToString());
  }
  return std::move(writer).Finish();
}

std::string SignTestCrl(const TestCa& ca, absl::string_view tbs) {
  return AssembleCrl(tbs, ca.scheme, ca.key.Sign(ca.scheme, tbs));
}

std::string IssueTestCrl(const TestCa& ca, const CrlSpec& spec,
                         const std::vector<CrlEntry>& entries) {
  auto prepared = LintCrl(BuildTestCrl(spec, entries), spec, entries.size());
  Check(prepared.ok(), prepared.status().ToString());
  return SignTestCrl(ca, prepared->Spend());
}

CrlTbsParts::CrlTbsParts(absl::string_view tbs) {
  der::Reader input(tbs);
  der::Reader fields;
  Check(input.ReadNested(der::kSequence, &fields), "no TBSCertList");
  for (std::string* part : {&version, &algorithm, &issuer, &this_update, &next_update}) {
    *part = Take(&fields);
  }
  der::Reader list;
  bool present = false;
  Check(fields.ReadOptional(der::kSequence, &list, &present), "no list of entries");
  TakeAll(list, &entries);
  der::Reader tagged;
  Check(fields.ReadNested(der::ContextConstructed(0), &tagged) &&
            tagged.ReadNested(der::kSequence, &list),
        "no extensions");
  TakeAll(list, &extensions);
}

std::string CrlTbsParts::Encode() const {
  const std::string list = entries.empty() && !has_empty_list
                               ? std::string()
                               : der::Encode(der::kSequence, absl::StrJoin(entries, ""));
  const std::string tagged =
      extensions.empty() ? std::string()
                         : der::Encode(der::ContextConstructed(0),
                                       der::Encode(der::kSequence, absl::StrJoin(extensions, "")));
  return der::Encode(der::kSequence, absl::StrCat(version, algorithm, issuer, this_update,
                                                  next_update, list, tagged, after));
}

size_t CrlTbsParts::Find(absl::string_view oid) const {
  const std::string element = der::Encode(der::kOid, oid);
  for (size_t i = 0; i < extensions.size(); ++i) {
    der::Reader reader(extensions[i]);
    der::Reader fields;
    Check(reader.ReadNested(der::kSequence, &fields), "an extension is not a SEQUENCE");
    if (absl::StartsWith(fields.rest(), element)) {
      return i;
    }
  }
  std::abort();
}

void CrlTbsParts::Set(absl::string_view oid, bool critical, absl::string_view value) {
  extensions[Find(oid)] = TestExtension(oid, critical, value);
}

void CrlTbsParts::Remove(absl::string_view oid) {
  extensions.erase(extensions.begin() + static_cast<std::ptrdiff_t>(Find(oid)));
}

}  // namespace fleetca::x509
