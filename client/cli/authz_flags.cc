#include "client/cli/authz_flags.h"

#include "client/cli/facts/arc_flag.h"

namespace fleetca::client {

void AddAuthzFlags(CLI::App& command, AuthzFlags* flags) {
  HttpAuthorizerFiles& files = flags->files;
  command
      .add_option("--roots", files.roots, "The roots whose certificates carry authorization (PEM)")
      ->type_name("FILE")
      ->required();
  command.add_option("--trust-domain", files.trust_domain, "That of every caller's SPIFFE ID")
      ->type_name("DOMAIN")
      ->required();
  command
      .add_option("--routes", files.routes,
                  "Which roles each HTTP route asks for (fleetca.authz.v1.HttpRoles as text)")
      ->type_name("FILE")
      ->required();
  command
      .add_option("--intermediates", files.intermediates,
                  "The issuing CAs (PEM), as proxies pass on a caller's own certificate alone")
      ->type_name("FILE");
  command
      .add_option("--audience", files.audience,
                  "This service, as certificates name it; without it roles that are for certain "
                  "services do not count")
      ->type_name("NAME");
  command
      .add_option("--minimum-policy-revision", files.minimum_policy_revision,
                  "Roles of older policies do not count")
      ->type_name("N")
      ->capture_default_str();
  AddArcFlag(command, &flags->arc);
}

HttpAuthorizerFiles FilesOf(const AuthzFlags& flags) {
  HttpAuthorizerFiles files = flags.files;
  files.oids = x509::AuthzOids::FromArc(flags.arc).value_or(x509::AuthzOids());
  return files;
}

}  // namespace fleetca::client
