#include "client/cli/local/short_facts.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/sha256.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/foreign_certificate.h"

namespace fleetca::client {

std::string CertificateInALine(absl::string_view der) {
  const absl::StatusOr<CertificateFacts> facts = FactsOfAnyCertificate(der);
  if (!facts.ok()) {
    return absl::StrCat("a certificate with SHA-256 ", HexSha256(der));
  }
  return absl::StrCat(facts->subject.empty() ? "(no subject)" : facts->subject, ", ", facts->key,
                      ", until ", TimeToJson(facts->not_after));
}

nlohmann::ordered_json CertificateInShort(absl::string_view der) {
  const absl::StatusOr<CertificateFacts> facts = FactsOfAnyCertificate(der);
  if (!facts.ok()) {
    return {{"sha256", HexSha256(der)}};
  }
  const nlohmann::ordered_json whole = CertificateToJson(*facts);
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const char* field : {"subject", "key", "not_after", "sha256", "not_accepted"}) {
    if (whole.contains(field)) {
      json[field] = whole[field];
    }
  }
  return json;
}

}  // namespace fleetca::client
