#include "service/policy/subordinate_reach.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "x509/ip_prefix.h"
#include "x509/san.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

bool IsWithin(absl::string_view name, absl::string_view domain) {
  return absl::EqualsIgnoreCase(name, domain) ||
         absl::EndsWithIgnoreCase(name, absl::StrCat(".", domain));
}

bool IsWithinAny(absl::string_view name, const std::vector<std::string>& domains) {
  return std::any_of(domains.begin(), domains.end(),
                     [name](const std::string& domain) { return IsWithin(name, domain); });
}

absl::string_view ParentOf(absl::string_view name) {
  const size_t dot = name.find('.');
  return dot == absl::string_view::npos ? absl::string_view() : name.substr(dot + 1);
}

bool Holds(const x509::IpPrefix& prefix, absl::string_view address) {
  if (prefix.address.size() != address.size()) {
    return false;
  }
  for (int bit = 0; bit < prefix.bits; ++bit) {
    const auto byte = static_cast<size_t>(bit / 8);
    if (((prefix.address[byte] ^ address[byte]) >> (7 - bit % 8) & 1) != 0) {
      return false;
    }
  }
  return true;
}

bool Holds(const std::string& prefix, absl::string_view address) {
  const absl::StatusOr<x509::IpPrefix> parsed = x509::ParseIpPrefix(prefix);
  return parsed.ok() && Holds(*parsed, address);
}

// What of the domain is as good as the reserved name, as the domain that must be excluded for it;
// "" when the domain holds nothing of the kind.
absl::string_view HeldDomain(absl::string_view domain, absl::string_view reserved) {
  absl::string_view below = reserved;
  if (absl::ConsumePrefix(&below, "*.")) {
    if (IsWithin(below, domain)) {
      return below;
    }
    // One of the names that the wildcard stands for.
    return absl::EqualsIgnoreCase(ParentOf(domain), below) ? domain : absl::string_view();
  }
  const absl::string_view parent = ParentOf(reserved);
  if (!parent.empty() && IsWithin(parent, domain)) {
    return parent;  // of "*.parent"
  }
  return IsWithin(reserved, domain) ? reserved : absl::string_view();
}

// Of one subordinate CA.
class ReservedSubtrees {
 public:
  ReservedSubtrees(std::string field, const SubordinateCa& ca, const ReservedNames& reserved,
                   Mistakes* mistakes)
      : field_(std::move(field)), ca_(ca), reserved_(reserved), mistakes_(*mistakes) {}

  void Find() {
    for (size_t i = 0; i < ca_.permitted.dns_domains.size(); ++i) {
      FindDns(ca_.permitted.dns_domains[i], ElementBelow(field_, "dns_domains", i));
    }
    for (size_t i = 0; i < ca_.permitted.ip_prefixes.size(); ++i) {
      FindIp(ca_.permitted.ip_prefixes[i], ElementBelow(field_, "ip_prefixes", i));
    }
    for (size_t i = 0; i < ca_.permitted.uri_domains.size(); ++i) {
      FindUri(ca_.permitted.uri_domains[i], ElementBelow(field_, "uri_domains", i));
    }
  }

 private:
  void FindDns(const std::string& domain, const std::string& here) {
    for (const std::string& name : reserved_.dns_names) {
      const absl::string_view held = HeldDomain(domain, name);
      if (held.empty() || IsWithinAny(held, ca_.excluded.dns_domains)) {
        continue;
      }
      const bool by_wildcard = held != name && !absl::StartsWith(name, "*");
      Blame(here, absl::StrCat("DNS:", name), "a name",
            absl::StrCat("permit domains that it is not in, or exclude \"", held, "\"",
                         by_wildcard
                             ? absl::StrCat(" (less is not enough, as *.", held, " stands for it)")
                             : ""));
      return;
    }
  }

  void FindIp(const std::string& prefix, const std::string& here) {
    for (const std::string& address : reserved_.ip_addresses) {
      const bool excluded =
          std::any_of(ca_.excluded.ip_prefixes.begin(), ca_.excluded.ip_prefixes.end(),
                      [&address](const std::string& other) { return Holds(other, address); });
      if (Holds(prefix, address) && !excluded) {
        const std::string text = x509::NameToString({x509::NameType::kIp, address});
        Blame(here, text, "an address",
              absl::StrCat("permit prefixes that it is not in, or exclude it, as \"",
                           absl::StripPrefix(text, "IP:"), address.size() == 4 ? "/32" : "/128",
                           "\""));
        return;
      }
    }
  }

  void FindUri(const std::string& domain, const std::string& here) {
    for (const std::string& id : reserved_.identities) {
      const absl::string_view host = x509::SpiffeTrustDomain(id);
      if (IsWithin(host, domain) && !IsWithinAny(host, ca_.excluded.uri_domains)) {
        Blame(here, id, "the identity",
              absl::StrCat("subtrees of URIs have no paths, so give such CAs a trust domain of "
                           "their own, as in \"edge.",
                           host, "\", or exclude \"", host, "\""));
        return;
      }
    }
  }

  void Blame(const std::string& here, absl::string_view name, absl::string_view what,
             absl::string_view remedy) {
    mistakes_.Add(here,
                  absl::StrCat("holds ", name, ", ", what,
                               " of the CA's server, and a subordinate CA that may certify it "
                               "could pose as the CA; ",
                               remedy));
  }

  const std::string field_;
  const SubordinateCa& ca_;
  const ReservedNames& reserved_;
  Mistakes& mistakes_;
};

}  // namespace

void FindReservedSubtrees(absl::Span<const PolicyProfileOptions> profiles,
                          const ReservedNames& reserved, Mistakes* mistakes) {
  for (size_t i = 0; i < profiles.size(); ++i) {
    if (profiles[i].subordinate_ca.has_value()) {
      ReservedSubtrees(absl::StrCat("profiles[", i, "].subordinate_ca.permitted_names"),
                       *profiles[i].subordinate_ca, reserved, mistakes)
          .Find();
    }
  }
}

}  // namespace fleetca::service
