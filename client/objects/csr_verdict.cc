#include "client/objects/csr_verdict.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "x509/csr.h"
#include "x509/csr_attributes.h"
#include "x509/csr_subject.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/possession.h"
#include "x509/public_key.h"
#include "x509/san.h"
#include "x509/signature_algorithm.h"

namespace fleetca::client {
namespace {

namespace der = x509::der;

// A line is read by people.
constexpr size_t kMaxSubject = 200;

// The parts of a request whose structure is that of RFC 2986.
struct Parts {
  absl::string_view subject;
  absl::string_view key;
  absl::string_view signature_algorithm;
  der::Reader attributes;
};

[[nodiscard]] bool TakeApart(absl::string_view request, Parts* parts) {
  der::Reader outer(request), inner, info;
  uint64_t version = 0;
  return outer.ReadNested(der::kSequence, &inner) && inner.ReadNested(der::kSequence, &info) &&
         info.ReadUint63(&version) && info.ReadElement(der::kSequence, &parts->subject) &&
         info.ReadElement(der::kSequence, &parts->key) &&
         info.ReadNested(der::ContextConstructed(0), &parts->attributes) &&
         inner.ReadElement(der::kSequence, &parts->signature_algorithm);
}

// What tools ask for without being told to, by their names of RFC 5280.
std::string ExtensionName(absl::string_view oid) {
  constexpr struct {
    absl::string_view oid;
    absl::string_view name;
  } kNames[] = {{x509::oid::kSubjectKeyIdentifier, "subjectKeyIdentifier"},
                {x509::oid::kAuthorityKeyIdentifier, "authorityKeyIdentifier"},
                {x509::oid::kKeyUsage, "keyUsage"},
                {x509::oid::kExtendedKeyUsage, "extendedKeyUsage"},
                {x509::oid::kBasicConstraints, "basicConstraints"}};
  for (const auto& known : kNames) {
    if (known.oid == oid) {
      return std::string(known.name);
    }
  }
  return der::OidToString(oid);
}

// Those of PKCS #9 that openssl's configuration asks for by default.
std::string AttributeName(absl::string_view oid) {
  if (oid == x509::oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07")) {
    return "challengePassword";
  }
  return oid == x509::oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02") ? "unstructuredName"
                                                                         : der::OidToString(oid);
}

// The attributes of a request that was read, but for the one that has the extensions.
std::vector<std::string> OtherAttributes(absl::string_view request) {
  std::vector<std::string> names;
  Parts parts;
  if (!TakeApart(request, &parts)) {
    return names;
  }
  der::Reader attribute;
  absl::string_view oid;
  while (parts.attributes.ReadNested(der::kSequence, &attribute) && attribute.ReadOid(&oid)) {
    if (oid != x509::oid::kExtensionRequest) {
      names.push_back(AttributeName(oid));
    }
  }
  return names;
}

std::vector<std::string> Ignored(const x509::Csr& csr) {
  std::vector<std::string> ignored;
  constexpr size_t kEmptyNameSize = 2;
  if (csr.subject.size() > kEmptyNameSize) {
    const std::string text = x509::NameToText(csr.subject);
    ignored.push_back(absl::StrCat("the subject \"", text.substr(0, kMaxSubject),
                                   text.size() > kMaxSubject ? "..." : "",
                                   "\": the CA's policy says what the subject is"));
  }
  for (const absl::string_view oid : csr.ignored_extensions) {
    ignored.push_back(absl::StrCat("the extension ", ExtensionName(oid),
                                   ": the CA's profile says which a certificate has"));
  }
  for (const std::string& name : OtherAttributes(csr.der)) {
    ignored.push_back(absl::StrCat("the attribute ", name, ": it means nothing to the CA"));
  }
  return ignored;
}

// Each name by itself, so that all are found that would be refused; else what is wrong with them
// together.
void AddNames(absl::string_view names, CsrVerdict* verdict) {
  const x509::CsrLimits limits;
  constexpr char kField[] = "csr.subject_alt_name";
  std::shared_ptr<const std::string> folded;
  const absl::Status together =
      x509::ParseSubjectAltName(names, limits.max_names, kField, &folded).status();
  der::Reader outer(names), inner;
  const size_t before = verdict->steps.size();
  if (!together.ok() && outer.ReadNested(der::kSequence, &inner)) {
    uint8_t tag = 0;
    absl::string_view contents, element;
    while (!inner.empty() && verdict->steps.size() - before < limits.max_names &&
           inner.ReadAny(&tag, &contents, &element)) {
      const absl::Status alone =
          x509::ParseSubjectAltName(der::Encode(der::kSequence, element), 1, kField, &folded)
              .status();
      if (!alone.ok()) {
        verdict->steps.push_back({"names", alone});
      }
    }
  }
  if (verdict->steps.size() == before) {
    verdict->steps.push_back({"names", together});
  }
}

// The steps that can be taken one by one, whichever of them fails.
void AddSteps(const Parts& parts, CsrVerdict* verdict) {
  const x509::CsrLimits limits;
  const auto key = x509::ParsePublicKey(parts.key, "csr.subject_public_key_info");
  verdict->steps.push_back({"key", key.status()});
  const auto algorithm =
      x509::ParseAlgorithmIdentifier(parts.signature_algorithm, "csr.signature_algorithm");
  verdict->steps.push_back({"algorithm", algorithm.status()});
  verdict->steps.push_back({"subject", x509::CheckCsrSubject(limits, parts.subject)});
  x509::Csr csr;
  absl::string_view names;
  const absl::Status attributes = x509::ParseCsrAttributes(parts.attributes, limits, &csr, &names);
  verdict->steps.push_back({"attributes", attributes});
  if (attributes.ok() && names.data() != nullptr) {
    AddNames(names, verdict);
  } else if (!attributes.ok()) {
    verdict->not_taken.push_back("names");
  }
}

absl::Status Possession(const x509::Csr& csr) {
  const x509::Csr* const csrs[] = {&csr};
  absl::Status results[1];
  x509::PossessionVerifier::CreateOpenSsl()->VerifyBatch(csrs, absl::MakeSpan(results));
  return results[0];
}

}  // namespace

absl::Status CsrVerdict::status() const {
  absl::Status first;
  for (const CsrStep& step : steps) {
    first.Update(step.status);
  }
  return first;
}

CsrVerdict JudgeCsr(absl::string_view request) {
  const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(request, x509::CsrLimits());
  CsrVerdict verdict;
  Parts parts;
  if (TakeApart(request, &parts)) {
    AddSteps(parts, &verdict);
  } else {
    verdict.not_taken = {"key", "algorithm", "subject", "attributes", "names"};
  }
  // What the CA's reader alone finds: the DER, its size, its version, and how its parts fit.
  const bool found =
      std::any_of(verdict.steps.begin(), verdict.steps.end(),
                  [&csr](const CsrStep& step) { return !csr.ok() && step.status == csr.status(); });
  verdict.steps.insert(verdict.steps.begin(), {"form", found ? absl::OkStatus() : csr.status()});
  if (csr.ok()) {
    verdict.steps.push_back({"possession", Possession(*csr)});
    verdict.ignored = Ignored(*csr);
  } else {
    verdict.not_taken.push_back("possession");
  }
  return verdict;
}

std::vector<std::string> IgnoredOfCsr(absl::string_view request) {
  const absl::StatusOr<x509::Csr> csr = x509::ParseCsr(request, x509::CsrLimits());
  return csr.ok() ? Ignored(*csr) : std::vector<std::string>();
}

}  // namespace fleetca::client
