#include "x509/name_constraints.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/san.h"

namespace fleetca::x509 {
namespace {

constexpr uint8_t kEmailTag = der::ContextPrimitive(1);
constexpr uint8_t kDnsTag = der::ContextPrimitive(2);
constexpr uint8_t kUriTag = der::ContextPrimitive(6);
constexpr uint8_t kIpTag = der::ContextPrimitive(7);

constexpr absl::string_view kNobodysDomain = "invalid";
constexpr size_t kMaxSubtrees = 1000;

absl::Status Refuse(absl::string_view field, absl::string_view message) {
  return InvalidArgument(Reason::kConfigInvalid, field, message);
}

absl::Status CheckDomains(const std::vector<std::string>& domains, absl::string_view field) {
  for (size_t i = 0; i < domains.size(); ++i) {
    const std::string here = absl::StrCat(field, "[", i, "]");
    const absl::Status status = CheckName({NameType::kDns, domains[i]}, here);
    if (!status.ok()) {
      return Refuse(here, status.message());
    }
    if (absl::StrContains(domains[i], "*")) {
      return Refuse(here,
                    "has a \"*\"; write \"fleet.example\" for that name and every name below it");
    }
  }
  return absl::OkStatus();
}

// The mask of a prefix, in as many octets as its address has.
std::string Mask(const IpPrefix& prefix) {
  std::string mask(prefix.address.size(), '\0');
  for (int bit = 0; bit < prefix.bits; ++bit) {
    mask[bit / 8] = static_cast<char>(mask[bit / 8] | 0x80 >> bit % 8);
  }
  return mask;
}

bool IsPrefix(const IpPrefix& prefix) {
  const size_t octets = prefix.address.size();
  if ((octets != 4 && octets != 16) || prefix.bits < 0 ||
      static_cast<size_t>(prefix.bits) > 8 * octets) {
    return false;
  }
  const std::string mask = Mask(prefix);
  for (size_t i = 0; i < octets; ++i) {
    if ((prefix.address[i] & ~mask[i]) != 0) {
      return false;
    }
  }
  return true;
}

absl::Status CheckPrefixes(const std::vector<IpPrefix>& prefixes, absl::string_view field) {
  for (size_t i = 0; i < prefixes.size(); ++i) {
    if (!IsPrefix(prefixes[i])) {
      return Refuse(absl::StrCat(field, "[", i, "]"),
                    "is not a prefix of 4 or 16 octets, or has bits set after it");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSubtrees(const Subtrees& subtrees, const std::string& field) {
  FLEETCA_RETURN_IF_ERROR(CheckDomains(subtrees.dns_domains, field + ".dns_domains"));
  FLEETCA_RETURN_IF_ERROR(CheckPrefixes(subtrees.ip_prefixes, field + ".ip_prefixes"));
  FLEETCA_RETURN_IF_ERROR(CheckDomains(subtrees.uri_domains, field + ".uri_domains"));
  return CheckDomains(subtrees.email_domains, field + ".email_domains");
}

// GeneralSubtree elements, none of them twice.
class SubtreeList {
 public:
  void Add(uint8_t tag, absl::string_view base) {
    std::string subtree = der::Encode(der::kSequence, der::Encode(tag, base));
    if (std::find(subtrees_.begin(), subtrees_.end(), subtree) == subtrees_.end()) {
      subtrees_.push_back(std::move(subtree));
    }
  }

  // The address, then the mask: 8 octets or 32.
  void Add(const IpPrefix& prefix) { Add(kIpTag, prefix.address + Mask(prefix)); }

  void Add(const Subtrees& subtrees) {
    for (const std::string& domain : subtrees.dns_domains) {
      Add(kDnsTag, domain);
    }
    for (const IpPrefix& prefix : subtrees.ip_prefixes) {
      Add(prefix);
    }
    for (const std::string& domain : subtrees.uri_domains) {
      Add(kUriTag, domain);
      Add(kUriTag, "." + domain);
    }
    for (const std::string& domain : subtrees.email_domains) {
      Add(kEmailTag, domain);
      Add(kEmailTag, "." + domain);
    }
  }

  size_t size() const { return subtrees_.size(); }

  // The list as field [n]; empty where it is.
  std::string Encode(int n) const {
    std::string contents;
    for (const std::string& subtree : subtrees_) {
      contents += subtree;
    }
    return contents.empty() ? "" : der::Encode(der::ContextConstructed(n), contents);
  }

 private:
  std::vector<std::string> subtrees_;
};

// Closes each type of name that `wanted` does not permit any of.
void CloseOthers(const Subtrees& wanted, SubtreeList* permitted, SubtreeList* excluded) {
  const auto close = [permitted, excluded](uint8_t tag) {
    permitted->Add(tag, kNobodysDomain);
    excluded->Add(tag, kNobodysDomain);
  };
  if (wanted.dns_domains.empty()) {
    close(kDnsTag);
  }
  if (wanted.ip_prefixes.empty()) {
    excluded->Add(IpPrefix{std::string(4, '\0'), 0});
    excluded->Add(IpPrefix{std::string(16, '\0'), 0});
  }
  if (wanted.uri_domains.empty()) {
    close(kUriTag);
  }
  if (wanted.email_domains.empty()) {
    close(kEmailTag);
  }
}

}  // namespace

absl::StatusOr<std::string> BuildNameConstraints(const NameConstraints& constraints,
                                                 absl::string_view field) {
  if (constraints.permitted.empty() && constraints.excluded.empty()) {
    return Refuse(field, "permits nothing and excludes nothing; leave name constraints out");
  }
  FLEETCA_RETURN_IF_ERROR(CheckSubtrees(constraints.permitted, absl::StrCat(field, ".permitted")));
  FLEETCA_RETURN_IF_ERROR(CheckSubtrees(constraints.excluded, absl::StrCat(field, ".excluded")));
  SubtreeList permitted;
  SubtreeList excluded;
  permitted.Add(constraints.permitted);
  excluded.Add(constraints.excluded);
  if (!constraints.permitted.empty()) {
    CloseOthers(constraints.permitted, &permitted, &excluded);
  }
  if (permitted.size() + excluded.size() > kMaxSubtrees) {
    return Refuse(field, absl::StrCat("has over ", kMaxSubtrees, " subtrees; name fewer domains"));
  }
  return der::Encode(der::kSequence, permitted.Encode(0) + excluded.Encode(1));
}

}  // namespace fleetca::x509
