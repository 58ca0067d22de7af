#include "client/cli/local/server_verdict.h"

#include "absl/strings/str_cat.h"
#include "client/verdict/certificate_index.h"
#include "client/verdict/purpose.h"
#include "client/verdict/verdict.h"

namespace fleetca::client {
namespace {

// Why the certificate must not be believed whoever sends it; "" where nothing says so.
std::string FaultOfCertificate(const PresentedServer& server, const std::string& host,
                               const SystemRoots& roots, absl::Time now) {
  CertificateIndex others;
  others.AddAll({server.chain_der.begin() + 1, server.chain_der.end()}, "the server");
  Verdict verdict = JudgeCertificate(server.chain_der.front(), {.roots = &roots.roots,
                                                                .others = &others,
                                                                .at = now,
                                                                .purpose = Purpose::kServer,
                                                                .host = host});
  verdict.Advise(Lack::kIssuer,
                 "; give it by --ca if it is a root that you trust, and else have the server send "
                 "it");
  verdict.Advise(Lack::kTrust,
                 "; give the right roots by --ca, or this one if you know whose it is");
  const VerdictStep* const failed = verdict.first_failed();
  return failed == nullptr ? ""
                           : absl::StrCat("by the roots of ", roots.path, ": ", failed->sentence);
}

std::string FaultOfStaple(absl::string_view certificate_der, const StapledOcsp& ocsp) {
  if (ocsp.status == "revoked") {
    return absl::StrCat("the OCSP response that the server sends along says: ", ocsp.sentence);
  }
  if (ocsp.status != "good" && WantsStapledOcsp(certificate_der)) {
    return absl::StrCat(
        "the certificate wants an OCSP response that says \"good\" with every handshake (RFC "
        "7633), and of such a response the server's is: ",
        ocsp.sentence, "; turn OCSP stapling on in the server");
  }
  return "";
}

bool IsOld(absl::string_view protocol) { return protocol == "TLSv1" || protocol == "TLSv1.1"; }

}  // namespace

ServerVerdict JudgeServer(const PresentedServer& server, const std::string& host,
                          const SystemRoots& roots, const StapledOcsp& ocsp, absl::Time now) {
  if (!server.proved_key) {
    return {false,
            "the server did not prove that it has the key of the certificate, and anyone can send "
            "a copy of a certificate"};
  }
  std::string fault = FaultOfCertificate(server, host, roots, now);
  if (fault.empty()) {
    fault = FaultOfStaple(server.chain_der.front(), ocsp);
  }
  if (!fault.empty()) {
    return {false, fault};
  }
  return {true, absl::StrCat("the roots of ", roots.path, " lead to it",
                             IsOld(server.protocol)
                                 ? absl::StrCat("; but the server speaks ", server.protocol,
                                                ", which RFC 8996 forbids and most clients refuse")
                                 : "")};
}

}  // namespace fleetca::client
