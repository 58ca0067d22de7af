#include "client/cli/facts/facts.h"

#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "x509/algorithm_name.h"
#include "x509/certificate.h"
#include "x509/csr.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/possession.h"
#include "x509/public_key.h"
#include "x509/san.h"
#include "x509/signature_algorithm.h"

namespace fleetca::client {
namespace {

using absl::string_view;

// RFC 5280 4.2.1.3, by bit number.
constexpr string_view kKeyUsageNames[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                          "dataEncipherment", "keyAgreement",   "keyCertSign",
                                          "cRLSign",          "encipherOnly",   "decipherOnly"};

// RFC 5280 4.2.1.12.
constexpr struct {
  string_view oid;
  string_view name;
} kPurposeNames[] = {
    {"1.3.6.1.5.5.7.3.1", "serverAuth"},   {"1.3.6.1.5.5.7.3.2", "clientAuth"},
    {"1.3.6.1.5.5.7.3.3", "codeSigning"},  {"1.3.6.1.5.5.7.3.4", "emailProtection"},
    {"1.3.6.1.5.5.7.3.8", "timeStamping"}, {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
    {"2.5.29.37.0", "anyExtendedKeyUsage"}};

// Extensions that have a line of their own.
constexpr string_view kShownExtensions[] = {x509::oid::kSubjectKeyIdentifier,
                                            x509::oid::kKeyUsage,
                                            x509::oid::kSubjectAltName,
                                            x509::oid::kBasicConstraints,
                                            x509::oid::kExtendedKeyUsage,
                                            x509::oid::kAuthorityKeyIdentifier,
                                            x509::oid::kNoRevAvail};

std::string PurposeName(string_view oid) {
  std::string dotted = x509::der::OidToString(oid);
  for (const auto& purpose : kPurposeNames) {
    if (purpose.oid == dotted) {
      return std::string(purpose.name);
    }
  }
  return dotted;
}

bool IsShown(string_view oid) {
  for (const string_view shown : kShownExtensions) {
    if (shown == oid) {
      return true;
    }
  }
  return false;
}

// Whether all there is to show of it are URLs: of these extensions, some name things otherwise.
bool IsShownByUrls(string_view oid, const x509::Certificate& certificate) {
  if (oid == x509::oid::kCrlDistributionPoints) {
    return !certificate.crl_urls.empty();
  }
  return oid == x509::oid::kAuthorityInfoAccess &&
         !(certificate.ocsp_urls.empty() && certificate.ca_issuers_urls.empty());
}

std::string KeyText(const x509::PublicKey& key) {
  const string_view name = x509::PublicKeyAlgorithmName(key.algorithm);
  return key.algorithm == x509::PublicKeyAlgorithm::kRsa ? absl::StrCat(name, " ", key.bits)
                                                         : std::string(name);
}

std::string SubjectText(string_view name) {
  constexpr size_t kEmptyNameSize = 2;
  return name.size() <= kEmptyNameSize ? std::string() : x509::NameToText(name);
}

std::vector<std::string> NamesText(const x509::GeneralNames& names) {
  std::vector<std::string> texts;
  for (const x509::GeneralName& name : names) {
    texts.push_back(x509::NameToString(name));
  }
  return texts;
}

std::vector<std::string> UrlTexts(const x509::UrlList& urls) { return {urls.begin(), urls.end()}; }

// The scheme's name; of an algorithm that we do not verify, what people call it, and its OID.
std::string SignatureAlgorithmText(string_view element) {
  if (const auto algorithm = x509::ParseAlgorithmIdentifier(element, ""); algorithm.ok()) {
    return std::string(SignatureSchemeName(algorithm->scheme));
  }
  x509::der::Reader reader(element), algorithm;
  string_view oid;
  if (reader.ReadNested(x509::der::kSequence, &algorithm) && algorithm.ReadOid(&oid)) {
    return x509::AlgorithmName(oid);
  }
  return "unknown";
}

// Whether it is one of ours that can be read, and so has lines of its own.
[[nodiscard]] bool AddOwn(const x509::Extension& extension, const x509::AuthzOids& oids,
                          CertificateFacts* facts) {
  if (extension.oid == oids.authz) {
    auto authz = x509::ParseFleetAuthz(extension.value);
    if (authz.ok()) {
      facts->authz = *std::move(authz);
      return true;
    }
    facts->authz_problem = std::string(authz.status().message());
  } else if (extension.oid == oids.provenance) {
    auto provenance = x509::ParseProvenance(extension.value);
    if (provenance.ok()) {
      facts->provenance = *std::move(provenance);
      return true;
    }
    facts->provenance_problem = std::string(provenance.status().message());
  }
  return false;
}

void AddExtensions(const x509::Certificate& certificate, const x509::AuthzOids& oids,
                   CertificateFacts* facts) {
  facts->is_ca = certificate.is_ca;
  facts->path_length = certificate.path_length;
  for (size_t bit = 0; bit < std::size(kKeyUsageNames); ++bit) {
    if ((certificate.key_usage >> bit & 1) != 0) {
      facts->key_usage.push_back(std::string(kKeyUsageNames[bit]));
    }
  }
  for (const string_view purpose : certificate.extended_key_usage) {
    facts->extended_key_usage.push_back(PurposeName(purpose));
  }
  facts->subject_key_id = absl::BytesToHexString(certificate.subject_key_id);
  facts->authority_key_id = absl::BytesToHexString(certificate.authority_key_id);
  facts->crl_urls = UrlTexts(certificate.crl_urls);
  facts->ocsp_urls = UrlTexts(certificate.ocsp_urls);
  facts->ca_issuers_urls = UrlTexts(certificate.ca_issuers_urls);
  facts->no_rev_avail = certificate.no_rev_avail;
  for (const x509::Extension& extension : certificate.extensions) {
    if (!IsShown(extension.oid) && !IsShownByUrls(extension.oid, certificate) &&
        !AddOwn(extension, oids, facts)) {
      facts->other_extensions.push_back(
          {x509::der::OidToString(extension.oid), extension.critical, extension.value.size()});
    }
  }
}

std::string PossessionError(const x509::Csr& csr) {
  static const auto& verifier = *x509::PossessionVerifier::CreateOpenSsl().release();
  const x509::Csr* const csrs[] = {&csr};
  absl::Status results[1];
  verifier.VerifyBatch(csrs, absl::MakeSpan(results));
  return std::string(results[0].message());
}

// The number as openssl and browsers show it: without the octet that keeps it positive in DER.
std::string SerialText(string_view contents) {
  if (contents.size() > 1 && contents[0] == 0) {
    contents.remove_prefix(1);
  }
  return absl::BytesToHexString(contents);
}

}  // namespace

absl::string_view AttestationName(x509::Attestation attestation) {
  switch (attestation) {
    case x509::Attestation::kMtls:
      return "mtls";
    case x509::Attestation::kJoinToken:
      return "join_token";
    case x509::Attestation::kJwt:
      return "jwt";
    case x509::Attestation::kOwn:
      return "own";
  }
  return "unknown";
}

absl::StatusOr<CertificateFacts> FactsOfCertificate(string_view der, const x509::AuthzOids& oids) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(der));
  CertificateFacts facts;
  facts.der = std::string(der);
  facts.subject = SubjectText(certificate.subject);
  facts.issuer = SubjectText(certificate.issuer);
  facts.serial = SerialText(certificate.serial);
  facts.names = NamesText(certificate.names);
  facts.not_before = certificate.not_before;
  facts.not_after = certificate.not_after;
  facts.key = KeyText(certificate.public_key);
  facts.signature_algorithm = SignatureAlgorithmText(certificate.signature_algorithm);
  facts.sha256 = HexSha256(der);
  AddExtensions(certificate, oids, &facts);
  return facts;
}

absl::StatusOr<CsrFacts> FactsOfCsr(string_view der) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Csr csr, x509::ParseCsr(der, x509::CsrLimits()));
  CsrFacts facts;
  facts.der = std::string(der);
  facts.subject = SubjectText(csr.subject);
  facts.names = NamesText(csr.names);
  facts.key = KeyText(csr.public_key);
  facts.signature_algorithm = std::string(SignatureSchemeName(csr.signature_algorithm.scheme));
  facts.possession_error = PossessionError(csr);
  for (const string_view oid : csr.ignored_extensions) {
    facts.ignored_extensions.push_back(x509::der::OidToString(oid));
  }
  return facts;
}

}  // namespace fleetca::client
