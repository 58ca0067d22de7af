#include "base/session_resumption.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/machine_openssl.h"
#include "base/openssl.h"

namespace fleetca {
namespace {

// The lines of the machine's [system_default], with a name each; "" when it has none.
std::string MachineDefaults() {
  std::string lines;
  for (const auto& [name, value] :
       MachineOpenSslSection({"openssl_conf", "ssl_conf", "system_default"})) {
    absl::StrAppend(&lines, name, " = ", value, "\n");
  }
  return lines;
}

[[nodiscard]] bool Load(const std::string& text) {
  const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const ConfPtr conf(NCONF_new(nullptr));
  long line = 0;
  return bio != nullptr && conf != nullptr && NCONF_load_bio(conf.get(), bio.get(), &line) == 1 &&
         CONF_modules_load(conf.get(), nullptr, 0) == 1;
}

}  // namespace

absl::Status DisableTlsSessionResumption() {
  // First the machine's configuration, which is loaded once: later it would undo this.
  OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, nullptr);
  const bool loaded = Load(absl::StrCat(
      "openssl_conf = fleetca\n[fleetca]\nssl_conf = fleetca_ssl\n[fleetca_ssl]\n"
      "system_default = fleetca_defaults\n[fleetca_defaults]\n",
      MachineDefaults(), "fleetca.Options = -SessionTicket\nfleetca.NumTickets = 0\n"));
  const std::string errors = DrainOpenSslErrors();
  if (!loaded) {
    return FailedPrecondition(
        Reason::kInternal, absl::StrCat("OpenSSL does not take the setting that ends TLS session "
                                        "resumption, so each connection costs more CPU time than "
                                        "it needs to; look at openssl.cnf: ",
                                        errors));
  }
  return absl::OkStatus();
}

}  // namespace fleetca
