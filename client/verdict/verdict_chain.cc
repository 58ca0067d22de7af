#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/time_text.h"
#include "client/verdict/path_text.h"
#include "client/verdict/self_issued.h"
#include "client/verdict/verdict_parts.h"
#include "x509/chain.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/name_constraints_check.h"
#include "x509/public_key.h"
#include "x509/tbs.h"

namespace fleetca::client {
namespace {

using x509::Certificate;

std::string NotUnderstood(const x509::Extension& extension) {
  if (extension.oid == x509::oid::kPolicyConstraints) {
    return "has critical policyConstraints that require an explicit policy (2.5.29.36), and "
           "policies are not followed here";
  }
  return absl::StrCat("has a critical extension that is not known here (",
                      x509::der::OidToString(extension.oid),
                      "), so that nobody here knows what it restricts");
}

// What keeps a CA at `place` of the path from being one; "" where nothing does.
std::string CaProblem(const CertificationPath& path, size_t place) {
  const Certificate& ca = *path.certificates[place];
  const bool is_root = place + 1 == path.certificates.size() && path.end != PathEnd::kGap;
  // It says nothing that could be held against it (x509::MayAnchor).
  if (is_root && ca.version == 1) {
    return "";
  }
  if (!ca.is_ca) {
    return "is not the certificate of a CA: basicConstraints does not say so";
  }
  const bool says_no_usage = is_root && ca.key_usage == 0;
  if (!says_no_usage && (ca.key_usage & x509::kKeyCertSign) == 0) {
    return "may not sign certificates: keyUsage has no keyCertSign";
  }
  const auto below = std::count_if(
      path.certificates.begin() + 1, path.certificates.begin() + static_cast<std::ptrdiff_t>(place),
      [](const Certificate* certificate) { return !IsSelfIssued(*certificate); });
  if (ca.path_length.has_value() && *ca.path_length < below) {
    return absl::StrCat("allows ", *ca.path_length, " CAs below it by its pathLenConstraint, and ",
                        below, " are there");
  }
  if (const x509::Extension* const unknown = x509::FindNotUnderstood(ca); unknown != nullptr) {
    return NotUnderstood(*unknown);
  }
  if (is_root ? !x509::MayAnchor(ca) : !x509::MayIssue(ca)) {
    return "has name constraints that cannot be applied here";
  }
  const absl::Status key = is_root ? absl::OkStatus() : x509::CheckPublicKey(ca.public_key, "key");
  return key.ok() ? "" : absl::StrCat("has a key that is not to be used: ", key.message());
}

}  // namespace

absl::Status Refused(absl::string_view sentence) {
  return Unauthenticated(Reason::kCallerUnknown, sentence);
}

void JudgeEnd(const CertificationPath& path, const VerdictQuestion& question, Verdict* verdict) {
  const size_t last = path.certificates.size() - 1;
  if (path.end == PathEnd::kGap) {
    return verdict->Fail("chain", Refused(GapSentence(path)),
                         path.unusable.empty() ? Lack::kIssuer : Lack::kNothing);
  }
  if (path.end == PathEnd::kSelfSigned) {
    return verdict->Fail(
        "chain",
        Refused(absl::StrCat(
            last == 0 ? "The certificate signed itself and"
                      : absl::StrCat("The chain ends at ", NameInPath(path, last), ", which"),
            " is not among the trusted roots")),
        Lack::kTrust);
  }
  if (last == 0) {
    return verdict->Pass("chain", "The certificate itself is listed among the trusted roots.");
  }
  std::string names;
  for (size_t i = 1; i <= last; ++i) {
    absl::StrAppend(&names, i == 1 ? "" : ", ", NameInPath(path, i));
  }
  const absl::string_view origin = question.roots->OriginOf(*path.certificates[last]);
  verdict->Pass("chain", absl::StrCat("Every signature holds on the way to a trusted root: ", names,
                                      origin.empty() ? "" : absl::StrCat(" of ", origin), "."));
}

void JudgeValidity(const CertificationPath& path, const VerdictQuestion& question,
                   Verdict* verdict) {
  absl::Time until = absl::InfiniteFuture();
  for (size_t i = 0; i < path.certificates.size(); ++i) {
    const Certificate& certificate = *path.certificates[i];
    until = std::min(until, certificate.not_after);
    const std::string name = NameInPathFirst(path, i);
    if (certificate.not_after < question.at) {
      return verdict->Fail(
          "validity",
          Unauthenticated(Reason::kCallerCertificateExpired,
                          absl::StrCat(name, " expired on ", TimeToWords(certificate.not_after),
                                       i == 0 ? "; renew it" : "; get the new one of this CA")));
    }
    if (question.at < certificate.not_before) {
      return verdict->Fail(
          "validity",
          Unauthenticated(Reason::kCallerCertificateExpired,
                          absl::StrCat(name, " is valid from ", TimeToWords(certificate.not_before),
                                       " on, and it is ", TimeToWords(question.at),
                                       "; look at the clock of this machine and of the issuer")));
    }
  }
  verdict->Pass("validity", absl::StrCat("Every certificate is valid at ", TimeToWords(question.at),
                                         ", and until ", TimeToWords(until), "."));
}

void JudgeCaRules(const CertificationPath& path, const VerdictQuestion& question,
                  Verdict* verdict) {
  const Certificate& leaf = *path.certificates.front();
  if (const x509::Extension* const unknown = x509::FindNotUnderstood(leaf); unknown != nullptr) {
    return verdict->Fail("ca_rules",
                         Refused(absl::StrCat("The certificate ", NotUnderstood(*unknown),
                                              "; have it issued without")));
  }
  for (size_t i = 1; i < path.certificates.size(); ++i) {
    const std::string problem = CaProblem(path, i);
    if (!problem.empty()) {
      const std::string name = NameInPathFirst(path, i);
      return verdict->Fail(
          "ca_rules",
          Refused(absl::StrCat(name, " ", problem, "; have the certificate issued by another CA")));
    }
  }
  if (path.certificates.size() == 1) {
    return verdict->Skip("ca_rules", "No CA is above the certificate.");
  }
  verdict->Pass("ca_rules", "Every CA on the way may issue what is below it.");
}

void JudgeNameConstraints(const CertificationPath& path, Verdict* verdict) {
  bool any = false;
  for (size_t above = 1; above < path.certificates.size(); ++above) {
    const x509::Extension* const constraints =
        path.certificates[above]->Find(x509::oid::kNameConstraints);
    for (size_t below = 0; constraints != nullptr && below < above; ++below) {
      any = true;
      if (below > 0 && IsSelfIssued(*path.certificates[below])) {
        continue;
      }
      const char* const problem =
          x509::NameConstraintsViolation(constraints->value, *path.certificates[below]);
      if (problem != nullptr) {
        const std::string name = NameInPathFirst(path, below);
        return verdict->Fail(
            "name_constraints",
            Refused(absl::StrCat(name, " breaks the name constraints of ", NameInPath(path, above),
                                 ": ", problem,
                                 "; have it issued by a CA that may certify this name")));
      }
    }
  }
  if (any) {
    verdict->Pass("name_constraints", "Every name is one that the CAs above it may certify.");
  } else {
    verdict->Skip("name_constraints", "No CA on the way has name constraints.");
  }
}

}  // namespace fleetca::client
