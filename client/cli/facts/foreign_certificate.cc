#include "client/cli/facts/foreign_certificate.h"

#include <arpa/inet.h>

#include <array>
#include <ctime>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/sha256.h"
#include "client/objects/key_facts.h"
#include "x509/name.h"

namespace fleetca::client {
namespace {

using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, OpenSslDeleter<GENERAL_NAMES_free>>;

// Calls an i2d function of OpenSSL.
template <typename T>
std::string ToDer(int (*encode)(const T*, unsigned char**), const T* object) {
  unsigned char* octets = nullptr;
  const int size = encode(object, &octets);
  if (size <= 0) {
    return "";
  }
  std::string der(reinterpret_cast<const char*>(octets), static_cast<size_t>(size));
  OPENSSL_free(octets);
  return der;
}

std::string NameText(const X509_NAME* name) {
  return X509_NAME_entry_count(name) == 0 ? "" : x509::NameToText(ToDer(&i2d_X509_NAME, name));
}

// False where it is no time, of which no time is shown.
bool ReadTimeOf(const ASN1_TIME* time, absl::Time* read) {
  std::tm fields = {};
  if (ASN1_TIME_to_tm(time, &fields) != 1) {
    return false;
  }
  *read = absl::FromTM(fields, absl::UTCTimeZone());
  return true;
}

// A key that OpenSSL does not know either has no name.
std::string KeyTextOf(const X509* certificate) {
  const EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (key == nullptr) {
    return "unknown";
  }
  const absl::StatusOr<KeyFacts> facts = FactsOfKey(key);
  return facts.ok() ? facts->type : "unknown";
}

absl::string_view OctetsOf(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<size_t>(ASN1_STRING_length(string))};
}

// "-ff" for a negative one, as openssl has it.
std::string SerialText(const ASN1_INTEGER* serial) {
  return absl::StrCat(ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" : "",
                      absl::BytesToHexString(OctetsOf(serial)));
}

// "DNS:web.fleet.example"; "" for a name of another type.
std::string GeneralNameText(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
      return absl::StrCat("DNS:", absl::CHexEscape(OctetsOf(name->d.dNSName)));
    case GEN_URI:
      return absl::StrCat("URI:", absl::CHexEscape(OctetsOf(name->d.uniformResourceIdentifier)));
    case GEN_EMAIL:
      return absl::StrCat("email:", absl::CHexEscape(OctetsOf(name->d.rfc822Name)));
    case GEN_IPADD: {
      const absl::string_view octets = OctetsOf(name->d.iPAddress);
      std::array<char, INET6_ADDRSTRLEN> text = {};
      const int family = octets.size() == 4 ? AF_INET : AF_INET6;
      return (octets.size() == 4 || octets.size() == 16) &&
                     inet_ntop(family, octets.data(), text.data(), text.size()) != nullptr
                 ? absl::StrCat("IP:", text.data())
                 : "";
    }
    default:
      return "";
  }
}

std::vector<std::string> NamesOf(const X509* certificate) {
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> texts;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (std::string text = GeneralNameText(sk_GENERAL_NAME_value(names.get(), i)); !text.empty()) {
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

// As OpenSSL reads it, which takes keys that are too small, curves, versions and encodings that
// x509::ParseCertificate refuses.
absl::StatusOr<CertificateFacts> FactsOfForeignCertificate(absl::string_view der) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* at = AsUnsigned(der);
  const X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate == nullptr || at != AsUnsigned(der) + der.size()) {
    return InvalidArgument(Reason::kFileInvalid, "", "the certificate cannot be read");
  }
  CertificateFacts facts;
  facts.der = std::string(der);
  facts.subject = NameText(X509_get_subject_name(certificate.get()));
  facts.issuer = NameText(X509_get_issuer_name(certificate.get()));
  facts.serial = SerialText(X509_get0_serialNumber(certificate.get()));
  facts.names = NamesOf(certificate.get());
  if (!ReadTimeOf(X509_get0_notBefore(certificate.get()), &facts.not_before) ||
      !ReadTimeOf(X509_get0_notAfter(certificate.get()), &facts.not_after)) {
    return InvalidArgument(Reason::kFileInvalid, "", "the certificate's dates cannot be read");
  }
  facts.key = KeyTextOf(certificate.get());
  const char* const algorithm = OBJ_nid2ln(X509_get_signature_nid(certificate.get()));
  facts.signature_algorithm = algorithm == nullptr ? "unknown" : algorithm;
  facts.is_ca = (X509_get_extension_flags(certificate.get()) & EXFLAG_CA) != 0;
  facts.sha256 = HexSha256(der);
  return facts;
}

}  // namespace

absl::StatusOr<CertificateFacts> FactsOfAnyCertificate(absl::string_view der,
                                                       const x509::AuthzOids& oids) {
  absl::StatusOr<CertificateFacts> facts = FactsOfCertificate(der, oids);
  if (facts.ok()) {
    return facts;
  }
  absl::StatusOr<CertificateFacts> foreign = FactsOfForeignCertificate(der);
  if (!foreign.ok()) {
    return facts.status();
  }
  foreign->not_accepted = std::string(facts.status().message());
  return foreign;
}

}  // namespace fleetca::client
