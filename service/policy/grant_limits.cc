#include "service/policy/grant_limits.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "x509/authz/authz_token.h"
#include "x509/authz/fleet_authz.h"
#include "x509/der/utf8.h"

namespace fleetca::service {
namespace {

// The extension counts characters. In bytes it is the same bound or a lower one, and easier to say.
constexpr size_t kMaxAttributeBytes = x509::kMaxAttributeValue;
// version, and the largest policyRev.
constexpr size_t kIntegerBytes = 3 + 10;

// The size of a DER element whose contents have this size.
size_t ElementSize(size_t contents) {
  const size_t length_octets = contents < 0x80 ? 1 : contents < 0x100 ? 2 : 3;
  return 1 + length_octets + contents;
}

size_t TokensSize(const std::vector<std::string>& tokens) {
  size_t size = 0;
  for (const std::string& token : tokens) {
    size += ElementSize(token.size());
  }
  return ElementSize(size);
}

size_t AttributesSize(const std::vector<AttributeOptions>& attributes) {
  size_t size = 0;
  for (const AttributeOptions& attribute : attributes) {
    const size_t value = absl::StrContains(attribute.value, "{")
                             ? kMaxAttributeBytes
                             : std::min(attribute.value.size(), kMaxAttributeBytes);
    size += ElementSize(ElementSize(attribute.name.size()) + ElementSize(value));
  }
  return ElementSize(size);
}

size_t LargestExtension(const RuleOptions& rule) {
  size_t contents = kIntegerBytes + TokensSize(rule.roles);
  contents += rule.audience.empty() ? 0 : TokensSize(rule.audience);
  contents += rule.attributes.empty() ? 0 : AttributesSize(rule.attributes);
  return ElementSize(contents);
}

void CheckToken(absl::string_view field, absl::string_view token,
                absl::flat_hash_set<absl::string_view>* seen, Mistakes* mistakes) {
  if (!x509::IsToken(token)) {
    mistakes->Add(field,
                  absl::StrCat("\"", absl::CHexEscape(token.substr(0, x509::kMaxTokenSize)),
                               "\" is not 1 to ", x509::kMaxTokenSize,
                               " of a-z, 0-9, \".\", \"_\", \"/\" and \"-\", a letter or digit "
                               "first; rename it"));
  } else if (!seen->insert(token).second) {
    mistakes->Add(field, absl::StrCat("\"", token, "\" is listed twice; remove one"));
  }
}

void CheckCount(absl::string_view field, size_t count, size_t most, Mistakes* mistakes) {
  if (count > most) {
    mistakes->Add(field, absl::StrCat("has ", count, " entries; a certificate carries at most ",
                                      most, "; remove some"));
  }
}

void CheckTokens(absl::string_view parent, absl::string_view field,
                 const std::vector<std::string>& tokens, size_t most, Mistakes* mistakes) {
  CheckCount(absl::StrCat(parent, ".", field), tokens.size(), most, mistakes);
  absl::flat_hash_set<absl::string_view> seen;
  for (size_t i = 0; i < tokens.size(); ++i) {
    CheckToken(ElementBelow(parent, field, i), tokens[i], &seen, mistakes);
  }
}

}  // namespace

absl::Status CheckAttributeValue(absl::string_view value) {
  if (value.empty() || value.size() > kMaxAttributeBytes) {
    return InvalidArgument(
        Reason::kConfigInvalid, "",
        absl::StrCat("has ", value.size(), " bytes; write 1 to ", kMaxAttributeBytes));
  }
  if (!x509::CountPrintableUtf8(value).has_value()) {
    return InvalidArgument(Reason::kConfigInvalid, "",
                           "is not UTF-8 without control characters; correct it");
  }
  return absl::OkStatus();
}

void CheckGrants(absl::string_view field, const RuleOptions& rule, Mistakes* mistakes) {
  const size_t before = mistakes->size();
  CheckTokens(field, "roles", rule.roles, x509::kMaxRoles, mistakes);
  CheckTokens(field, "audience", rule.audience, x509::kMaxAudience, mistakes);
  CheckCount(absl::StrCat(field, ".attributes"), rule.attributes.size(), x509::kMaxAttributes,
             mistakes);
  absl::flat_hash_set<absl::string_view> seen;
  for (size_t i = 0; i < rule.attributes.size(); ++i) {
    const std::string here = ElementBelow(field, "attributes", i);
    CheckToken(absl::StrCat(here, ".name"), rule.attributes[i].name, &seen, mistakes);
    // With captures it is measured again for each identity.
    mistakes->Check(absl::StrCat(here, ".value"), CheckAttributeValue(rule.attributes[i].value));
  }
  const size_t size = LargestExtension(rule);
  if (mistakes->size() == before && size > x509::kMaxFleetAuthzSize) {
    mistakes->Add(field, absl::StrCat("grants roles, audience and attributes of up to ", size,
                                      " bytes together; a certificate carries at most ",
                                      x509::kMaxFleetAuthzSize, "; remove some"));
  }
}

}  // namespace fleetca::service
