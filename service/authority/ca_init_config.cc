// The configuration and the policy that `fleetca ca init` writes.
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "service/authority/ca_init.h"
#include "service/policy/name_rules.h"

namespace fleetca::service {
namespace {

constexpr char kConfig[] =
    R"(# The configuration of this CA. deploy/example/fleetca.textproto explains every field, and
# `fleetca config validate` checks this file. Paths are relative to its folder.
trust_domain: "$0"

listener {
  address: "$1"
  certificate_file: "server.crt"
  private_key_file: "server.key"
  client_ca_file: "trust-bundle.pem"
}
$2
issuer {
  certificate_file: "issuing-ca.crt"
  key {
    file {
      path: "issuing-ca.key"
      passphrase { file: "issuing-ca.passphrase" }
    }
  }
  trust_bundle_file: "trust-bundle.pem"
  # Certificates say how they came to be issued.
  provenance: true
}

store {
  path: "store"
}

# The server renews its own certificate, by a profile that the policy gives to nobody else, and the log
# warns of the end of admin.crt as it does of the server's own. docs/own-certificates.md
own_certificates {
  server_profile: "ca-server"
  watched_files: "admin.crt"
}

# Who gets which certificate.
policy_file: "policy.textproto"
)";

constexpr char kPolicy[] =
    R"(# The policy of this CA: who gets which certificate, and what it grants. What no rule says is denied.
# deploy/example/policy.textproto explains every field. After a change raise policy_revision, then:
#   fleetca policy check policy.textproto
#   fleetca policy explain policy.textproto --as spiffe://$0/svc/web --profile service --csr web.csr
#   fleetca policy apply --dir THIS-FOLDER     the server takes it, and says what changed
policy_revision: 1
trust_domain: "$0"

# Services: TLS as server and as client.
profiles {
  profile {
    name: "service"
    default_lifetime { seconds: 86400 }
    max_lifetime { seconds: 604800 }
    key_purposes: KEY_PURPOSE_SERVER_AUTH
    key_purposes: KEY_PURPOSE_CLIENT_AUTH
    names {
      spiffe_paths: "/svc/*"
$1    }
  }
}

# Machines.
profiles {
  profile {
    name: "host"
    default_lifetime { seconds: 86400 }
    max_lifetime { seconds: 604800 }
    key_purposes: KEY_PURPOSE_SERVER_AUTH
    key_purposes: KEY_PURPOSE_CLIENT_AUTH
    names {
      spiffe_paths: "/host/*"
$2    }
  }
}

# People: TLS as client.
profiles {
  profile {
    name: "user"
    default_lifetime { seconds: 43200 }
    max_lifetime { seconds: 604800 }
    key_purposes: KEY_PURPOSE_CLIENT_AUTH
    names {
      spiffe_paths: "/user/*"
    }
  }
  # Databases, proxies and browsers know people by it: the last segment of the identity.
  subject { common_name: "{name}" }
}

# Operators: TLS as client. Nothing that stands for people or machines comes to these identities.
profiles {
  profile {
    name: "operator"
    default_lifetime { seconds: 2592000 }
    max_lifetime { seconds: 2592000 }
    key_purposes: KEY_PURPOSE_CLIENT_AUTH
    names {
      spiffe_paths: "/operator/*"
    }
  }
}

# The server of this CA, which renews its certificate by it.
profiles {
  profile {
    name: "ca-server"
    default_lifetime { seconds: 7776000 }
    max_lifetime { seconds: 7776000 }
    key_purposes: KEY_PURPOSE_SERVER_AUTH
    names {
      spiffe_paths: "/svc/fleetca"
$3    }
  }
}

# spiffe://$0/svc/web may have its own certificates$4.
# Of the rules that match an identity the most specific one counts, alone: to grant roles to one
# service, write a rule for it, such as
#   identities {
#     name: "web" identity: "/svc/web" profiles: "service" roles: "orders.read"$5
#   }
identities {
  name: "service"
  identity: "/svc/{name}"
  profiles: "service"
$6}
identities {
  name: "service-below"
  identity: "/svc/*"
  profiles: "service"
}

# Hosts have DNS names of their own, which no service has: a certificate for the name of a service
# would be enough to pose as it.
identities {
  name: "host"
  identity: "/host/{name}"
  profiles: "host"
$7}
identities {
  name: "host-below"
  identity: "/host/*"
  profiles: "host"
}

# Below the name of a service of this name the hosts have theirs.
identities {
  name: "service-host"
  identity: "/svc/host"
  profiles: "service"
}

# The server of this CA. Its identity and its names are certified for nobody else, and for no client:
# the server asks itself, and no rule has an issue_for that writes this identity out.
identities {
  name: "fleetca"
  identity: "/svc/fleetca"
  profiles: "ca-server"
$8}

identities {
  name: "user"
  identity: "/user/{name}"
  profiles: "user"
}

# Whoever holds admin.key, which renews itself: fleetca cert renew --profile operator.
identities {
  name: "admin"
  identity: "/operator/admin"
  profiles: "operator"
  issue_for: "/svc/*"
  issue_for: "/host/*"
  issue_for: "/user/*"
  rights {
    may_get_certificates: true
    may_read_statistics: true
    may_use_reflection: true
    may_manage_tokens: true
    may_apply_policy: true
    may_revoke_certificates: true
  }
}
)";

}  // namespace

std::string InitialConfig(const CaInitOptions& options) {
  const std::string bootstrap = options.bootstrap.empty()
                                    ? ""
                                    : absl::StrCat(
                                          "\n# For those who have a token and no certificate "
                                          "yet.\nbootstrap {\n  address: \"",
                                          absl::CEscape(options.bootstrap), "\"\n}\n");
  const std::string http =
      options.http.empty()
          ? ""
          : absl::StrCat(
                "\n# CRLs, OCSP answers and certificates of CAs, for everyone. Certificates "
                "name base_url, the issuing\n# CA's for as long as it lives.\nhttp {\n"
                "  address: \"",
                absl::CEscape(options.http), "\"\n  base_url: \"", absl::CEscape(options.base_url),
                "\"\n}\n");
  return absl::Substitute(kConfig, options.trust_domain, absl::CEscape(options.listen),
                          absl::StrCat(bootstrap, http));
}

std::string InitialPolicy(const CaInitOptions& options) {
  const std::string& domain = options.trust_domain;
  // Of the server: what its certificate has.
  std::string server_profile;
  std::string server_rule;
  for (const std::string& address : ServerAddresses(options)) {
    const std::string prefix =
        absl::StrCat(address, absl::StrContains(address, ":") ? "/128" : "/32");
    absl::StrAppend(&server_profile, "      ip_prefixes: \"", prefix, "\"\n");
    absl::StrAppend(&server_rule, "  ip_prefixes: \"", prefix, "\"\n");
  }
  // Not every trust domain is a DNS domain that names can stand below.
  NameRulesOptions rules;
  rules.dns_suffixes = {absl::StrCat(".", domain)};
  if (!NameRules::FindMistakes(rules, domain).empty()) {
    return absl::Substitute(kPolicy, domain, "", "", server_profile, "", "", "", "", server_rule);
  }
  bool wildcards = false;
  for (const std::string& name : ServerDnsNames(options)) {
    const bool wildcard = absl::StartsWith(name, "*");
    absl::StrAppend(&server_profile, "      dns_suffixes: \"", name.substr(wildcard ? 1 : 0),
                    "\"\n", wildcard && !wildcards ? "      dns_wildcards: true\n" : "");
    absl::StrAppend(&server_rule, "  dns_names: \"", name, "\"\n");
    wildcards |= wildcard;
  }
  const std::string hosts = absl::StrCat("host.", domain);
  return absl::Substitute(
      kPolicy, domain, absl::StrCat("      dns_suffixes: \".", domain, "\"\n"),
      absl::StrCat("      dns_suffixes: \".", hosts, "\"\n"), server_profile,
      absl::StrCat(", with its own\n# DNS names: web.", domain, " and every one below"),
      absl::StrCat("\n#     dns_names: \"web.", domain, "\""),
      absl::StrCat("  dns_names: \"{name}.", domain, "\"\n  dns_suffixes: \".{name}.", domain,
                   "\"\n"),
      absl::StrCat("  dns_names: \"{name}.", hosts, "\"\n  dns_suffixes: \".{name}.", hosts,
                   "\"\n"),
      absl::StrCat(server_rule, "  dns_suffixes: \".fleetca.", domain, "\"\n"));
}

}  // namespace fleetca::service
