#include "x509/csr.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/csr_attributes.h"
#include "x509/csr_subject.h"
#include "x509/der/der.h"
#include "x509/signature_algorithm.h"

namespace fleetca::x509 {
namespace {

constexpr absl::string_view kKeyField = "csr.subject_public_key_info";

absl::Status Malformed(absl::string_view field, absl::string_view message) {
  return InvalidArgument(Reason::kCsrMalformed, field, message);
}

absl::Status TooLarge(absl::string_view message) {
  return InvalidArgument(Reason::kCsrTooLarge, "csr", message);
}

// What a CSR costs, before anything in it is understood.
absl::Status CheckBudget(absl::string_view der, const CsrLimits& limits) {
  if (der.size() > limits.max_bytes) {
    return TooLarge(absl::StrCat("the CSR has ", der.size(), " octets, more than ",
                                 limits.max_bytes, "; ask for fewer names and extensions"));
  }
  switch (der::FindFault(der, limits.max_depth, limits.max_oid_bytes)) {
    case der::Fault::kNone:
      return absl::OkStatus();
    case der::Fault::kNotDer:
      return Malformed("csr", "the CSR is not DER; send the DER of a PKCS#10 request");
    case der::Fault::kTooDeep:
      return TooLarge(absl::StrCat("the CSR is nested over ", limits.max_depth, " deep"));
    case der::Fault::kOidTooLong:
      return TooLarge(
          absl::StrCat("the CSR has an OID of more than ", limits.max_oid_bytes, " octets"));
  }
  return Malformed("csr", "the CSR is not DER");
}

// The parts of a request that are read again once the structure is known to be sound.
struct Parts {
  absl::string_view subject_public_key_info;
  absl::string_view signature_algorithm;
  absl::string_view subject_alt_name;
};

absl::Status ReadRequest(Csr* csr, Parts* parts) {
  der::Reader outer(csr->der);
  der::Reader request;
  if (!outer.ReadNested(der::kSequence, &request) || !outer.empty()) {
    return Malformed("csr", "the CSR is not one SEQUENCE with nothing after it");
  }
  if (!request.ReadElement(der::kSequence, &csr->certification_request_info)) {
    return Malformed("csr", "the CSR has no CertificationRequestInfo");
  }
  if (!request.ReadElement(der::kSequence, &parts->signature_algorithm)) {
    return Malformed("csr.signature_algorithm", "the CSR has no signature algorithm");
  }
  if (!request.ReadBitStringOctets(&csr->signature) || !request.empty()) {
    return Malformed("csr.signature",
                     "the signature is not a BIT STRING of whole octets with nothing after it");
  }
  return absl::OkStatus();
}

absl::Status ReadRequestInfo(const CsrLimits& limits, Csr* csr, Parts* parts) {
  der::Reader outer(csr->certification_request_info);
  der::Reader info;
  absl::string_view version;
  if (!outer.ReadNested(der::kSequence, &info) || !info.ReadInteger(&version)) {
    return Malformed("csr.version", "the CSR has no version");
  }
  if (version != absl::string_view("\0", 1)) {
    return InvalidArgument(Reason::kCsrVersion, "csr.version",
                           "the CSR's version is not 0 (v1), the only one there is");
  }
  if (!info.ReadElement(der::kSequence, &csr->subject)) {
    return Malformed("csr.subject", "the CSR has no subject");
  }
  if (!info.ReadElement(der::kSequence, &parts->subject_public_key_info)) {
    return Malformed(kKeyField, "the CSR has no public key");
  }
  if (info.empty()) {
    return InvalidArgument(Reason::kCsrAttributes, "csr.attributes",
                           "the CSR has no attributes; RFC 2986 wants [0], even if empty");
  }
  der::Reader attributes;
  if (!info.ReadNested(der::ContextConstructed(0), &attributes) || !info.empty()) {
    return Malformed("csr.attributes", "what follows the public key is not [0] attributes alone");
  }
  return ParseCsrAttributes(attributes, limits, csr, &parts->subject_alt_name);
}

absl::Status ReadKeyAndAlgorithm(const Parts& parts, Csr* csr) {
  FLEETCA_ASSIGN_OR_RETURN(
      csr->signature_algorithm,
      ParseAlgorithmIdentifier(parts.signature_algorithm, "csr.signature_algorithm"));
  const SignatureScheme scheme = csr->signature_algorithm.scheme;
  FLEETCA_ASSIGN_OR_RETURN(csr->public_key,
                           ParsePublicKey(parts.subject_public_key_info, kKeyField));
  if (!SchemeFitsKey(scheme, csr->public_key.algorithm)) {
    return InvalidArgument(Reason::kSignatureAlgorithm, "csr.signature_algorithm",
                           absl::StrCat("the signature algorithm ", SignatureSchemeName(scheme),
                                        " does not fit the key, which is ",
                                        PublicKeyAlgorithmName(csr->public_key.algorithm)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Csr> ParseCsr(absl::string_view der, const CsrLimits& limits) {
  FLEETCA_RETURN_IF_ERROR(CheckBudget(der, limits));
  absl::StatusOr<Csr> csr(absl::in_place);
  csr->der = der;
  Parts parts;
  FLEETCA_RETURN_IF_ERROR(ReadRequest(&*csr, &parts));
  FLEETCA_RETURN_IF_ERROR(ReadRequestInfo(limits, &*csr, &parts));
  FLEETCA_RETURN_IF_ERROR(ReadKeyAndAlgorithm(parts, &*csr));
  FLEETCA_RETURN_IF_ERROR(CheckCsrSubject(limits, csr->subject));
  if (parts.subject_alt_name.data() != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(csr->names,
                             ParseSubjectAltName(parts.subject_alt_name, limits.max_names,
                                                 "csr.subject_alt_name", &csr->folded_names));
  }
  return csr;
}

}  // namespace fleetca::x509
