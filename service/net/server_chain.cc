#include "service/net/server_chain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/net/certificate_path.h"
#include "x509/certificate.h"
#include "x509/name.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

using x509::Certificate;

absl::Status Refuse(absl::string_view problem) {
  return FailedPrecondition(Reason::kFileInvalid, problem);
}

bool IsIssuedByOneOf(const Certificate& certificate, absl::Span<const std::string> issuers) {
  return std::any_of(issuers.begin(), issuers.end(), [&](const std::string& der) {
    const absl::StatusOr<Certificate> issuer = x509::ParseCertificate(der);
    return issuer.ok() && x509::VerifySignedBy(certificate, *issuer).ok();
  });
}

// Of a file whose certificates lead to no root that is known here.
absl::Status CheckUnrooted(absl::Span<const std::string> file, const CertificatePath& path,
                           const ServerTrust& trust) {
  if (!path.gap.empty()) {
    return Refuse(absl::StrCat(path.gap,
                               ", and no client finds the way to a root without it; give a chain "
                               "that is valid now"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const Certificate top, x509::ParseCertificate(file[path.path.back()]));
  if (path.path.size() == 1 && x509::VerifySignedBy(top, top).ok()) {
    return Refuse(
        "the server's certificate is self-signed, so every client refuses it; have one issued by "
        "this CA or by one whose root the clients know");
  }
  if (IsIssuedByOneOf(top, trust.own_cas)) {
    return Refuse(absl::StrCat(
        "certificate ", path.path.back() + 1, " was issued by \"", x509::NameToText(top.issuer),
        "\", whose own certificate is missing, so every client refuses it; add the issuing CA's "
        "certificate after it",
        path.left_out.empty() ? "" : " (", absl::StrJoin(path.left_out, "; "),
        path.left_out.empty() ? "" : ")"));
  }
  return absl::OkStatus();
}

void WarnOfIdentity(const Certificate& leaf, const ServerTrust& trust, ServerChain* chain) {
  const std::string expected = x509::ServerIdentity(trust.trust_domain);
  const absl::string_view identity = leaf.SpiffeId();
  if (identity == expected) {
    return;
  }
  chain->warnings.push_back(
      identity.empty()
          ? absl::StrCat("the server's certificate has no SPIFFE ID, so fleetca's clients refuse "
                         "it; ask for one with URI:",
                         expected)
          : absl::StrCat("the server's certificate is for ", identity, " and not for ", expected,
                         ", so clients refuse it that are not told --server-identity ", identity));
}

}  // namespace

absl::StatusOr<ServerChain> CheckServerChain(absl::Span<const std::string> file, absl::Time now,
                                             const ServerTrust* trust) {
  const ServerTrust nothing;
  const CertificatePath path =
      FindCertificatePath(file, trust == nullptr ? nothing.roots : trust->roots, now);
  ServerChain chain;
  chain.rooted = path.rooted;
  chain.left_out = path.left_out;
  chain.shown = Pick(file, path.path);
  for (std::string& der : Pick(file, path.beside)) {
    chain.shown.push_back(std::move(der));
  }
  if (trust == nullptr) {
    return chain;
  }
  FLEETCA_ASSIGN_OR_RETURN(const Certificate leaf, x509::ParseCertificate(file.front()));
  if (!path.rooted) {
    FLEETCA_RETURN_IF_ERROR(CheckUnrooted(file, path, *trust));
    if (path.has_unreadable) {
      return Refuse(absl::StrCat("its chain leads to no root of the trust bundle, and ",
                                 absl::StrJoin(path.left_out, "; "),
                                 "; give a chain of certificates that can be read"));
    }
    chain.warnings.push_back(absl::StrCat(
        "the server's certificate was issued by \"", x509::NameToText(leaf.issuer),
        "\" and its chain leads to no root of the trust bundle, so clients refuse it that are not "
        "given other roots by --ca, and nobody can use the bootstrap port by --ca-sha256"));
  }
  WarnOfIdentity(leaf, *trust, &chain);
  return chain;
}

}  // namespace fleetca::service
