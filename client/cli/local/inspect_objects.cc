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

// What was found in a file, and the first of what cannot be read, which spoils nothing else.
struct All {
  std::vector<Inspected> objects;
  size_t readable = 0;
  absl::Status unreadable;
};

void Add(ObjectKind kind, absl::StatusOr<Inspected> inspected, All* all) {
  if (inspected.ok()) {
    all->objects.push_back(*std::move(inspected));
    ++all->readable;
    return;
  }
  all->unreadable.Update(inspected.status());
  const std::string message(inspected.status().message());
  all->objects.push_back(
      {absl::StrCat("Unreadable\n", TextLine("What", KindName(kind)), TextLine("Why", message)),
       {{"type", "unreadable"}, {"kind", std::string(KindName(kind))}, {"problem", message}},
       ""});
}

void AddCertificates(const std::vector<std::string>& ders, const InspectContext& context,
                     All* all) {
  for (const std::string& der : ders) {
    Add(ObjectKind::kCertificate, InspectCertificate(der, context), all);
  }
}

// Of PKCS#12, whose passphrase may be refused, the error is the answer.
absl::Status AddPkcs12(absl::string_view der, const InspectContext& context, All* all) {
  FLEETCA_ASSIGN_OR_RETURN(const Pkcs12 pkcs12, ReadPkcs12(der, context.ask));
  FLEETCA_ASSIGN_OR_RETURN(Inspected inspected, InspectPkcs12(pkcs12));
  Add(ObjectKind::kPkcs12, std::move(inspected), all);
  for (const Pkcs12Certificate& certificate : pkcs12.certificates) {
    Add(ObjectKind::kCertificate, InspectCertificate(certificate.der, context), all);
  }
  return absl::OkStatus();
}

// `contents` are those that `object` was found in.
absl::Status AddObject(const FoundObject& object, absl::string_view contents,
                       const InspectContext& context, All* all) {
  switch (object.kind) {
    case ObjectKind::kCertificate:
      Add(object.kind, InspectCertificate(object.der, context), all);
      break;
    case ObjectKind::kCsr:
      Add(object.kind, InspectCsr(object.der), all);
      break;
    case ObjectKind::kCrl:
      Add(object.kind, InspectCrl(object.der, context), all);
      break;
    case ObjectKind::kPublicKey:
      Add(object.kind, InspectPublicKey(object.der), all);
      break;
    case ObjectKind::kPrivateKey:
      Add(object.kind, InspectPrivateKey(contents, context), all);
      break;
    case ObjectKind::kPkcs7:
      if (const auto ders = Pkcs7Certificates(object.der); ders.ok()) {
        AddCertificates(*ders, context, all);
      } else {
        Add(object.kind, ders.status(), all);
      }
      break;
    case ObjectKind::kPkcs12:
      return AddPkcs12(object.der, context, all);
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
  All all;
  bool has_key = false;
  for (const FoundObject& object : objects) {
    // The reader of keys takes the one of the file, and says so where there are more.
    if (object.kind != ObjectKind::kPrivateKey || !std::exchange(has_key, true)) {
      FLEETCA_RETURN_IF_ERROR(AddObject(object, contents, context, &all));
    }
  }
  if (all.objects.empty()) {
    return CertificatesOf(std::move(objects)).status();
  }
  if (all.readable == 0) {
    return all.unreadable;
  }
  return std::move(all.objects);
}

}  // namespace fleetca::client
