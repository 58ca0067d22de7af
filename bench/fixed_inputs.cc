#include "bench/fixed_inputs.h"

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "bench/check.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/serial.h"

namespace fleetca::bench {
namespace {

constexpr absl::string_view kCsrHex =
    "3082012a3081d10201003020310e300c060355040a0c05466c656574310e300c06035504030c057765622d31"
    "3059301306072a8648ce3d020106082a8648ce3d0301070342000489cfadb821d20874c58f62ef16927fb84e"
    "51839f9906083bbbde0ce8d458949245be148a2096235705c90249526f212d6012034191985e8966b5c8c747"
    "a856dda04f304d06092a864886f70d01090e3140303e303c0603551d1104353033861e7370696666653a2f2f"
    "666c6565742e6578616d706c652f7376632f77656282117765622e666c6565742e6578616d706c65300a0608"
    "2a8648ce3d040302034800304502203b61cc94bd7dac99fc7ed11bfcd609461600e22147142033a36b165599"
    "d7ba770221009ea44dcd5ea2c6f71aa3e9c8292550b64bf92947a1b74df334bb75f011fb8518";

constexpr absl::string_view kRsaPublicKeyHex =
    "30820122300d06092a864886f70d01010105000382010f003082010a0282010100dbaaa5dcdb674bf5bb0999"
    "76499640ae75b3a67c326270db9f9086e1b73010c1fca29ed9c13273d9223a583654857812565a0d7f0a317c"
    "6321f5b1a2fb0046a30be5bf535f563436cd316f8608ef02d4cc3b3f21eb137a6e97a0db3dd2a5f301acf45a"
    "2f70dfc7fb07ed8ad8f23c3aecd3dd23ad2727780f8089c9d7a979a09166d27488a5d4b024dd759c744eb5ba"
    "2b1d0e2721764edcaf34d53077386b7c3e25fbc23568de2da4e4cc10a8f6037b4e99bfbef3e14a5853a2bea8"
    "6b345539195b8240c0bfcff2792f4aa283b77c1007ae065638c5f9b2773bf440266d4c5d584962de9d945acb"
    "b8b4aabde6197a475870ef0d1b11eb3ce1a841ee817366531f0203010001";

// As x509/serial.h has it: the hour of the expiry, instance f1ee, a time, nine octets.
constexpr absl::string_view kSerialHex = "01078bdcf1ee9e7d0a3c4055a55aa55aa55aa55a";

// 2026-06-01 11:55:00 UTC, and a day and five minutes later.
constexpr absl::Time kNotBefore = absl::FromUnixSeconds(1'780'314'900);
constexpr absl::Duration kValidity = absl::Minutes(24 * 60 + 5);

std::string IssuerName() { return x509::BuildName("Fleet", "Issuing CA"); }
std::string IssuerKeyId() { return std::string(x509::kKeyIdentifierSize, '\x5a'); }

}  // namespace

std::string FixedCsr() { return absl::HexStringToBytes(kCsrHex); }

std::string FixedRsaPublicKey() { return absl::HexStringToBytes(kRsaPublicKeyHex); }

std::string FixedSignature() {
  const std::string integer = absl::HexStringToBytes("0220") + std::string(32, '\x5a');
  return absl::HexStringToBytes("3044") + integer + integer;
}

x509::TbsTemplateOptions FixedTemplateOptions() {
  x509::TbsTemplateOptions options;
  options.issuer = IssuerName();
  options.authority_key_id = IssuerKeyId();
  options.extended_key_usage = {std::string(x509::oid::kServerAuth),
                                std::string(x509::oid::kClientAuth)};
  options.ca_issuers_url = "http://pki.fleet.example/issuing.der";
  options.crl_url = "http://pki.fleet.example/issuing.crl";
  return options;
}

x509::LintPolicy FixedLintPolicy() {
  x509::LintPolicy policy;
  policy.issuer = IssuerName();
  policy.authority_key_id = IssuerKeyId();
  policy.issuer_not_after = kNotBefore + absl::Hours(24 * 365);
  policy.max_validity = kValidity;
  policy.key_usage = x509::kDigitalSignature;
  policy.extended_key_usage = {std::string(x509::oid::kServerAuth),
                               std::string(x509::oid::kClientAuth)};
  policy.ca_issuers_url = "http://pki.fleet.example/issuing.der";
  policy.crl_url = "http://pki.fleet.example/issuing.crl";
  return policy;
}

x509::CertSpec FixedSpec(const x509::Csr& csr) {
  x509::CertSpec spec;
  spec.serial = OrDie(x509::SerialNumber::FromHex(kSerialHex), "the fixed serial number");
  spec.not_before = kNotBefore;
  spec.not_after = kNotBefore + kValidity;
  spec.subject_public_key_info = csr.public_key.spki;
  spec.key_bits = csr.public_key.key_bits;
  spec.names = csr.names;
  return spec;
}

}  // namespace fleetca::bench
