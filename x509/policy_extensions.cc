#include "x509/policy_extensions.h"

#include <cstdint>

#include "x509/der/der.h"
#include "x509/der/oid.h"

namespace fleetca::x509 {
namespace {

// certificatePolicies ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { policyIdentifier OID,
//   policyQualifiers SEQUENCE OPTIONAL }
bool IsPolicies(absl::string_view value) {
  der::Reader element(value);
  der::Reader policies;
  if (!element.ReadNested(der::kSequence, &policies) || !element.empty() || policies.empty()) {
    return false;
  }
  while (!policies.empty()) {
    der::Reader policy;
    der::Reader qualifiers;
    absl::string_view id;
    bool present = false;
    if (!policies.ReadNested(der::kSequence, &policy) || !policy.ReadOid(&id) ||
        !policy.ReadOptional(der::kSequence, &qualifiers, &present) || !policy.empty()) {
      return false;
    }
  }
  return true;
}

// PolicyMappings ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { issuerDomainPolicy OID,
//   subjectDomainPolicy OID }
bool IsMappings(absl::string_view value) {
  der::Reader element(value);
  der::Reader mappings;
  if (!element.ReadNested(der::kSequence, &mappings) || !element.empty() || mappings.empty()) {
    return false;
  }
  while (!mappings.empty()) {
    der::Reader mapping;
    absl::string_view id;
    if (!mappings.ReadNested(der::kSequence, &mapping) || !mapping.ReadOid(&id) ||
        !mapping.ReadOid(&id) || !mapping.empty()) {
      return false;
    }
  }
  return true;
}

// PolicyConstraints ::= SEQUENCE { requireExplicitPolicy [0] INTEGER OPTIONAL,
//   inhibitPolicyMapping [1] INTEGER OPTIONAL } -- not empty; here without the first
bool ConstrainsMappingsAlone(absl::string_view value) {
  der::Reader element(value);
  der::Reader fields;
  absl::string_view certificates;
  return element.ReadNested(der::kSequence, &fields) && element.empty() &&
         fields.Read(der::ContextPrimitive(1), &certificates) && !certificates.empty() &&
         fields.empty();
}

bool IsNumber(absl::string_view value) {
  der::Reader element(value);
  uint64_t certificates = 0;
  return element.ReadUint63(&certificates) && element.empty();
}

}  // namespace

bool IsHarmlessPolicyExtension(absl::string_view oid, absl::string_view value, bool is_ca) {
  if (oid == oid::kCertificatePolicies) {
    return IsPolicies(value);
  }
  // The others are a CA's alone.
  return is_ca && ((oid == oid::kPolicyMappings && IsMappings(value)) ||
                   (oid == oid::kPolicyConstraints && ConstrainsMappingsAlone(value)) ||
                   (oid == oid::kInhibitAnyPolicy && IsNumber(value)));
}

}  // namespace fleetca::x509
