// CAs with name constraints, names of leaves below them, and what a verifier is to say of each, for
// the tests that ask OpenSSL, Go and pyca.
#ifndef FLEETCA_X509_TESTING_NAME_CONSTRAINTS_CASES_H_
#define FLEETCA_X509_TESTING_NAME_CONSTRAINTS_CASES_H_

#include <string>
#include <utility>
#include <vector>

#include "x509/name_constraints.h"
#include "x509/san.h"

namespace fleetca::x509 {

struct LeafCase {
  std::string name;  // of a file
  std::vector<std::pair<NameType, std::string>> names;
};

inline const std::vector<LeafCase>& NameConstraintLeaves() {
  static const auto* const kLeaves = new std::vector<LeafCase>{
      {"dns", {{NameType::kDns, "edge.example"}}},
      {"dns-below", {{NameType::kDns, "a.b.edge.example"}}},
      {"dns-wildcard", {{NameType::kDns, "*.a.edge.example"}}},
      {"dns-secret", {{NameType::kDns, "a.secret.edge.example"}}},
      {"dns-beside", {{NameType::kDns, "ledge.example"}}},
      {"dns-nobody", {{NameType::kDns, "a.invalid"}}},
      {"dns-other", {{NameType::kDns, "fleet.other"}}},
      {"ip4", {{NameType::kIp, std::string("\x0a\x01\x02\x03", 4)}}},
      {"ip4-other", {{NameType::kIp, std::string("\x0b\x01\x02\x03", 4)}}},
      {"ip6", {{NameType::kIp, "\xfd" + std::string(14, '\0') + "\x01"}}},
      {"uri", {{NameType::kUri, "spiffe://edge.example/svc/web"}}},
      {"uri-below", {{NameType::kUri, "spiffe://a.b.edge.example/svc/web"}}},
      {"uri-beside", {{NameType::kUri, "spiffe://ledge.example/svc/web"}}},
      {"uri-nobody", {{NameType::kUri, "spiffe://invalid/svc/web"}}},
      {"email", {{NameType::kEmail, "ops@edge.example"}}},
      {"email-below", {{NameType::kEmail, "ops@a.edge.example"}}},
      {"email-beside", {{NameType::kEmail, "ops@ledge.example"}}},
      {"email-nobody", {{NameType::kEmail, "ops@invalid"}}},
      {"mixed",
       {{NameType::kDns, "edge.example"}, {NameType::kUri, "spiffe://edge.example/svc/web"}}},
  };
  return *kLeaves;
}

struct ConstrainedCaCase {
  std::string name;  // of a file
  NameConstraints constraints;
  std::vector<std::string> allowed;  // leaves; no other is
};

inline const std::vector<ConstrainedCaCase>& ConstrainedCas() {
  static const auto* const kCas = new std::vector<ConstrainedCaCase>{
      {"permits-dns",
       {.permitted = {.dns_domains = {"edge.example"}},
        .excluded = {.dns_domains = {"secret.edge.example"}}},
       {"dns", "dns-below", "dns-wildcard"}},
      {"permits-ip4",
       {.permitted = {.ip_prefixes = {{std::string("\x0a\0\0\0", 4), 8}}}, .excluded = {}},
       {"ip4"}},
      {"permits-ip6",
       {.permitted = {.ip_prefixes = {{"\xfd" + std::string(15, '\0'), 8}}}, .excluded = {}},
       {"ip6"}},
      {"permits-uri",
       {.permitted = {.uri_domains = {"edge.example"}}, .excluded = {}},
       {"uri", "uri-below"}},
      {"permits-email",
       {.permitted = {.email_domains = {"edge.example"}}, .excluded = {}},
       {"email", "email-below"}},
      {"permits-all-of-edge",
       {.permitted = {.dns_domains = {"edge.example"},
                      .ip_prefixes = {{std::string("\x0a\0\0\0", 4), 8}},
                      .uri_domains = {"edge.example"},
                      .email_domains = {"edge.example"}},
        .excluded = {}},
       {"dns", "dns-below", "dns-wildcard", "dns-secret", "ip4", "uri", "uri-below", "email",
        "email-below", "mixed"}},
      // Excludes only: every other name is allowed.
      {"excludes-edge",
       {.permitted = {},
        .excluded = {.dns_domains = {"edge.example"},
                     .ip_prefixes = {{std::string("\x0a\0\0\0", 4), 8}},
                     .uri_domains = {"edge.example"},
                     .email_domains = {"edge.example"}}},
       {"dns-beside", "dns-nobody", "dns-other", "ip4-other", "ip6", "uri-beside", "uri-nobody",
        "email-beside", "email-nobody"}},
  };
  return *kCas;
}

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_TESTING_NAME_CONSTRAINTS_CASES_H_
