#include "client/cli/local/inspect_pkcs12.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts_text.h"
#include "client/objects/key_facts.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

std::string KeyLine(const Pkcs12Key& key, const KeyFacts& facts) {
  return absl::StrCat(facts.type, key.alias.empty() ? "" : absl::StrCat(" \"", key.alias, "\""),
                      ", not shown, ", key.encryption.empty() ? "in the clear" : key.encryption);
}

}  // namespace

std::vector<std::string> PassedOver(const Pkcs12& pkcs12) {
  std::vector<std::string> lines = pkcs12.unknown_keys;
  if (const size_t more = pkcs12.others - lines.size(); more > 0) {
    lines.push_back(absl::StrCat(more, more == 1 ? " entry that is" : " entries that are",
                                 " neither a private key nor a certificate (CRLs, secrets)"));
  }
  return lines;
}

absl::StatusOr<Inspected> InspectPkcs12(const Pkcs12& pkcs12) {
  const std::string mac =
      pkcs12.mac.empty() ? "none: nothing shows whether it was changed" : pkcs12.mac;
  std::string text = "PKCS#12\n";
  ordered_json keys = ordered_json::array();
  for (const Pkcs12Key& key : pkcs12.keys) {
    FLEETCA_ASSIGN_OR_RETURN(const KeyFacts facts, FactsOfKey(key.key.get()));
    absl::StrAppend(&text, TextLine("Private key", KeyLine(key, facts)),
                    TextLine("", absl::StrCat(facts.sha256, " (of its public key)")));
    keys.push_back({{"alias", key.alias},
                    {"key", facts.type},
                    {"public_key_sha256", facts.sha256},
                    {"encryption", key.encryption}});
  }
  absl::StrAppend(
      &text, pkcs12.keys.empty() ? TextLine("Private key", "none") : "",
      TextLine("Certificates", absl::StrCat(pkcs12.certificates.size())),
      pkcs12.others > 0 ? TextLines("Passed over", PassedOver(pkcs12)) : "", TextLine("MAC", mac),
      pkcs12.weak ? TextLine("Weak", "it is protected by algorithms that are out of date") : "");
  return Inspected{text,
                   {{"type", "pkcs12"},
                    {"keys", keys},
                    {"certificates", pkcs12.certificates.size()},
                    {"others", pkcs12.others},
                    {"unknown_keys", pkcs12.unknown_keys},
                    {"mac", pkcs12.mac},
                    {"weak", pkcs12.weak},
                    {"without_passphrase", pkcs12.without_passphrase}},
                   ""};
}

}  // namespace fleetca::client
