#include "base/machine_openssl.h"

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/openssl.h"

namespace fleetca {
namespace {

using OpenSslString = std::unique_ptr<char, decltype([](char* text) { OPENSSL_free(text); })>;

// Of "?fips=yes, provider=default", and of "fips", which means the same as "fips=yes".
bool HasFips(absl::string_view properties) {
  const std::string plain =
      absl::StrReplaceAll(properties, {{" ", ""}, {"\t", ""}, {"'", ""}, {"\"", ""}});
  const std::vector<absl::string_view> all = absl::StrSplit(plain, ',');
  return std::any_of(all.begin(), all.end(), [](absl::string_view property) {
    absl::ConsumePrefix(&property, "?");
    return absl::EqualsIgnoreCase(property, "fips=yes") || absl::EqualsIgnoreCase(property, "fips");
  });
}

}  // namespace

std::vector<std::pair<std::string, std::string>> MachineOpenSslSection(
    absl::Span<const char* const> path) {
  const ScopedOpenSslErrorQueue queue;
  const OpenSslString file(CONF_get1_default_config_file());
  const ConfPtr conf(NCONF_new(nullptr));
  long line = 0;
  if (file == nullptr || conf == nullptr || NCONF_load(conf.get(), file.get(), &line) != 1) {
    return {};
  }
  const char* section = nullptr;
  for (const char* name : path) {
    section = NCONF_get_string(conf.get(), section, name);
    if (section == nullptr) {
      return {};
    }
  }
  std::vector<std::pair<std::string, std::string>> lines;
  const STACK_OF(CONF_VALUE)* values = NCONF_get_section(conf.get(), section);
  for (int i = 0; i < sk_CONF_VALUE_num(values); ++i) {
    const CONF_VALUE* value = sk_CONF_VALUE_value(values, i);
    lines.emplace_back(value->name, value->value);
  }
  return lines;
}

bool IsConfiguredForFips() {
  OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr);
  if (EVP_default_properties_is_fips_enabled(nullptr) == 1) {
    return true;
  }
  // OpenSSL takes a preference for no requirement, and gives nobody the properties as they are set.
  const auto lines = MachineOpenSslSection({"openssl_conf", "alg_section"});
  return std::any_of(lines.begin(), lines.end(), [](const auto& line) {
    return line.first == "default_properties" && HasFips(line.second);
  });
}

}  // namespace fleetca
