#include "x509/lint/lint_name_constraints.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "x509/der/der.h"

namespace fleetca::x509 {
namespace {

// The bases of one list by their type. An address is 0 or 1 for each bit of it, and "/".
struct Bases {
  std::set<std::string> dns;
  std::set<std::string> ip;
  std::set<std::string> uri;
  std::set<std::string> email;
};

std::string BitsOf(absl::string_view octets, size_t count) {
  std::string bits;
  for (size_t i = 0; i < count && i / 8 < octets.size(); ++i) {
    bits.push_back((static_cast<uint8_t>(octets[i / 8]) << (i % 8) & 0x80) != 0 ? '1' : '0');
  }
  return bits;
}

// "4:00001010" for 10.0.0.0 under 255.0.0.0; empty for a mask with a gap, for an address with bits
// beyond the mask, and where the size is wrong.
std::string ReadPrefix(absl::string_view octets) {
  if (octets.size() != 8 && octets.size() != 32) {
    return "";
  }
  const size_t half = octets.size() / 2;
  const std::string address = BitsOf(octets.substr(0, half), 8 * half);
  const std::string mask = BitsOf(octets.substr(half), 8 * half);
  const size_t length = mask.find_last_of('1') + 1;  // npos + 1 is 0
  if (mask.find('0') < length || address.find('1', length) != std::string::npos) {
    return "";
  }
  return (half == 4 ? "4:" : "6:") + address.substr(0, length);
}

// GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL };
// the last two never stand there (RFC 5280).
[[nodiscard]] bool ReadSubtree(der::Reader* list, Bases* bases) {
  der::Reader subtree;
  uint8_t tag;
  absl::string_view base;
  absl::string_view element;
  if (!list->ReadNested(der::kSequence, &subtree) || !subtree.ReadAny(&tag, &base, &element) ||
      !subtree.empty()) {
    return false;
  }
  switch (tag) {
    case 0x81:
      return bases->email.emplace(base).second;
    case 0x82:
      return bases->dns.emplace(base).second;
    case 0x86:
      return bases->uri.emplace(base).second;
    case 0x87: {
      const std::string prefix = ReadPrefix(base);
      return !prefix.empty() && bases->ip.insert(prefix).second;
    }
    default:
      return false;
  }
}

// The list in field [n], which may be absent but not empty.
[[nodiscard]] bool ReadList(der::Reader* fields, int n, Bases* bases) {
  if (fields->PeekTag() != der::ContextConstructed(n)) {
    return true;
  }
  der::Reader list;
  if (!fields->ReadNested(der::ContextConstructed(n), &list) || list.empty()) {
    return false;
  }
  while (!list.empty()) {
    if (!ReadSubtree(&list, bases)) {
      return false;
    }
  }
  return true;
}

// What a list has to say for `wanted`.
std::set<std::string> Hosts(const std::vector<std::string>& wanted) {
  std::set<std::string> hosts(wanted.begin(), wanted.end());
  for (const std::string& domain : wanted) {
    hosts.insert("." + domain);
  }
  return hosts;
}

Bases BasesFor(const Subtrees& wanted) {
  Bases bases;
  bases.dns.insert(wanted.dns_domains.begin(), wanted.dns_domains.end());
  for (const IpPrefix& prefix : wanted.ip_prefixes) {
    bases.ip.insert((prefix.address.size() == 4 ? "4:" : "6:") +
                    BitsOf(prefix.address, static_cast<size_t>(prefix.bits)));
  }
  bases.uri = Hosts(wanted.uri_domains);
  bases.email = Hosts(wanted.email_domains);
  return bases;
}

// A permitted set that is empty stands as one name which is excluded again.
void Close(std::set<std::string>* permitted, std::set<std::string>* excluded) {
  if (permitted->empty()) {
    permitted->insert("invalid");
    excluded->insert("invalid");
  }
}

bool Same(const Bases& one, const Bases& other) {
  return one.dns == other.dns && one.ip == other.ip && one.uri == other.uri &&
         one.email == other.email;
}

}  // namespace

const char* NameConstraintsFault(absl::string_view value, const NameConstraints& wanted) {
  der::Reader element(value);
  der::Reader fields;
  Bases permitted;
  Bases excluded;
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty() || fields.empty() ||
      !ReadList(&fields, 0, &permitted) || !ReadList(&fields, 1, &excluded) || !fields.empty()) {
    return "is not DER, empty, or has a subtree twice or one of no known form";
  }
  Bases wanted_permitted = BasesFor(wanted.permitted);
  Bases wanted_excluded = BasesFor(wanted.excluded);
  if (!wanted.permitted.empty()) {
    Close(&wanted_permitted.dns, &wanted_excluded.dns);
    Close(&wanted_permitted.uri, &wanted_excluded.uri);
    Close(&wanted_permitted.email, &wanted_excluded.email);
    if (wanted_permitted.ip.empty()) {
      wanted_excluded.ip.insert({"4:", "6:"});
    }
  }
  if (!Same(permitted, wanted_permitted)) {
    return "does not permit what the policy does";
  }
  return Same(excluded, wanted_excluded) ? nullptr : "does not exclude what the policy does";
}

}  // namespace fleetca::x509
