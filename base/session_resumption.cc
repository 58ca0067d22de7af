#include "base/session_resumption.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"

namespace fleetca {
namespace {

using ConfPtr = std::unique_ptr<CONF, OpenSslDeleter<NCONF_free>>;
using OpenSslString = std::unique_ptr<char, decltype([](char* text) { OPENSSL_free(text); })>;

// The lines of the machine's [system_default], with a name each; "" when it has none.
std::string MachineDefaults() {
  const OpenSslString file(CONF_get1_default_config_file());
  const ConfPtr conf(NCONF_new(nullptr));
  long line = 0;
  if (file == nullptr || conf == nullptr || NCONF_load(conf.get(), file.get(), &line) != 1) {
    return "";
  }
  const char* section = nullptr;
  for (const char* name : {"openssl_conf", "ssl_conf", "system_default"}) {
    section = NCONF_get_string(conf.get(), section, name);
    if (section == nullptr) {
      return "";
    }
  }
  std::string lines;
  const STACK_OF(CONF_VALUE)* values = NCONF_get_section(conf.get(), section);
  for (int i = 0; i < sk_CONF_VALUE_num(values); ++i) {
    const CONF_VALUE* value = sk_CONF_VALUE_value(values, i);
    absl::StrAppend(&lines, value->name, " = ", value->value, "\n");
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
