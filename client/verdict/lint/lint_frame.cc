#include "absl/strings/str_cat.h"
#include "client/verdict/lint/lint_parts.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/signature_algorithm.h"

namespace fleetca::client::lint {
namespace {

namespace der = x509::der;
namespace oid = x509::oid;

constexpr size_t kMaxSerial = 20;
constexpr size_t kRandomOctets = 8;

// RFC 9155, RFC 8017 A.2.4: md2, md5, sha1 with RSA; dsa-with-sha1; ecdsa-with-SHA1.
constexpr absl::string_view kWeak[] = {
    oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"),
    oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"),
    oid::Bytes("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"),
    oid::Bytes("\x2a\x86\x48\xce\x38\x04\x03"),
    oid::Bytes("\x2a\x86\x48\xce\x3d\x04\x01"),
};

bool IsKnown(absl::string_view algorithm) {
  for (const absl::string_view known :
       {oid::kEcdsaWithSha256, oid::kEcdsaWithSha384, oid::kEcdsaWithSha512, oid::kSha256WithRsa,
        oid::kSha384WithRsa, oid::kSha512WithRsa, oid::kRsaPss, oid::kEd25519}) {
    if (algorithm == known) {
      return true;
    }
  }
  return false;
}

void LintSerial(absl::string_view serial, Findings* findings) {
  if (serial.empty()) {
    return findings->Add(Rule::kSerialMinimal, "The serial number has no octets.");
  }
  const auto first = static_cast<unsigned char>(serial[0]);
  const auto second = static_cast<unsigned char>(serial.size() > 1 ? serial[1] : 0);
  if (serial.size() > 1 && ((first == 0 && second < 0x80) || (first == 0xff && second >= 0x80))) {
    findings->Add(Rule::kSerialMinimal,
                  "The serial number has octets before it that DER leaves out.");
  }
  if (first >= 0x80 || serial.find_first_not_of('\0') == absl::string_view::npos) {
    findings->Add(Rule::kSerialPositive,
                  first >= 0x80 ? "The serial number is negative." : "The serial number is zero.");
  }
  if (serial.size() > kMaxSerial) {
    findings->Add(Rule::kSerialLength, absl::StrCat("The serial number has ", serial.size(),
                                                    " octets, of which 20 are allowed."));
  } else if (serial.size() < kRandomOctets) {
    findings->Add(Rule::kSerialRandom,
                  absl::StrCat("The serial number has ", serial.size(),
                               " octets, which is too short to hold 64 random bits."));
  }
}

void LintAlgorithm(const RawCertificate& certificate, Findings* findings) {
  if (certificate.inner_algorithm != certificate.outer_algorithm) {
    findings->Add(Rule::kAlgorithmsDiffer,
                  "The signature algorithm inside of what is signed is another than outside.");
  }
  der::Reader outer(certificate.inner_algorithm), parts;
  absl::string_view algorithm;
  if (!outer.ReadNested(der::kSequence, &parts) || !parts.ReadOid(&algorithm)) {
    return findings->Add(Rule::kAlgorithmForm,
                         "The signature algorithm is not an AlgorithmIdentifier.");
  }
  const std::string name = der::OidToString(algorithm);
  for (const absl::string_view weak : kWeak) {
    if (algorithm == weak) {
      return findings->Add(
          Rule::kAlgorithmWeak,
          absl::StrCat("The signature is by MD5, MD2 or SHA-1 (", name, "), which can be forged."));
    }
  }
  if (!IsKnown(algorithm)) {
    return findings->Add(Rule::kAlgorithmOther,
                         absl::StrCat("The signature algorithm ", name,
                                      " is not known here, so its parameters were not looked at."));
  }
  const absl::Status read =
      x509::ParseAlgorithmIdentifier(certificate.inner_algorithm, "signature").status();
  if (!read.ok()) {
    return findings->Add(Rule::kAlgorithmForm,
                         absl::StrCat("The parameters of the signature algorithm are not those of "
                                      "its RFC: ",
                                      read.message(), "."));
  }
  const bool pkcs1 = algorithm == oid::kSha256WithRsa || algorithm == oid::kSha384WithRsa ||
                     algorithm == oid::kSha512WithRsa;
  if (pkcs1 && !parts.ReadNull()) {
    findings->Add(Rule::kAlgorithmForm,
                  "The parameters of the signature algorithm are not NULL (RFC 4055 5).");
  }
}

}  // namespace

void LintFrame(const RawCertificate& certificate, Findings* findings) {
  if (certificate.version == -1) {
    findings->Add(Rule::kVersion, "The version is not 1, 2 or 3.");
  } else if (certificate.version_written && certificate.version == 0) {
    findings->Add(Rule::kVersion, "The version 1 is written out, which DER leaves out.");
  } else if (certificate.version != 2) {
    findings->Add(Rule::kVersion,
                  absl::StrCat("The certificate has version ", certificate.version + 1,
                               certificate.has_extensions
                                   ? ", and extensions, which version 3 alone may have."
                                   : ", which cannot say what the key is for."));
  }
  if (certificate.unique_ids) {
    findings->Add(Rule::kUniqueIds,
                  "The certificate has a unique identifier of issuer or subject.");
  }
  LintSerial(certificate.serial, findings);
  LintAlgorithm(certificate, findings);
}

}  // namespace fleetca::client::lint
