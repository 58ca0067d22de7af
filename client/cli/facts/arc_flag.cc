#include "client/cli/facts/arc_flag.h"

#include "x509/authz/authz_oids.h"

namespace fleetca::client {

void AddArcFlag(CLI::App& command, std::string* arc) {
  command.add_option("--arc", *arc, "The OID under which the CA has its extensions")
      ->type_name("OID")
      ->check(
          [](const std::string& given) {
            const auto oids = x509::AuthzOids::FromArc(given);
            return oids.ok() ? std::string() : std::string(oids.status().message());
          },
          "")
      ->capture_default_str();
}

}  // namespace fleetca::client
