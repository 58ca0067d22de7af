#include "client/agent/kept_certificate.h"

#include "absl/strings/escaping.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/chain.h"

namespace fleetca::client {

absl::StatusOr<KeptCertificate> FactsOf(absl::string_view certificate_der) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           x509::ParseCertificate(certificate_der));
  return KeptCertificate{.serial = absl::BytesToHexString(certificate.serial),
                         .spiffe_id = std::string(certificate.SpiffeId()),
                         .spki = std::string(certificate.public_key.spki),
                         .not_before = certificate.not_before,
                         .not_after = certificate.not_after};
}

bool KeyFits(const KeptChain& chain, const SecretBytes& key_pem) {
  if (chain.empty()) {
    return true;
  }
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(key_pem.view(), SecretBytes());
  const absl::StatusOr<KeptCertificate> facts = FactsOf(chain.certificate_der);
  if (!key.ok() || !facts.ok()) {
    return false;
  }
  const absl::StatusOr<std::string> spki = EncodePublicKey(key->get());
  return spki.ok() && *spki == facts->spki;
}

absl::Status VerifyAgainst(const KeptChain& chain, const std::vector<std::string>& roots_der,
                           absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate leaf,
                           x509::ParseCertificate(chain.certificate_der));
  std::vector<x509::Certificate> parsed;
  for (const std::string& der : chain.chain_der) {
    FLEETCA_ASSIGN_OR_RETURN(parsed.emplace_back(), x509::ParseCertificate(der));
  }
  std::vector<const x509::Certificate*> intermediates;
  for (const x509::Certificate& certificate : parsed) {
    intermediates.push_back(&certificate);
  }
  std::vector<x509::Certificate> roots;
  for (const std::string& der : roots_der) {
    FLEETCA_ASSIGN_OR_RETURN(roots.emplace_back(), x509::ParseCertificate(der));
  }
  return x509::VerifyChain(leaf, {.roots = roots, .intermediates = intermediates, .now = now})
      .status();
}

}  // namespace fleetca::client
