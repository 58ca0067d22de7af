// What the machine's configuration of OpenSSL says (openssl.cnf, or the file that OPENSSL_CONF
// names), where OpenSSL itself has no question for it.
#ifndef FLEETCA_BASE_MACHINE_OPENSSL_H_
#define FLEETCA_BASE_MACHINE_OPENSSL_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace fleetca {

// The names and values of the section to which these names lead, each in the section that the one
// before it names: {"openssl_conf", "ssl_conf", "system_default"}. Empty where there is no such
// section, and where the file cannot be read.
std::vector<std::pair<std::string, std::string>> MachineOpenSslSection(
    absl::Span<const char* const> path);

// Whether FIPS is required by the default properties of algorithms ("fips=yes") or preferred
// ("?fips=yes"). Whoever has such a machine wants no cryptography but that of the module which it
// is configured for. Loads the machine's configuration, unless it was loaded before.
bool IsConfiguredForFips();

}  // namespace fleetca

#endif  // FLEETCA_BASE_MACHINE_OPENSSL_H_
