#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/verdict/host_name.h"
#include "client/verdict/path_text.h"
#include "client/verdict/verdict_parts.h"
#include "x509/chain.h"
#include "x509/tbs.h"

namespace fleetca::client {
namespace {

using x509::Certificate;

// What TLS needs of the leaf's keyUsage; "" where it is there. A server's RSA key may also serve
// the key exchange of TLS 1.2 (RFC 5246 section 7.4.2), and RFC 8446 section 4.4.2.2 wants
// digitalSignature of every other key.
std::string KeyUsageProblem(const Certificate& leaf, Purpose purpose) {
  const bool tls = purpose == Purpose::kServer || purpose == Purpose::kClient;
  if (leaf.key_usage == 0 || !tls || (leaf.key_usage & x509::kDigitalSignature) != 0) {
    return "";
  }
  const bool exchanges = purpose == Purpose::kServer &&
                         leaf.public_key.algorithm == x509::PublicKeyAlgorithm::kRsa &&
                         (leaf.key_usage & x509::kKeyEncipherment) != 0;
  return exchanges ? ""
                   : "its keyUsage has no digitalSignature, by which TLS proves who has the key; "
                     "have it issued with digitalSignature";
}

}  // namespace

void JudgePurpose(const CertificationPath& path, const VerdictQuestion& question,
                  Verdict* verdict) {
  if (question.purpose == Purpose::kAny) {
    return verdict->Skip("purpose", "No purpose was asked for.");
  }
  const absl::string_view name = PurposeName(question.purpose);
  for (size_t i = 0; i < path.certificates.size(); ++i) {
    if (!x509::AllowsPurpose(*path.certificates[i], PurposeOid(question.purpose))) {
      const std::string who = NameInPathFirst(path, i);
      return verdict->Fail(
          "purpose", Refused(absl::StrCat(who, " is not for the purpose \"", name,
                                          "\": its extKeyUsage names others alone; have it issued "
                                          "by a profile for this purpose")));
    }
  }
  const std::string problem = KeyUsageProblem(*path.certificates.front(), question.purpose);
  if (!problem.empty()) {
    return verdict->Fail(
        "purpose",
        Refused(absl::StrCat("The certificate is not for the purpose \"", name, "\": ", problem)));
  }
  verdict->Pass("purpose",
                absl::StrCat("Every certificate of the way allows the purpose \"", name, "\"."));
}

void JudgeHost(const Certificate& leaf, const VerdictQuestion& question, Verdict* verdict) {
  if (question.host.empty()) {
    return verdict->Skip("host", "No host name was asked for.");
  }
  const absl::StatusOr<HostName> host = ParseHostName(question.host);
  if (!host.ok()) {
    return verdict->Fail("host", host.status());
  }
  const absl::StatusOr<std::string> found = FindHostName(leaf, *host);
  if (!found.ok()) {
    return verdict->Fail("host", found.status());
  }
  verdict->Pass("host",
                absl::StrCat("The certificate is for ", question.host, ", by ", *found, "."));
}

}  // namespace fleetca::client
