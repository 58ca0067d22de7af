#include "client/cli/local/presented_chain.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/verdict/chain_builder.h"
#include "client/verdict/path_text.h"
#include "x509/canonical_name.h"
#include "x509/certificate.h"
#include "x509/first_certificate.h"
#include "x509/name.h"

namespace fleetca::client {
namespace {

std::string Quoted(absl::string_view name) {
  return absl::StrCat("\"", x509::NameToText(name), "\"");
}

// Certificates that cannot be read here stay empty: nothing is said of their place.
std::vector<std::optional<x509::HeldCertificate>> Hold(const std::vector<std::string>& ders) {
  std::vector<std::optional<x509::HeldCertificate>> held;
  for (const std::string& der : ders) {
    absl::StatusOr<x509::HeldCertificate> certificate = x509::HoldCertificate(der);
    held.push_back(certificate.ok() ? std::make_optional(*std::move(certificate)) : std::nullopt);
  }
  return held;
}

void CheckOrder(const std::vector<std::optional<x509::HeldCertificate>>& chain,
                ChainFindings* findings) {
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < chain.size(); ++i) {
    if (!chain[i].has_value()) {
      continue;
    }
    const x509::Certificate& certificate = **chain[i];
    if (!seen.insert(certificate.der).second) {
      findings->in_order = false;
      findings->sentences.push_back(absl::StrCat("Certificate ", i + 1, " was sent before."));
    } else if (i > 0 && chain[i - 1].has_value() &&
               !x509::SameName((*chain[i - 1])->issuer, certificate.subject)) {
      findings->in_order = false;
      findings->sentences.push_back(absl::StrCat(
          "Certificate ", i + 1, ", of ", Quoted(certificate.subject),
          ", is not the issuer of the one before it, as some clients want (RFC 5246 section "
          "7.4.2)."));
    }
  }
}

void CheckGap(const x509::Certificate& leaf, const CertificationPath& path,
              ChainFindings* findings) {
  const x509::Certificate& last = *path.certificates.back();
  switch (path.end) {
    case PathEnd::kTrusted:
      return;
    case PathEnd::kSelfSigned:
      findings->sentences.push_back(
          last.der == leaf.der
              ? "The server's certificate is self-signed."
              : absl::StrCat("The chain ends at ", Quoted(last.subject),
                             ", a root that is not among those that are trusted."));
      return;
    case PathEnd::kGap:
      break;
  }
  // A root need not be sent, so what is missing may be a root that nobody here trusts.
  findings->has_gap = true;
  findings->sentences.push_back(absl::StrCat(GapSentence(path), "."));
}

}  // namespace

ChainFindings FindInChain(const std::vector<std::string>& chain_der, const CertificateIndex& roots,
                          absl::Time now) {
  ChainFindings findings;
  const std::vector<std::optional<x509::HeldCertificate>> chain = Hold(chain_der);
  CheckOrder(chain, &findings);
  if (!chain.empty() && chain.front().has_value()) {
    CertificateIndex others;
    others.AddAll({chain_der.begin() + 1, chain_der.end()}, "the server");
    const x509::Certificate& leaf = **chain.front();
    const std::vector<CertificationPath> paths =
        FindPaths(leaf, {.roots = &roots, .others = &others, .at = now});
    CheckGap(leaf, paths.front(), &findings);
  }
  if (findings.sentences.empty()) {
    findings.sentences.push_back("Complete and in order.");
  }
  return findings;
}

}  // namespace fleetca::client
