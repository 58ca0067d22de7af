// The lint of the extensions (RFC 5280 section 4.2).
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/openssl.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/lint_authz.h"
#include "x509/lint/lint_name_constraints.h"
#include "x509/lint/lint_ocsp_responder.h"
#include "x509/lint/lint_parts.h"

namespace fleetca::x509 {
namespace {

constexpr size_t kKeyIdSize = 20;
constexpr int kMaxExtraDepth = 16;
constexpr size_t kMaxExtraPolicies = 64;

// The extensions this lint knows, each a bit in the set of those seen.
enum Known : uint32_t {
  kUnknown = 0,
  kBasicConstraints = 1 << 0,
  kKeyUsage = 1 << 1,
  kExtendedKeyUsage = 1 << 2,
  kSubjectKeyId = 1 << 3,
  kAuthorityKeyId = 1 << 4,
  kAuthorityInfo = 1 << 5,
  kCrlDistribution = 1 << 6,
  kSubjectAltName = 1 << 7,
  kFleetAuthz = 1 << 8,
  kProvenance = 1 << 9,
  kNameConstraints = 1 << 10,
  kNoRevAvail = 1 << 11,
};

Known Classify(absl::string_view oid) {
  static constexpr struct {
    absl::string_view oid;
    Known known;
  } kTable[] = {
      {oid::kBasicConstraints, kBasicConstraints},     {oid::kKeyUsage, kKeyUsage},
      {oid::kExtendedKeyUsage, kExtendedKeyUsage},     {oid::kSubjectKeyIdentifier, kSubjectKeyId},
      {oid::kAuthorityKeyIdentifier, kAuthorityKeyId}, {oid::kAuthorityInfoAccess, kAuthorityInfo},
      {oid::kCrlDistributionPoints, kCrlDistribution}, {oid::kSubjectAltName, kSubjectAltName},
  };
  for (const auto& row : kTable) {
    if (row.oid == oid) {
      return row.known;
    }
  }
  return kUnknown;
}

absl::Status LintBasicConstraints(absl::string_view value, const LintPolicy& policy) {
  der::Reader element(value);
  der::Reader fields;
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty()) {
    return LintError("basicConstraints is not one SEQUENCE");
  }
  bool is_ca = false;
  if (fields.PeekTag() == der::kBoolean && (!fields.ReadBoolean(&is_ca) || !is_ca)) {
    return LintError("basicConstraints writes out its DEFAULT or has a BOOLEAN that is not DER");
  }
  std::optional<uint64_t> path_length;
  if (fields.PeekTag() == der::kInteger) {
    uint64_t length;
    if (!fields.ReadUint63(&length)) {
      return LintError("basicConstraints has a path length that is not a DER INTEGER");
    }
    path_length = length;
  }
  if (!fields.empty()) {
    return LintError("basicConstraints has something after its fields");
  }
  if (is_ca != policy.is_ca) {
    return LintError(is_ca ? "basicConstraints makes a leaf a CA"
                           : "basicConstraints does not make the CA one");
  }
  if (path_length.has_value() && !is_ca) {
    return LintError("basicConstraints has a path length without being a CA");
  }
  if (path_length.has_value() != policy.path_length.has_value() ||
      (path_length.has_value() && *path_length != static_cast<uint64_t>(*policy.path_length))) {
    return LintError("basicConstraints has another path length than the policy");
  }
  return absl::OkStatus();
}

absl::Status LintSubjectKeyId(absl::string_view value, absl::string_view key_bits,
                              absl::string_view* key_id) {
  der::Reader element(value);
  if (!element.Read(der::kOctetString, key_id) || !element.empty()) {
    return LintError("subjectKeyIdentifier is not one OCTET STRING");
  }
  if (*key_id != absl::string_view(Sha256(key_bits).data(), kKeyIdSize)) {
    return LintError("subjectKeyIdentifier is not that of the public key");
  }
  return absl::OkStatus();
}

absl::Status LintAuthorityKeyId(absl::string_view value, const LintPolicy& policy) {
  der::Reader element(value);
  der::Reader fields;
  absl::string_view key_id;
  if (!element.ReadNested(der::kSequence, &fields) || !element.empty() ||
      !fields.Read(der::ContextPrimitive(0), &key_id) || !fields.empty()) {
    return LintError("authorityKeyIdentifier is not one SEQUENCE of a key identifier alone");
  }
  if (key_id.empty() || key_id != policy.authority_key_id) {
    return LintError("authorityKeyIdentifier is not that of the issuing CA");
  }
  return absl::OkStatus();
}

// One pass over the extensions, and what it has seen so far.
class ExtensionsLint {
 public:
  ExtensionsLint(const LintPolicy& policy, const LintExpectation& expectation,
                 absl::string_view key_bits, bool subject_is_empty)
      : policy_(policy),
        expectation_(expectation),
        key_bits_(key_bits),
        subject_is_empty_(subject_is_empty) {}

  // Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
  absl::Status Visit(der::Reader fields) {
    absl::string_view oid;
    absl::string_view value;
    bool critical = false;
    // Read, not ReadOid: it is one of the OIDs known or the lint fails.
    if (!fields.Read(der::kOid, &oid) ||
        (fields.PeekTag() == der::kBoolean && (!fields.ReadBoolean(&critical) || !critical)) ||
        !fields.Read(der::kOctetString, &value) || !fields.empty()) {
      return LintError("an extension is not an OID, TRUE or nothing, and an OCTET STRING");
    }
    Known known = Classify(oid);
    if (known == kUnknown) {
      known = ClassifyRest(oid);
    }
    if (known == kUnknown) {
      return VisitExtra(oid, critical, value);
    }
    if ((seen_ & known) != 0) {
      return LintError(absl::StrCat("the extension ", der::OidToString(oid), " appears twice"));
    }
    seen_ |= known;
    constexpr uint32_t kCritical = kBasicConstraints | kKeyUsage | kNameConstraints;
    const bool must_be_critical =
        (known & kCritical) != 0 || (known == kSubjectAltName && subject_is_empty_);
    if (critical != must_be_critical) {
      return LintError(absl::StrCat("the extension ", der::OidToString(oid), " must ",
                                    must_be_critical ? "" : "not ", "be critical"));
    }
    return VisitKnown(known, value);
  }

  absl::Status Finish() const {
    FLEETCA_RETURN_IF_ERROR(LintOcspResponder(
        policy_, no_check_seen_, (seen_ & (kAuthorityInfo | kCrlDistribution | kFleetAuthz)) != 0));
    uint32_t required = kBasicConstraints | kKeyUsage | kSubjectKeyId | kAuthorityKeyId;
    if (!policy_.extended_key_usage.empty()) {
      required |= kExtendedKeyUsage;
    }
    if (policy_.names_required || subject_is_empty_) {
      required |= kSubjectAltName;
    }
    if (expectation_.fleet_authz != nullptr) {
      required |= kFleetAuthz;
    }
    if (expectation_.provenance != nullptr) {
      required |= kProvenance;
    }
    if (policy_.name_constraints.has_value()) {
      required |= kNameConstraints;
    }
    if (!policy_.ocsp_url.empty() || !policy_.ca_issuers_url.empty()) {
      required |= kAuthorityInfo;
    }
    if (!CrlUrl().empty()) {
      required |= kCrlDistribution;
    }
    if (policy_.no_rev_avail) {
      required |= kNoRevAvail;
    }
    const uint32_t missing = required & ~seen_;
    if (missing != 0) {
      return LintError(absl::StrCat("the extension ", MissingName(missing), " is missing"));
    }
    // RFC 9608 section 2.
    if ((seen_ & kNoRevAvail) != 0 &&
        ((seen_ & kCrlDistribution) != 0 || !policy_.ocsp_url.empty())) {
      return LintError("noRevAvail stands beside the URL of a CRL or of an OCSP responder");
    }
    if (policy_.self_signed && key_id_ != policy_.authority_key_id) {
      return LintError("a self-signed certificate's authorityKeyIdentifier is not its own");
    }
    return absl::OkStatus();
  }

 private:
  static absl::string_view MissingName(uint32_t missing) {
    return (missing & kBasicConstraints) != 0  ? "basicConstraints"
           : (missing & kKeyUsage) != 0        ? "keyUsage"
           : (missing & kSubjectKeyId) != 0    ? "subjectKeyIdentifier"
           : (missing & kAuthorityKeyId) != 0  ? "authorityKeyIdentifier"
           : (missing & kSubjectAltName) != 0  ? "subjectAltName"
           : (missing & kFleetAuthz) != 0      ? "FleetAuthz"
           : (missing & kProvenance) != 0      ? "Provenance"
           : (missing & kNameConstraints) != 0 ? "nameConstraints"
           : (missing & kAuthorityInfo) != 0   ? "authorityInfoAccess"
           : (missing & kCrlDistribution) != 0 ? "cRLDistributionPoints"
           : (missing & kNoRevAvail) != 0      ? "noRevAvail"
                                               : "extKeyUsage";
  }

  // What most certificates have not, or not under an OID that is known beforehand.
  Known ClassifyRest(absl::string_view oid) const {
    return oid == policy_.authz_oids.authz        ? kFleetAuthz
           : oid == policy_.authz_oids.provenance ? kProvenance
           : oid == oid::kNameConstraints         ? kNameConstraints
           : oid == oid::kNoRevAvail              ? kNoRevAvail
                                                  : kUnknown;
  }

  absl::string_view CrlUrl() const {
    return expectation_.crl_url.empty() ? absl::string_view(policy_.crl_url) : expectation_.crl_url;
  }

  absl::Status VisitKnown(Known known, absl::string_view value) {
    switch (known) {
      case kBasicConstraints:
        return LintBasicConstraints(value, policy_);
      case kKeyUsage:
        return LintKeyUsage(value, policy_);
      case kExtendedKeyUsage:
        return LintExtendedKeyUsage(value, policy_);
      case kSubjectKeyId:
        return LintSubjectKeyId(value, key_bits_, &key_id_);
      case kAuthorityKeyId:
        return LintAuthorityKeyId(value, policy_);
      case kAuthorityInfo:
        return LintAuthorityInfo(value, policy_);
      case kCrlDistribution:
        return LintCrlDistribution(value, CrlUrl());
      case kSubjectAltName:
        return LintSubjectAltName(value, policy_.dns_underscores);
      case kFleetAuthz:
        return LintOwn("FleetAuthz", expectation_.fleet_authz, FleetAuthzFault, value);
      case kProvenance:
        return LintOwn("Provenance", expectation_.provenance, ProvenanceFault, value);
      case kNameConstraints:
        return LintNameConstraints(value);
      case kNoRevAvail:
        return LintNoRevAvail(value, policy_);
      case kUnknown:
        break;
    }
    return LintError("an extension is unknown");
  }

  absl::Status LintNameConstraints(absl::string_view value) const {
    if (!policy_.is_ca) {
      return LintError("a leaf has nameConstraints");
    }
    if (!policy_.name_constraints.has_value()) {
      return LintError("nameConstraints is there without a policy for it");
    }
    const char* const fault = NameConstraintsFault(value, *policy_.name_constraints);
    return fault == nullptr ? absl::OkStatus() : LintError(absl::StrCat("nameConstraints ", fault));
  }

  // An extension of ours: what was decided, read by its own decoder.
  template <typename Decision>
  absl::Status LintOwn(absl::string_view name, const Decision* decision,
                       const char* (*find_fault)(absl::string_view, const Decision&),
                       absl::string_view value) const {
    if (policy_.is_ca) {
      return LintError(absl::StrCat("a CA's certificate has the extension ", name));
    }
    if (decision == nullptr) {
      return LintError(
          absl::StrCat("the extension ", name, " is there and the policy does not have it"));
    }
    const char* const fault = find_fault(value, *decision);
    return fault == nullptr ? absl::OkStatus()
                            : LintError(absl::StrCat("the extension ", name, " ", fault));
  }

  // An extension of the policy's own: its contents are another's business, but they are DER, and it
  // is not critical, because a peer refuses what is critical and unknown to it.
  absl::Status VisitExtra(absl::string_view oid, bool critical, absl::string_view value) {
    if (oid == oid::kOcspNoCheck) {
      if (no_check_seen_) {
        return LintError("id-pkix-ocsp-nocheck appears twice");
      }
      no_check_seen_ = true;
      return LintOcspNoCheck(critical, value, policy_);
    }
    const auto& extras = policy_.extra_extensions;
    const size_t limit = std::min(extras.size(), kMaxExtraPolicies);
    size_t index = 0;
    while (index < limit && extras[index] != oid) {
      ++index;
    }
    if (index == limit) {
      return LintError(
          absl::StrCat("the extension ", der::OidToString(oid), " is unknown to the policy"));
    }
    if ((extras_seen_ >> index & 1) != 0) {
      return LintError(absl::StrCat("the extension ", der::OidToString(oid), " appears twice"));
    }
    extras_seen_ |= uint64_t{1} << index;
    if (critical || value.empty() || !der::IsWellFormed(value, kMaxExtraDepth)) {
      return LintError(absl::StrCat("the extension ", der::OidToString(oid),
                                    " is critical or its contents are not DER"));
    }
    return absl::OkStatus();
  }

  const LintPolicy& policy_;
  const LintExpectation& expectation_;
  const absl::string_view key_bits_;
  const bool subject_is_empty_;
  uint32_t seen_ = 0;
  uint64_t extras_seen_ = 0;
  bool no_check_seen_ = false;
  absl::string_view key_id_;
};

}  // namespace

absl::Status LintExtensions(der::Reader extensions, const LintPolicy& policy,
                            const LintExpectation& expectation, absl::string_view key_bits,
                            bool subject_is_empty) {
  ExtensionsLint lint(policy, expectation, key_bits, subject_is_empty);
  while (!extensions.empty()) {
    der::Reader fields;
    if (!extensions.ReadNested(der::kSequence, &fields)) {
      return LintError("an extension is not a SEQUENCE");
    }
    FLEETCA_RETURN_IF_ERROR(lint.Visit(fields));
  }
  return lint.Finish();
}

}  // namespace fleetca::x509
