#include "x509/authz/fleet_authz.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/authz/authz_token.h"
#include "x509/der/der.h"
#include "x509/der/utf8.h"

namespace fleetca::x509 {
namespace {

constexpr uint64_t kVersion = 1;
constexpr uint8_t kAudienceTag = der::ContextConstructed(0);
constexpr uint8_t kAttributesTag = der::ContextConstructed(1);

constexpr absl::string_view kWhole = "fleet_authz";
constexpr absl::string_view kRolesField = "fleet_authz.roles";
constexpr absl::string_view kAudienceField = "fleet_authz.audience";
constexpr absl::string_view kAttributesField = "fleet_authz.attributes";

absl::Status Bad(absl::string_view field, absl::string_view problem) {
  return InvalidArgument(Reason::kAuthzInvalid, field,
                         absl::StrCat("The authorization is invalid: ", field, " ", problem));
}

absl::Status BadToken(absl::string_view field) {
  return Bad(field,
             "has a word that is not 1 to 64 of a-z, 0-9, \".\", \"_\", \"/\" and \"-\", beginning "
             "with a letter or a digit");
}

absl::Status BadCount(absl::string_view field, size_t least, size_t most) {
  return Bad(field, absl::StrCat("must have ", least, " to ", most, " entries"));
}

absl::Status TooLarge(size_t size) {
  return Bad(kWhole, absl::StrCat("takes ", size, " octets, more than ", kMaxFleetAuthzSize,
                                  "; grant fewer or shorter roles and attributes"));
}

bool IsAttributeValue(absl::string_view value) {
  const std::optional<size_t> characters = CountPrintableUtf8(value);
  return characters.has_value() && *characters > 0 && *characters <= kMaxAttributeValue;
}

absl::Status BadValue() {
  return Bad(kAttributesField,
             "has a value that is not 1 to 128 characters of UTF-8 without control characters");
}

size_t ElementSize(size_t contents_size) { return der::HeaderSize(contents_size) + contents_size; }

void AppendElement(uint8_t tag, absl::string_view contents, std::string* out) {
  der::AppendHeader(tag, contents.size(), out);
  out->append(contents.data(), contents.size());
}

// A list of tokens in the order in which it is written.
using SortedTokens = absl::InlinedVector<absl::string_view, kMaxRoles>;

absl::Status SortTokens(const std::vector<std::string>& tokens, size_t least, size_t most,
                        absl::string_view field, SortedTokens* sorted) {
  if (tokens.size() < least || tokens.size() > most) {
    return BadCount(field, least, most);
  }
  for (const std::string& token : tokens) {
    if (!IsToken(token)) {
      return BadToken(field);
    }
  }
  sorted->assign(tokens.begin(), tokens.end());
  std::sort(sorted->begin(), sorted->end());
  if (std::adjacent_find(sorted->begin(), sorted->end()) != sorted->end()) {
    return Bad(field, "has an entry twice");
  }
  return absl::OkStatus();
}

using SortedAttributes = absl::InlinedVector<const AuthzAttribute*, kMaxAttributes>;

absl::Status SortAttributes(const std::vector<AuthzAttribute>& attributes,
                            SortedAttributes* sorted) {
  if (attributes.size() > kMaxAttributes) {
    return BadCount(kAttributesField, 0, kMaxAttributes);
  }
  for (const AuthzAttribute& attribute : attributes) {
    if (!IsToken(attribute.name)) {
      return BadToken(kAttributesField);
    }
    if (!IsAttributeValue(attribute.value)) {
      return BadValue();
    }
    sorted->push_back(&attribute);
  }
  std::sort(sorted->begin(), sorted->end(),
            [](const AuthzAttribute* a, const AuthzAttribute* b) { return a->name < b->name; });
  if (std::adjacent_find(sorted->begin(), sorted->end(),
                         [](const AuthzAttribute* a, const AuthzAttribute* b) {
                           return a->name == b->name;
                         }) != sorted->end()) {
    return Bad(kAttributesField, "has a name twice");
  }
  return absl::OkStatus();
}

size_t TokensSize(const SortedTokens& tokens) {
  size_t size = 0;
  for (const absl::string_view token : tokens) {
    size += ElementSize(token.size());
  }
  return size;
}

void AppendTokens(uint8_t tag, const SortedTokens& tokens, size_t size, std::string* out) {
  der::AppendHeader(tag, size, out);
  for (const absl::string_view token : tokens) {
    AppendElement(der::kUtf8String, token, out);
  }
}

size_t AttributeSize(const AuthzAttribute& attribute) {
  return ElementSize(attribute.name.size()) + ElementSize(attribute.value.size());
}

void AppendAttributes(const SortedAttributes& attributes, size_t size, std::string* out) {
  der::AppendHeader(kAttributesTag, size, out);
  for (const AuthzAttribute* attribute : attributes) {
    der::AppendHeader(der::kSequence, AttributeSize(*attribute), out);
    AppendElement(der::kUtf8String, attribute->name, out);
    AppendElement(der::kUtf8String, attribute->value, out);
  }
}

// Reads to the end of `list`: ascending order says both sorted and unique.
absl::Status ReadTokens(der::Reader list, size_t least, size_t most, absl::string_view field,
                        std::vector<std::string>* tokens) {
  absl::string_view previous;
  tokens->reserve(4);
  while (!list.empty()) {
    absl::string_view token;
    if (!list.Read(der::kUtf8String, &token)) {
      return Bad(field, "has an entry that is not a UTF8String in DER");
    }
    if (!IsToken(token)) {
      return BadToken(field);
    }
    if (token <= previous) {
      return Bad(field, "is not in ascending order without duplicates");
    }
    if (tokens->size() == most) {
      return BadCount(field, least, most);
    }
    tokens->emplace_back(token);
    previous = token;
  }
  return tokens->size() < least ? BadCount(field, least, most) : absl::OkStatus();
}

absl::Status ReadAttributes(der::Reader list, std::vector<AuthzAttribute>* attributes) {
  absl::string_view previous;
  while (!list.empty()) {
    der::Reader fields;
    absl::string_view name;
    absl::string_view value;
    if (!list.ReadNested(der::kSequence, &fields) || !fields.Read(der::kUtf8String, &name) ||
        !fields.Read(der::kUtf8String, &value) || !fields.empty()) {
      return Bad(kAttributesField, "has an entry that is not two UTF8Strings in DER");
    }
    if (!IsToken(name)) {
      return BadToken(kAttributesField);
    }
    if (!IsAttributeValue(value)) {
      return BadValue();
    }
    if (name <= previous) {
      return Bad(kAttributesField, "is not in ascending order of names without duplicates");
    }
    if (attributes->size() == kMaxAttributes) {
      return BadCount(kAttributesField, 1, kMaxAttributes);
    }
    attributes->push_back({std::string(name), std::string(value)});
    previous = name;
  }
  return attributes->empty() ? BadCount(kAttributesField, 1, kMaxAttributes) : absl::OkStatus();
}

absl::Status ReadLists(der::Reader fields, FleetAuthz* authz) {
  der::Reader list;
  bool present = false;
  if (!fields.ReadNested(der::kSequence, &list)) {
    return Bad(kRolesField, "is not a SEQUENCE in DER");
  }
  FLEETCA_RETURN_IF_ERROR(ReadTokens(list, 0, kMaxRoles, kRolesField, &authz->roles));
  if (!fields.ReadOptional(kAudienceTag, &list, &present)) {
    return Bad(kAudienceField, "is not DER");
  }
  if (present) {
    FLEETCA_RETURN_IF_ERROR(
        ReadTokens(list, 1, kMaxAudience, kAudienceField, &authz->audience.emplace()));
  }
  if (!fields.ReadOptional(kAttributesTag, &list, &present)) {
    return Bad(kAttributesField, "is not DER");
  }
  if (present) {
    FLEETCA_RETURN_IF_ERROR(ReadAttributes(list, &authz->attributes));
  }
  return fields.empty() ? absl::OkStatus()
                        : Bad(kWhole, "has something after or between its fields");
}

}  // namespace

absl::StatusOr<std::string> BuildFleetAuthz(const FleetAuthz& authz) {
  if (authz.policy_revision > kMaxPolicyRevision) {
    return Bad("fleet_authz.policy_revision", "is over 2^63-1");
  }
  SortedTokens roles;
  SortedTokens audience;
  SortedAttributes attributes;
  FLEETCA_RETURN_IF_ERROR(SortTokens(authz.roles, 0, kMaxRoles, kRolesField, &roles));
  if (authz.audience.has_value()) {
    FLEETCA_RETURN_IF_ERROR(
        SortTokens(*authz.audience, 1, kMaxAudience, kAudienceField, &audience));
  }
  FLEETCA_RETURN_IF_ERROR(SortAttributes(authz.attributes, &attributes));

  std::string numbers;
  der::Writer writer(&numbers);
  writer.Integer(kVersion);
  writer.Integer(authz.policy_revision);
  const size_t roles_size = TokensSize(roles);
  const size_t audience_size = TokensSize(audience);
  size_t attributes_size = 0;
  for (const AuthzAttribute* attribute : attributes) {
    attributes_size += ElementSize(AttributeSize(*attribute));
  }
  const size_t size = numbers.size() + ElementSize(roles_size) +
                      (audience.empty() ? 0 : ElementSize(audience_size)) +
                      (attributes.empty() ? 0 : ElementSize(attributes_size));
  if (ElementSize(size) > kMaxFleetAuthzSize) {
    return TooLarge(ElementSize(size));
  }

  std::string out;
  out.reserve(ElementSize(size));
  der::AppendHeader(der::kSequence, size, &out);
  out += numbers;
  AppendTokens(der::kSequence, roles, roles_size, &out);
  if (!audience.empty()) {
    AppendTokens(kAudienceTag, audience, audience_size, &out);
  }
  if (!attributes.empty()) {
    AppendAttributes(attributes, attributes_size, &out);
  }
  return out;
}

absl::StatusOr<FleetAuthz> ParseFleetAuthz(absl::string_view der) {
  if (der.size() > kMaxFleetAuthzSize) {
    return TooLarge(der.size());
  }
  der::Reader outer(der);
  der::Reader fields;
  if (!outer.ReadNested(der::kSequence, &fields) || !outer.empty()) {
    return Bad(kWhole, "is not one SEQUENCE in DER with nothing after it");
  }
  uint64_t version;
  if (!fields.ReadUint63(&version) || version != kVersion) {
    return Bad("fleet_authz.version", "is not the INTEGER 1, the only version known here");
  }
  FleetAuthz authz;
  if (!fields.ReadUint63(&authz.policy_revision)) {
    return Bad("fleet_authz.policy_revision", "is not an INTEGER from 0 to 2^63-1 in DER");
  }
  FLEETCA_RETURN_IF_ERROR(ReadLists(fields, &authz));
  return authz;
}

}  // namespace fleetca::x509
