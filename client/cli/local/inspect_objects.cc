#include "client/cli/local/inspect_objects.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "client/cli/facts/crl_facts.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/facts/foreign_certificate.h"
#include "client/cli/local/inspect_pkcs12.h"
#include "client/objects/key_facts.h"
#include "client/objects/object_reader.h"
#include "client/objects/pkcs7_certificates.h"
#include "x509/pem.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_file.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

absl::StatusOr<Inspected> InspectCsr(absl::string_view der) {
  FLEETCA_ASSIGN_OR_RETURN(const CsrFacts facts, FactsOfCsr(der));
  return Inspected{CsrToText(facts), CsrToJson(facts),
                   x509::EncodePem(x509::kPemCertificateRequest, der)};
}

absl::StatusOr<Inspected> InspectCrl(absl::string_view der, const InspectContext& context) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Crl crl, x509::ParseCrl(der));
  ordered_json json = {{"type", "crl"}};
  json.update(CrlToJson(crl, {}, context.now));
  return Inspected{
      absl::StrCat(CrlToText(crl, {}, context.now),
                   TextLine("More", absl::StrCat("fleetca crl inspect ", context.file,
                                                 " --entries 100 lists what it revokes"))),
      std::move(json), x509::EncodeCrlPem(der)};
}

// A PUBLIC KEY, or the RSAPublicKey of a block "RSA PUBLIC KEY", which has no algorithm beside it.
absl::StatusOr<Inspected> InspectPublicKey(absl::string_view der) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* at = AsUnsigned(der);
  EvpPkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (key == nullptr) {
    at = AsUnsigned(der);
    key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
  }
  if (key == nullptr) {
    return InvalidArgument(Reason::kFileInvalid, "", "the public key cannot be read");
  }
  FLEETCA_ASSIGN_OR_RETURN(const KeyFacts facts, FactsOfKey(key.get()));
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key.get()));
  return Inspected{
      absl::StrCat("Public key\n", TextLine("Key", facts.type), TextLine("SHA-256", facts.sha256)),
      {{"type", "public_key"}, {"key", facts.type}, {"public_key_sha256", facts.sha256}},
      x509::EncodePem("PUBLIC KEY", spki)};
}

// What an encrypted key says without its passphrase is that it is one.
absl::StatusOr<Inspected> InspectPrivateKey(absl::string_view contents,
                                            const InspectContext& context) {
  bool encrypted = false;
  const absl::StatusOr<ReadKey> read =
      ReadPrivateKey(contents, [&encrypted]() -> absl::StatusOr<SecretBytes> {
        encrypted = true;
        return FailedPrecondition(Reason::kPassphraseInvalid, "the key is encrypted");
      });
  const std::string more = absl::StrCat("fleetca key inspect ", context.file);
  if (encrypted) {
    return Inspected{
        absl::StrCat("Private key, which is not shown\n",
                     TextLine("Encrypted", "yes: its passphrase is not asked for here"),
                     TextLine("More", more)),
        {{"type", "private_key"}, {"encrypted", true}},
        ""};
  }
  FLEETCA_RETURN_IF_ERROR(read.status());
  FLEETCA_ASSIGN_OR_RETURN(const KeyFacts facts, FactsOfKey(read->key.get()));
  return Inspected{
      absl::StrCat("Private key, which is not shown\n", TextLine("Key", facts.type),
                   TextLine("Encrypted", "no"),
                   TextLine("SHA-256", absl::StrCat(facts.sha256, " (of its public key)")),
                   TextLine("More", more)),
      {{"type", "private_key"},
       {"encrypted", false},
       {"key", facts.type},
       {"public_key_sha256", facts.sha256}},
      ""};
}

absl::Status AddCertificates(const std::vector<std::string>& ders, const InspectContext& context,
                             std::vector<Inspected>* all) {
  for (const std::string& der : ders) {
    FLEETCA_ASSIGN_OR_RETURN(Inspected inspected, InspectCertificate(der, context));
    all->push_back(std::move(inspected));
  }
  return absl::OkStatus();
}

absl::Status Add(absl::StatusOr<Inspected> inspected, std::vector<Inspected>* all) {
  FLEETCA_RETURN_IF_ERROR(inspected.status());
  all->push_back(*std::move(inspected));
  return absl::OkStatus();
}

// `contents` are those that `object` was found in.
absl::Status AddObject(const FoundObject& object, absl::string_view contents,
                       const InspectContext& context, std::vector<Inspected>* all) {
  switch (object.kind) {
    case ObjectKind::kCertificate:
      return Add(InspectCertificate(object.der, context), all);
    case ObjectKind::kCsr:
      return Add(InspectCsr(object.der), all);
    case ObjectKind::kCrl:
      return Add(InspectCrl(object.der, context), all);
    case ObjectKind::kPublicKey:
      return Add(InspectPublicKey(object.der), all);
    case ObjectKind::kPrivateKey:
      return Add(InspectPrivateKey(contents, context), all);
    case ObjectKind::kPkcs7: {
      FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, Pkcs7Certificates(object.der));
      return AddCertificates(ders, context, all);
    }
    case ObjectKind::kPkcs12: {
      FLEETCA_ASSIGN_OR_RETURN(Pkcs12 pkcs12, ReadPkcs12(object.der, context.ask));
      FLEETCA_RETURN_IF_ERROR(Add(InspectPkcs12(pkcs12), all));
      for (const Pkcs12Certificate& certificate : pkcs12.certificates) {
        FLEETCA_RETURN_IF_ERROR(Add(InspectCertificate(certificate.der, context), all));
      }
      return absl::OkStatus();
    }
    case ObjectKind::kOther:
      break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Inspected> InspectCertificate(absl::string_view der, const InspectContext& context) {
  FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOfAnyCertificate(der, context.oids));
  return Inspected{CertificateToText(facts, context.now), CertificateToJson(facts),
                   x509::EncodePem(x509::kPemCertificate, der)};
}

absl::StatusOr<std::vector<Inspected>> InspectContents(absl::string_view contents,
                                                       const InspectContext& context) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<FoundObject> objects, FindObjects(contents));
  std::vector<Inspected> all;
  bool has_key = false;
  for (const FoundObject& object : objects) {
    // The reader of keys takes the one of the file, and says so where there are more.
    if (object.kind != ObjectKind::kPrivateKey || !std::exchange(has_key, true)) {
      FLEETCA_RETURN_IF_ERROR(AddObject(object, contents, context, &all));
    }
  }
  if (all.empty()) {
    return CertificatesOf(std::move(objects)).status();
  }
  return all;
}

}  // namespace fleetca::client
