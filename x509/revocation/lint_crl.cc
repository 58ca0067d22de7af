#include "x509/revocation/lint_crl.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/expected_algorithm.h"
#include "x509/prepared_maker.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_parts.h"

namespace fleetca::x509 {
namespace {

absl::Status Fault(absl::string_view problem) {
  return Internal(Reason::kLintFailed,
                  absl::StrCat("The CRL about to be signed is faulty: ", problem,
                               ". Nothing was signed; this is a bug of the CA, please report it"));
}

bool IsSecondOf(absl::Time read, absl::Time asked) {
  return absl::ToUnixSeconds(read) == absl::ToUnixSeconds(asked);
}

// The value of INTEGER contents that are not negative; nullopt where 64 bits do not hold it.
std::optional<uint64_t> ValueOf(absl::string_view contents) {
  uint64_t value = 0;
  for (const char octet : contents) {
    if (value >> 56 != 0) {
      return std::nullopt;
    }
    value = value << 8 | static_cast<uint8_t>(octet);
  }
  return value;
}

absl::Status LintHead(const Crl& crl, const CrlSpec& asked) {
  if (crl.signature_algorithm != ExpectedAlgorithmIdentifier(asked.signature_scheme)) {
    return Fault(absl::StrCat("the signature algorithm is not ",
                              SignatureSchemeName(asked.signature_scheme), " as encoded"));
  }
  if (crl.issuer != asked.issuer) {
    return Fault("the issuer's name is not that of the issuing CA");
  }
  if (!IsSecondOf(crl.this_update, asked.this_update)) {
    return Fault("thisUpdate is not the instant of the snapshot");
  }
  if (!IsSecondOf(crl.next_update, asked.next_update)) {
    return Fault("nextUpdate is not the one asked for");
  }
  if (crl.this_update >= crl.next_update) {
    return Fault("thisUpdate is not before nextUpdate");
  }
  return absl::OkStatus();
}

// AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING, ... }: that alone.
bool IsKeyIdAlone(const Extension* extension, absl::string_view key_id) {
  if (extension == nullptr) {
    return false;
  }
  der::Reader element(extension->value);
  der::Reader fields;
  absl::string_view found;
  return element.ReadNested(der::kSequence, &fields) &&
         fields.Read(der::ContextPrimitive(0), &found) && fields.empty() && found == key_id;
}

absl::Status LintExtensions(const Crl& crl, const CrlSpec& asked) {
  if (asked.authority_key_id.empty() ||
      !IsKeyIdAlone(crl.Find(oid::kAuthorityKeyIdentifier), asked.authority_key_id)) {
    return Fault(
        "authorityKeyIdentifier is missing or not the key identifier of the issuing CA alone");
  }
  if (crl.number.empty() || ValueOf(crl.number) != asked.number) {
    return Fault("cRLNumber is missing or not the one asked for");
  }
  const bool is_shard = !asked.distribution_point.empty();
  if (crl.distribution_point != asked.distribution_point) {
    return Fault(is_shard ? "issuingDistributionPoint is missing or not the URL of the shard"
                          : "issuingDistributionPoint is there and nothing asks for it");
  }
  if (crl.only_contains_user_certs != is_shard || crl.only_contains_ca_certs) {
    return Fault(
        "issuingDistributionPoint does not speak of the end entities of a shard, or speaks "
        "of fewer certificates than the CRL of a whole issuer");
  }
  const size_t expected = is_shard ? 3 : 2;
  if (crl.extensions.size() != expected) {
    return Fault("there are more extensions than the CRL is to have");
  }
  return absl::OkStatus();
}

// How many octets an entry takes that has nothing but this serial number, time and reason. Where
// the list is no longer than all of these, no entry has anything else, such as another extension.
size_t SizeOf(const CrlEntry& entry) {
  constexpr size_t kReasonSize = 14;
  constexpr size_t kUtcTimeSize = 15;
  constexpr size_t kGeneralizedTimeSize = 17;
  static const absl::Time k2050 = absl::FromUnixSeconds(2'524'608'000);
  return 2 + 2 + entry.serial.size() +
         (entry.revocation_date < k2050 ? kUtcTimeSize : kGeneralizedTimeSize) +
         (entry.reason.has_value() ? kReasonSize : 0);
}

absl::Status LintEntries(const Crl& crl, size_t expected) {
  if (crl.entries.size() != expected) {
    return Fault(absl::StrCat("it has ", crl.entries.size(), " entries where ", expected,
                              " certificates are revoked"));
  }
  absl::string_view last;
  size_t size = 0;
  for (const CrlEntry& entry : crl.entries) {
    // Neither has a needless octet, so the longer is the greater.
    if (entry.serial.size() < last.size() ||
        (entry.serial.size() == last.size() && entry.serial <= last)) {
      return Fault("the serial numbers of its entries do not ascend");
    }
    if (entry.reason == RevocationReason::kUnspecified) {
      return Fault("an entry has the reason 0, which is to be left out");
    }
    last = entry.serial;
    size += SizeOf(entry);
  }
  if (size != crl.entries.octets()) {
    return Fault("an entry has an extension beside its reason, or a critical one");
  }
  return absl::OkStatus();
}

absl::Status Lint(absl::string_view tbs, const CrlSpec& asked, size_t entries) {
  const absl::StatusOr<Crl> crl = ParseTbsCertList(tbs);
  if (!crl.ok()) {
    return Fault(absl::StrCat("it ", CrlProblem(crl.status())));
  }
  FLEETCA_RETURN_IF_ERROR(LintHead(*crl, asked));
  FLEETCA_RETURN_IF_ERROR(LintExtensions(*crl, asked));
  return LintEntries(*crl, entries);
}

}  // namespace

absl::StatusOr<Prepared> LintCrl(std::string tbs, const CrlSpec& asked, size_t entries) {
  FLEETCA_RETURN_IF_ERROR(Lint(tbs, asked, entries));
  return PreparedMaker::Make(std::move(tbs));
}

}  // namespace fleetca::x509
