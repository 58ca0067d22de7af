#include "x509/lint/lint_authz.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace fleetca::x509 {
namespace {

// The limits of the ASN.1, written out once more: a wrong constant elsewhere is found here.
constexpr size_t kOctetsCap = 4096;
constexpr size_t kRolesCap = 32;
constexpr size_t kOthersCap = 16;
constexpr size_t kTokenCap = 64;
constexpr size_t kValueCap = 128;

unsigned At(absl::string_view octets, size_t i) { return static_cast<unsigned char>(octets[i]); }

// Cuts the element with this identifier octet off the front of `octets`. Only what 4096 octets
// need: lengths of up to two octets, each in its shortest form.
[[nodiscard]] bool Cut(absl::string_view* octets, unsigned identifier,
                       absl::string_view* contents) {
  if (octets->size() < 2 || At(*octets, 0) != identifier) {
    return false;
  }
  size_t start = 2;
  size_t length = At(*octets, 1);
  if (length == 0x81 && octets->size() >= 3) {
    start = 3;
    length = At(*octets, 2);
    if (length < 0x80) {
      return false;
    }
  } else if (length == 0x82 && octets->size() >= 4) {
    start = 4;
    length = At(*octets, 2) * 256 + At(*octets, 3);
    if (length < 0x100) {
      return false;
    }
  } else if (length > 0x7f) {
    return false;
  }
  if (octets->size() - start < length) {
    return false;
  }
  *contents = octets->substr(start, length);
  octets->remove_prefix(start + length);
  return true;
}

bool Begins(absl::string_view octets, unsigned identifier) {
  return !octets.empty() && At(octets, 0) == identifier;
}

// Contents of an INTEGER that is not negative, of up to eight octets.
[[nodiscard]] bool Number(absl::string_view contents, uint64_t* value) {
  if (contents.empty() || contents.size() > 8 || At(contents, 0) > 0x7f ||
      (contents.size() > 1 && At(contents, 0) == 0 && At(contents, 1) < 0x80)) {
    return false;
  }
  *value = 0;
  for (size_t i = 0; i < contents.size(); ++i) {
    *value = *value * 256 + At(contents, i);
  }
  return true;
}

[[nodiscard]] bool Version1(absl::string_view* octets) {
  absl::string_view contents;
  return Cut(octets, 0x02, &contents) && contents == "\x01";
}

[[nodiscard]] bool Token(absl::string_view text) {
  if (text.empty() || text.size() > kTokenCap) {
    return false;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool mark = c == '.' || c == '_' || c == '/' || c == '-';
    if (!word && (!mark || i == 0)) {
      return false;
    }
  }
  return true;
}

// Cuts one character of UTF-8 off; false where it is malformed or one that may not stand there.
[[nodiscard]] bool CutCharacter(absl::string_view* text) {
  const unsigned lead = At(*text, 0);
  const size_t more = lead < 0x80 ? 0 : lead < 0xc0 ? 9 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  if (lead > 0xf7 || more >= text->size()) {
    return false;
  }
  unsigned point = more == 0 ? lead : lead & (0x3fu >> more);
  for (size_t i = 1; i <= more; ++i) {
    if (At(*text, i) >> 6 != 2) {
      return false;
    }
    point = point * 64 + At(*text, i) % 64;
  }
  text->remove_prefix(more + 1);
  const unsigned least = more == 0 ? 0x20 : more == 1 ? 0xa0 : more == 2 ? 0x800 : 0x10000;
  const bool surrogate = point >= 0xd800 && point <= 0xdfff;
  const bool direction = point == 0x200e || point == 0x200f || point == 0xfeff ||
                         (point >= 0x2028 && point <= 0x202e) ||
                         (point >= 0x2066 && point <= 0x2069);
  return point >= least && point != 0x7f && point <= 0x10ffff && !surrogate && !direction;
}

[[nodiscard]] bool Value(absl::string_view text) {
  size_t characters = 0;
  while (!text.empty()) {
    if (!CutCharacter(&text) || ++characters > kValueCap) {
      return false;
    }
  }
  return characters > 0;
}

template <typename Tokens>
[[nodiscard]] const char* Read(absl::string_view list, size_t cap, Tokens* tokens) {
  while (!list.empty()) {
    absl::string_view token;
    if (!Cut(&list, 0x0c, &token) || !Token(token)) {
      return "has a list with something that is not a Token";
    }
    if (!tokens->empty() && !(tokens->back() < token)) {
      return "has a list that is not sorted and unique";
    }
    tokens->push_back(token);
  }
  return tokens->size() <= cap ? nullptr : "has a list that is too long";
}

[[nodiscard]] const char* ReadAttributes(absl::string_view list, FleetAuthzReading* reading) {
  while (!list.empty()) {
    absl::string_view fields;
    absl::string_view name;
    absl::string_view value;
    if (!Cut(&list, 0x30, &fields) || !Cut(&fields, 0x0c, &name) || !Cut(&fields, 0x0c, &value) ||
        !fields.empty() || !Token(name) || !Value(value)) {
      return "has an attribute that is not a Token and a value";
    }
    if (!reading->attributes.empty() && !(reading->attributes.back().first < name)) {
      return "has attributes that are not sorted and unique";
    }
    reading->attributes.emplace_back(name, value);
  }
  if (reading->attributes.empty() || reading->attributes.size() > kOthersCap) {
    return "has no attribute in its list, or too many";
  }
  return nullptr;
}

// Whether the unique `found` are the same as the `wanted`, which mostly are in the same order.
template <typename Found, typename Wanted, typename Equal>
bool SameSet(const Found& found, const Wanted& wanted, Equal equal) {
  if (found.size() != wanted.size()) {
    return false;
  }
  for (size_t i = 0; i < found.size(); ++i) {
    const auto is_found = [&](const auto& one) { return equal(found[i], one); };
    if (!is_found(wanted[i]) && std::none_of(wanted.begin(), wanted.end(), is_found)) {
      return false;
    }
  }
  return true;
}

bool SameToken(absl::string_view found, const std::string& wanted) { return found == wanted; }

}  // namespace

const char* ReadFleetAuthz(absl::string_view value, FleetAuthzReading* reading) {
  absl::string_view fields;
  absl::string_view contents;
  if (value.size() > kOctetsCap || !Cut(&value, 0x30, &fields) || !value.empty()) {
    return "is not one SEQUENCE of at most 4096 octets";
  }
  if (!Version1(&fields)) {
    return "is not of version 1";
  }
  if (!Cut(&fields, 0x02, &contents) || !Number(contents, &reading->policy_revision)) {
    return "has a policy revision that is not an INTEGER from 0 to 2^63-1";
  }
  if (!Cut(&fields, 0x30, &contents)) {
    return "has no list of roles";
  }
  const char* fault = Read(contents, kRolesCap, &reading->roles);
  if (fault == nullptr && Begins(fields, 0xa0)) {
    reading->has_audience = true;
    fault = Cut(&fields, 0xa0, &contents) ? Read(contents, kOthersCap, &reading->audience)
                                          : "has an audience that is not DER";
    if (fault == nullptr && reading->audience.empty()) {
      fault = "has an audience of nobody";
    }
  }
  if (fault == nullptr && Begins(fields, 0xa1)) {
    fault = Cut(&fields, 0xa1, &contents) ? ReadAttributes(contents, reading)
                                          : "has attributes that are not DER";
  }
  return fault != nullptr || fields.empty() ? fault : "has something beside its fields";
}

const char* FleetAuthzFault(absl::string_view value, const FleetAuthz& wanted) {
  FleetAuthzReading found;
  const char* const fault = ReadFleetAuthz(value, &found);
  if (fault != nullptr) {
    return fault;
  }
  if (found.policy_revision != wanted.policy_revision) {
    return "has another policy revision than decided";
  }
  if (!SameSet(found.roles, wanted.roles, SameToken)) {
    return "has other roles than decided";
  }
  if (found.has_audience != wanted.audience.has_value() ||
      (found.has_audience && !SameSet(found.audience, *wanted.audience, SameToken))) {
    return "has another audience than decided";
  }
  const auto same_attribute = [](const auto& one, const AuthzAttribute& other) {
    return one.first == other.name && one.second == other.value;
  };
  if (!SameSet(found.attributes, wanted.attributes, same_attribute)) {
    return "has other attributes than decided";
  }
  return nullptr;
}

const char* ProvenanceFault(absl::string_view value, const Provenance& wanted) {
  absl::string_view fields;
  absl::string_view contents;
  if (!Cut(&value, 0x30, &fields) || !value.empty() || !Version1(&fields)) {
    return "is not one SEQUENCE of version 1";
  }
  if (!Cut(&fields, 0x0c, &contents) || !Token(contents) || contents != wanted.profile) {
    return "has another profile than decided";
  }
  if (!Cut(&fields, 0x0a, &contents) || contents.size() != 1 || At(contents, 0) > 3 ||
      At(contents, 0) != static_cast<unsigned>(wanted.attestation)) {
    return "has another attestation than decided";
  }
  if (Begins(fields, 0x80) != wanted.request_id.has_value() ||
      (wanted.request_id.has_value() &&
       (!Cut(&fields, 0x80, &contents) || contents != *wanted.request_id || contents.size() < 16 ||
        contents.size() > 64))) {
    return "has another request id than decided";
  }
  uint64_t generation = 0;
  if (Begins(fields, 0x81) != wanted.generation.has_value() ||
      (wanted.generation.has_value() &&
       (!Cut(&fields, 0x81, &contents) || !Number(contents, &generation) ||
        generation != *wanted.generation || generation > 0x7fffffff))) {
    return "has another generation than decided";
  }
  return fields.empty() ? nullptr : "has something beside its fields";
}

}  // namespace fleetca::x509
