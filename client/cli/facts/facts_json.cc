#include "client/cli/facts/facts_json.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "base/display_escape.h"
#include "base/time_text.h"
#include "x509/pem.h"

namespace fleetca::client {

using nlohmann::ordered_json;

std::string TimeToJson(absl::Time time) { return TimeToText(time); }

std::string JsonToText(const ordered_json& json) {
  return EscapeJsonForDisplay(json.dump(2, ' ', false, ordered_json::error_handler_t::replace)) +
         "\n";
}

namespace {

// Null where there is none; {"problem": ...} where it cannot be read.
ordered_json AuthzToJson(const CertificateFacts& facts) {
  if (!facts.authz.has_value()) {
    return facts.authz_problem.empty() ? ordered_json()
                                       : ordered_json({{"problem", facts.authz_problem}});
  }
  ordered_json json = {{"roles", facts.authz->roles}};
  if (facts.authz->audience.has_value()) {
    json["audience"] = *facts.authz->audience;
  }
  json["attributes"] = ordered_json::object();
  for (const x509::AuthzAttribute& attribute : facts.authz->attributes) {
    json["attributes"][attribute.name] = attribute.value;
  }
  json["policy_revision"] = facts.authz->policy_revision;
  return json;
}

ordered_json ProvenanceToJson(const CertificateFacts& facts) {
  if (!facts.provenance.has_value()) {
    return facts.provenance_problem.empty() ? ordered_json()
                                            : ordered_json({{"problem", facts.provenance_problem}});
  }
  const x509::Provenance& provenance = *facts.provenance;
  ordered_json json = {{"profile", provenance.profile},
                       {"attestation", std::string(AttestationName(provenance.attestation))}};
  if (provenance.request_id.has_value()) {
    json["request_id"] = absl::BytesToHexString(*provenance.request_id);
  }
  if (provenance.generation.has_value()) {
    json["generation"] = *provenance.generation;
  }
  return json;
}

}  // namespace

ordered_json CertificateToJson(const CertificateFacts& facts) {
  ordered_json extensions = ordered_json::array();
  for (const OtherExtension& extension : facts.other_extensions) {
    extensions.push_back(
        {{"oid", extension.oid}, {"critical", extension.critical}, {"size", extension.size}});
  }
  ordered_json json = {{"type", "certificate"},
                       {"subject", facts.subject},
                       {"issuer", facts.issuer},
                       {"serial", facts.serial},
                       {"names", facts.names},
                       {"not_before", TimeToJson(facts.not_before)},
                       {"not_after", TimeToJson(facts.not_after)},
                       {"key", facts.key},
                       {"signature_algorithm", facts.signature_algorithm},
                       {"is_ca", facts.is_ca}};
  if (facts.path_length.has_value()) {
    json["path_length"] = *facts.path_length;
  }
  json["key_usage"] = facts.key_usage;
  json["extended_key_usage"] = facts.extended_key_usage;
  if (ordered_json authz = AuthzToJson(facts); !authz.is_null()) {
    json["authz"] = std::move(authz);
  }
  if (ordered_json provenance = ProvenanceToJson(facts); !provenance.is_null()) {
    json["provenance"] = std::move(provenance);
  }
  json["subject_key_id"] = facts.subject_key_id;
  json["authority_key_id"] = facts.authority_key_id;
  json["crl_urls"] = facts.crl_urls;
  json["ocsp_urls"] = facts.ocsp_urls;
  json["ca_issuers_urls"] = facts.ca_issuers_urls;
  json["no_rev_avail"] = facts.no_rev_avail;
  json["sha256"] = facts.sha256;
  json["other_extensions"] = extensions;
  json["pem"] = x509::EncodePem(x509::kPemCertificate, facts.der);
  if (!facts.not_accepted.empty()) {
    json["not_accepted"] = facts.not_accepted;
  }
  return json;
}

ordered_json CsrToJson(const CsrFacts& facts) {
  ordered_json json = {{"type", "certificate_request"},
                       {"subject", facts.subject},
                       {"names", facts.names},
                       {"key", facts.key},
                       {"signature_algorithm", facts.signature_algorithm},
                       {"signature_valid", facts.possession_error.empty()}};
  if (!facts.possession_error.empty()) {
    json["signature_error"] = facts.possession_error;
  }
  json["ignored_extensions"] = facts.ignored_extensions;
  json["pem"] = x509::EncodePem(x509::kPemCertificateRequest, facts.der);
  return json;
}

}  // namespace fleetca::client
