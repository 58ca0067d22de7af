// What there is to say about a certificate or a CSR, as values ready to print.
#ifndef FLEETCA_CLIENT_CLI_FACTS_FACTS_H_
#define FLEETCA_CLIENT_CLI_FACTS_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/authz/authz_oids.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"

namespace fleetca::client {

// An extension whose contents are not shown.
struct OtherExtension {
  std::string oid;  // dotted
  bool critical = false;
  size_t size = 0;  // octets of its value
};

struct CertificateFacts {
  std::string der;
  std::string subject;  // "" when empty
  std::string issuer;
  std::string serial;              // lower-case hex
  std::vector<std::string> names;  // "DNS:web.fleet.example"
  absl::Time not_before;
  absl::Time not_after;
  std::string key;  // "P-256", "RSA 3072"
  std::string signature_algorithm;
  bool is_ca = false;
  std::optional<int> path_length;
  std::vector<std::string> key_usage;
  std::vector<std::string> extended_key_usage;
  std::string subject_key_id;  // hex; "" when absent
  std::string authority_key_id;
  // Where word of its revocation and its issuer's certificate are, as it says; nothing is fetched.
  std::vector<std::string> crl_urls;
  std::vector<std::string> ocsp_urls;
  std::vector<std::string> ca_issuers_urls;
  bool no_rev_avail = false;
  std::string sha256;  // of the DER, hex
  // What fleetca's own extensions say, where they are there and can be read; a problem is why they
  // cannot.
  std::optional<x509::FleetAuthz> authz;
  std::string authz_problem;
  std::optional<x509::Provenance> provenance;
  std::string provenance_problem;
  // Those that cannot be read among them.
  std::vector<OtherExtension> other_extensions;
  // Why no CA and no service of ours takes it (foreign_certificate.h); "" for one that they take.
  std::string not_accepted;
};

struct CsrFacts {
  std::string der;
  std::string subject;
  std::vector<std::string> names;
  std::string key;
  std::string signature_algorithm;
  // "" when the signature is right and the key is sound; otherwise what is wrong.
  std::string possession_error;
  // What it asks for and no CA of ours grants, as dotted OIDs.
  std::vector<std::string> ignored_extensions;
};

// "mtls", "join_token", "jwt", "own".
absl::string_view AttestationName(x509::Attestation attestation);

// `oids` are those that the CA gives its own extensions.
absl::StatusOr<CertificateFacts> FactsOfCertificate(
    absl::string_view der, const x509::AuthzOids& oids = x509::AuthzOids());
absl::StatusOr<CsrFacts> FactsOfCsr(absl::string_view der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FACTS_FACTS_H_
