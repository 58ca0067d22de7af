// The configuration that `fleetca ca init` writes.
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "service/ca_init.h"
#include "service/name_rules.h"

namespace fleetca::service {
namespace {

constexpr char kTemplate[] =
    R"(# The configuration of this CA. deploy/example/fleetca.textproto explains every field, and
# `fleetca config validate` checks this file. Paths are relative to its folder.
trust_domain: "$0"

listener {
  address: "$1"
  certificate_file: "server.crt"
  private_key_file: "server.key"
  client_ca_file: "trust-bundle.pem"
}

issuer {
  certificate_file: "issuing-ca.crt"
  private_key_file: "issuing-ca.key"
  passphrase { file: "issuing-ca.passphrase" }
  trust_bundle_file: "trust-bundle.pem"
}

store {
  path: "store"
}

# Services: TLS as server and as client.
profiles {
  name: "service"
  default_lifetime { seconds: 86400 }
  max_lifetime { seconds: 604800 }
  key_purposes: KEY_PURPOSE_SERVER_AUTH
  key_purposes: KEY_PURPOSE_CLIENT_AUTH
  names {
    spiffe_paths: "/svc/*"
$2  }
}

# Machines.
profiles {
  name: "host"
  default_lifetime { seconds: 86400 }
  max_lifetime { seconds: 604800 }
  key_purposes: KEY_PURPOSE_SERVER_AUTH
  key_purposes: KEY_PURPOSE_CLIENT_AUTH
  names {
    spiffe_paths: "/host/*"
$2  }
}

# People: TLS as client.
profiles {
  name: "user"
  default_lifetime { seconds: 43200 }
  max_lifetime { seconds: 604800 }
  key_purposes: KEY_PURPOSE_CLIENT_AUTH
  names {
    spiffe_paths: "/user/*"
  }
}

# Whoever holds admin.key. Nobody else may issue anything until it is said here.
callers {
  spiffe_id: "spiffe://$0/user/admin"
  profiles: "service"
  profiles: "host"
  profiles: "user"
  may_get_certificates: true
  may_use_reflection: true
  may_read_statistics: true
}
)";

}  // namespace

std::string InitialConfig(const CaInitOptions& options) {
  // Not every trust domain is a DNS domain that names can stand below.
  const std::string suffix = absl::StrCat(".", options.trust_domain);
  NameRulesOptions rules;
  rules.dns_suffixes = {suffix};
  const std::string dns_line = NameRules::FindMistakes(rules, options.trust_domain).empty()
                                   ? absl::StrCat("    dns_suffixes: \"", suffix, "\"\n")
                                   : "";
  return absl::Substitute(kTemplate, options.trust_domain, absl::CEscape(options.listen), dns_line);
}

}  // namespace fleetca::service
