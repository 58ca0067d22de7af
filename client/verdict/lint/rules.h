// The table of rules of `cert lint`.
#ifndef FLEETCA_CLIENT_VERDICT_LINT_RULES_H_
#define FLEETCA_CLIENT_VERDICT_LINT_RULES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fleetca::client::lint {

// An error breaks a standard, or makes programs refuse the certificate; a warning is what some
// programs mind; a notice is good to know.
enum class Severity { kError, kWarning, kNotice };

// "error", "warning", "notice".
absl::string_view SeverityName(Severity severity);

// RULE(enumerator, name, severity, section, what it asks). Names are stable across releases:
// scripts filter by them.
// clang-format off
#define FLEETCA_LINT_RULES(RULE)                                                                                  \
  RULE(kForm, "form", kError, "RFC 5280 4.1", "the parts of a certificate, in their order")                       \
  RULE(kDer, "der", kError, "X.690 10", "DER all the way down: each length minimal, each type in its form")       \
  RULE(kTooLarge, "too_large", kError, "fleetca", "at most 64 KiB")                                               \
  RULE(kVersion, "version", kError, "RFC 5280 4.1.2.1", "version 3 where there are extensions")                   \
  RULE(kUniqueIds, "unique_ids", kError, "RFC 5280 4.1.2.8", "no issuerUniqueID and no subjectUniqueID")          \
  RULE(kSerialMinimal, "serial_minimal", kError, "X.690 8.3.2", "a serial number without needless octets")        \
  RULE(kSerialPositive, "serial_positive", kError, "RFC 5280 4.1.2.2", "a serial number above zero")              \
  RULE(kSerialLength, "serial_length", kError, "RFC 5280 4.1.2.2", "a serial number of at most 20 octets")        \
  RULE(kSerialRandom, "serial_random", kNotice, "CA/B BR 7.1", "64 random bits in the serial number")             \
  RULE(kAlgorithmsDiffer, "algorithms_differ", kError, "RFC 5280 4.1.1.2", "the same signature algorithm inside and outside") \
  RULE(kAlgorithmWeak, "algorithm_weak", kError, "RFC 9155", "no signature by MD5 or SHA-1")                      \
  RULE(kAlgorithmForm, "algorithm_form", kError, "RFC 5758 3.2", "the parameters of the signature algorithm as its RFC has them") \
  RULE(kAlgorithmOther, "algorithm_other", kNotice, "RFC 5280 4.1.1.2", "a signature algorithm that is known here") \
  RULE(kTimeForm, "time_form", kError, "RFC 5280 4.1.2.5", "UTCTime until 2049, GeneralizedTime from 2050 on, to the second, in UTC") \
  RULE(kTimeOrder, "time_order", kError, "RFC 5280 4.1.2.5", "notAfter not before notBefore")                     \
  RULE(kLifetimeLong, "lifetime_long", kNotice, "CA/B BR 6.3.2", "a leaf valid for at most 398 days")             \
  RULE(kNoExpiry, "no_expiry", kNotice, "RFC 5280 4.1.2.5", "an end of validity, and not 99991231235959Z")        \
  RULE(kIssuerEmpty, "issuer_empty", kError, "RFC 5280 4.1.2.4", "an issuer that is not empty")                   \
  RULE(kNameForm, "name_form", kError, "RFC 5280 4.1.2.4", "names that are RDNSequences, no attribute empty")     \
  RULE(kNameString, "name_string", kError, "RFC 5280 A.1", "names as PrintableString or UTF8String, with their characters alone") \
  RULE(kNameOldString, "name_old_string", kWarning, "RFC 5280 4.1.2.4", "no TeletexString, BMPString or UniversalString in names") \
  RULE(kCountry, "country", kError, "RFC 5280 A.1", "a country of two letters, PrintableString")                  \
  RULE(kNameLength, "name_length", kError, "RFC 5280 A.1", "attributes within their upper bounds")                \
  RULE(kNameRepeated, "name_repeated", kWarning, "X.520", "one common name at most")                              \
  RULE(kSubjectEmptyCa, "subject_empty_ca", kError, "RFC 5280 4.1.2.6", "a subject in a CA's certificate")        \
  RULE(kCommonNameNotInSan, "common_name_not_in_san", kWarning, "RFC 9525 2", "a common name that is a host among the alternative names") \
  RULE(kKeyForm, "key_form", kError, "RFC 5480 2", "a key in the form of its RFC")                                \
  RULE(kKeyWeak, "key_weak", kError, "RFC 8017 / SP 800-57", "RSA of at least 2048 bits with an exponent of 65537, no broken key") \
  RULE(kCurveExplicit, "curve_explicit", kError, "RFC 5480 2.1.1", "a curve by its name")                         \
  RULE(kKeyOther, "key_other", kNotice, "RFC 5480", "P-256, P-384, RSA or Ed25519")                               \
  RULE(kExtensionForm, "extension_form", kError, "RFC 5280 4.1", "extensions that are a list of at least one")    \
  RULE(kExtensionTwice, "extension_twice", kError, "RFC 5280 4.2", "each extension once")                         \
  RULE(kExtensionDefault, "extension_default", kError, "X.690 11.5", "critical FALSE left out")                   \
  RULE(kExtensionContents, "extension_contents", kError, "RFC 5280 4.2.1", "extensions that hold what their type says") \
  RULE(kCriticalUnknown, "critical_unknown", kError, "RFC 5280 4.2", "no critical extension that programs do not know") \
  RULE(kCriticality, "criticality", kError, "RFC 5280 4.2.1", "each extension critical or not as the RFC has it") \
  RULE(kSkiMissing, "ski_missing", kError, "RFC 5280 4.2.1.2", "subjectKeyIdentifier in a CA's certificate")      \
  RULE(kSkiMissingLeaf, "ski_missing_leaf", kNotice, "RFC 5280 4.2.1.2", "subjectKeyIdentifier in a leaf")        \
  RULE(kAkiMissing, "aki_missing", kError, "RFC 5280 4.2.1.1", "authorityKeyIdentifier in what is not self-signed") \
  RULE(kBasicMissing, "basic_missing", kError, "RFC 5280 4.2.1.9", "basicConstraints where keyCertSign is")       \
  RULE(kPathLength, "path_length", kError, "RFC 5280 4.2.1.9", "pathLenConstraint in CAs that sign alone")        \
  RULE(kCaKeyUsage, "ca_key_usage", kError, "RFC 5280 4.2.1.3", "keyUsage with keyCertSign in a CA's certificate") \
  RULE(kKeyUsageEmpty, "key_usage_empty", kError, "RFC 5280 4.2.1.3", "a keyUsage with at least one bit")         \
  RULE(kKeyUsageFits, "key_usage_fits", kError, "RFC 8813 3", "a keyUsage that the key's algorithm can serve")    \
  RULE(kLeafKeyUsage, "leaf_key_usage", kNotice, "RFC 5280 4.2.1.3", "keyUsage in a leaf")                        \
  RULE(kPurposeAny, "purpose_any", kWarning, "RFC 5280 4.2.1.12", "purposes by name, and not anyExtendedKeyUsage") \
  RULE(kPurposeMissing, "purpose_missing", kWarning, "RFC 5280 4.2.1.12", "extKeyUsage in a leaf")                \
  RULE(kPurposeTwice, "purpose_twice", kWarning, "RFC 5280 4.2.1.12", "each purpose once")                        \
  RULE(kPurposeOcsp, "purpose_ocsp", kWarning, "RFC 6960 4.2.2.2", "OCSPSigning beside no other purpose")         \
  RULE(kSanMissing, "san_missing", kError, "RFC 5280 4.1.2.6", "a name: a subject, or subjectAltName")            \
  RULE(kSanCritical, "san_critical", kError, "RFC 5280 4.2.1.6", "subjectAltName critical where the subject is empty") \
  RULE(kSanServer, "san_server", kError, "RFC 9525 2", "a host in subjectAltName of a server's certificate")      \
  RULE(kSanEmpty, "san_empty", kError, "RFC 5280 4.2.1.6", "names in subjectAltName that are not empty")          \
  RULE(kSanDns, "san_dns", kError, "RFC 5280 4.2.1.6", "DNS names of letters, digits and hyphens in labels of 63, without a dot at the end") \
  RULE(kSanUnderscore, "san_underscore", kWarning, "RFC 5280 4.2.1.6", "DNS names without underscores")           \
  RULE(kSanWildcard, "san_wildcard", kError, "RFC 9525 6.3", "\"*\" as the whole leftmost label, above two others") \
  RULE(kSanIp, "san_ip", kError, "RFC 5280 4.2.1.6", "IP addresses of 4 or 16 octets")                            \
  RULE(kSanIpAsDns, "san_ip_as_dns", kError, "RFC 5280 4.2.1.6", "IP addresses as iPAddress, and not as DNS names") \
  RULE(kSanUri, "san_uri", kError, "RFC 5280 4.2.1.6", "absolute URIs of ASCII")                                  \
  RULE(kSanEmail, "san_email", kError, "RFC 5280 4.2.1.6", "mail addresses with one \"@\", in ASCII")             \
  RULE(kSanTwice, "san_twice", kWarning, "RFC 5280 4.2.1.6", "each name once")                                    \
  RULE(kConstraintsLeaf, "constraints_leaf", kError, "RFC 5280 4.2.1.10", "nameConstraints in CAs alone")         \
  RULE(kCrlUrl, "crl_url", kWarning, "RFC 5280 4.2.1.13", "cRLDistributionPoints with a URL of http")             \
  RULE(kOcspUrl, "ocsp_url", kWarning, "RFC 9919", "OCSP responders by http")                                     \
  RULE(kIssuerUrl, "issuer_url", kNotice, "RFC 5280 4.2.2.1", "where the issuer's certificate is")                \
  RULE(kNoWordOfRevocation, "no_word_of_revocation", kNotice, "RFC 9608 1", "where word of a revocation is, or noRevAvail") \
  RULE(kNoRevAvail, "no_rev_avail", kError, "RFC 9608 2", "noRevAvail in leaves alone, without CRL and OCSP")     \
  RULE(kFleetca, "fleetca", kError, "fleetca", "what fleetca's own linter lets a CA sign")
// clang-format on

enum class Rule {
#define FLEETCA_RULE(enumerator, name, severity, section, asks) enumerator,
  FLEETCA_LINT_RULES(FLEETCA_RULE)
#undef FLEETCA_RULE
};

// One row of the table.
struct RuleText {
  Rule rule;
  absl::string_view name;
  Severity severity;
  absl::string_view section;
  // "a serial number above zero": what the certificate is to have.
  absl::string_view asks;
};

// All of them, in their order.
absl::Span<const RuleText> AllRules();

}  // namespace fleetca::client::lint

#endif  // FLEETCA_CLIENT_VERDICT_LINT_RULES_H_
