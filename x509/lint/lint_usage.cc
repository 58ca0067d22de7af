// The lint of what a key is for: keyUsage and extKeyUsage.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "x509/der/der.h"
#include "x509/lint/lint_parts.h"
#include "x509/tbs.h"

namespace fleetca::x509 {
namespace {

bool Contains(const std::vector<std::string>& oids, absl::string_view oid) {
  return std::any_of(oids.begin(), oids.end(),
                     [oid](const std::string& one) { return one == oid; });
}

}  // namespace

absl::Status LintKeyUsage(absl::string_view value, const LintPolicy& policy) {
  der::Reader element(value);
  absl::string_view octets;
  int unused_bits = 0;
  if (!element.ReadBitString(&octets, &unused_bits) || !element.empty()) {
    return LintError("keyUsage is not one BIT STRING");
  }
  // Named bits: the last bit that is written is set (X.690 11.2.2).
  if (octets.empty() || octets.size() > 2 ||
      (static_cast<uint8_t>(octets.back()) >> unused_bits & 1) == 0) {
    return LintError("keyUsage is empty or has trailing zero bits");
  }
  uint32_t usage = 0;
  for (size_t bit = 0; bit < 8 * octets.size(); ++bit) {
    usage |= (static_cast<uint8_t>(octets[bit / 8]) >> (7 - bit % 8) & 1u) << bit;
  }
  if (usage != policy.key_usage) {
    return LintError("keyUsage is not that of the policy");
  }
  if (((usage & x509::kKeyCertSign) != 0) != policy.is_ca) {
    return LintError("keyUsage has keyCertSign without a CA or a CA without keyCertSign");
  }
  return absl::OkStatus();
}

absl::Status LintExtendedKeyUsage(absl::string_view value, const LintPolicy& policy) {
  der::Reader element(value);
  der::Reader purposes;
  if (!element.ReadNested(der::kSequence, &purposes) || !element.empty()) {
    return LintError("extKeyUsage is not one SEQUENCE");
  }
  // Each purpose is allowed and there are as many as allowed: with no duplicate, they are the same.
  const absl::string_view all = purposes.rest();
  size_t count = 0;
  while (!purposes.empty()) {
    const char* const begin = purposes.rest().data();
    absl::string_view purpose;
    if (!purposes.Read(der::kOid, &purpose)) {
      return LintError("extKeyUsage has something that is not an OID");
    }
    if (!Contains(policy.extended_key_usage, purpose)) {
      return LintError(absl::StrCat("extKeyUsage has the purpose ", der::OidToString(purpose),
                                    ", which the policy has not"));
    }
    ++count;
    der::Reader earlier(all);
    absl::string_view earlier_purpose;
    while (earlier.rest().data() < begin && earlier.Read(der::kOid, &earlier_purpose)) {
      if (earlier_purpose == purpose) {
        return LintError("extKeyUsage has a purpose twice");
      }
    }
  }
  if (count != policy.extended_key_usage.size()) {
    return LintError("extKeyUsage lacks a purpose of the policy");
  }
  return absl::OkStatus();
}

}  // namespace fleetca::x509
