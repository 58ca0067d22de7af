#include "service/authority/new_ca.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "service/authority/root_crl.h"
#include "signer/local_signer.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/lint/lint.h"
#include "x509/name.h"
#include "x509/public_key.h"
#include "x509/serial.h"
#include "x509/tbs.h"

namespace fleetca::service {
namespace {

// For clocks that are behind, as Profile's backdate.
constexpr absl::Duration kBackdate = absl::Minutes(1);
constexpr size_t kPassphraseBytes = 32;
constexpr size_t kKeyIdDigits = 8;
// ub-organization-name of RFC 5280, appendix A.1.
constexpr size_t kMaxOrganization = 64;
// Part of a serial number; the instances of stores are drawn at random, and 0 stands for this
// place.
constexpr uint16_t kNoInstance = 0;

absl::StatusOr<SecretBytes> RandomPassphrase() {
  std::string random(kPassphraseBytes, '\0');
  if (RAND_priv_bytes(AsUnsigned(random.data()), static_cast<int>(random.size())) != 1) {
    return OpenSslError(Reason::kInternal, "No random bytes for a passphrase");
  }
  std::string text = absl::WebSafeBase64Escape(random);
  SecretBytes passphrase(text);
  WipeString(text);
  WipeString(random);
  return passphrase;
}

// All that makes one certificate. The lint's policy states again what the template was told.
struct Certification {
  x509::TbsTemplateOptions options;
  x509::LintPolicy policy;
  x509::CertSpec spec;
};

absl::StatusOr<std::string> Sign(const signer::Signer& signer, Certification certification) {
  certification.options.signature_scheme = signer.scheme();
  certification.policy.signature_scheme = signer.scheme();
  FLEETCA_ASSIGN_OR_RETURN(const auto tbs_template,
                           x509::TbsTemplate::Create(std::move(certification.options)));
  const x509::CertSpec& spec = certification.spec;
  FLEETCA_ASSIGN_OR_RETURN(Prepared prepared,
                           x509::LintTbs(tbs_template->Build(spec), certification.policy,
                                         {spec.serial.bytes(), spec.subject_public_key_info}));
  absl::StatusOr<signer::SignedMessage> result = absl::InternalError("not signed");
  signer.SignBatch(absl::MakeSpan(&prepared, 1), absl::MakeSpan(&result, 1));
  FLEETCA_RETURN_IF_ERROR(result.status());
  return x509::AssembleCertificate(result->message, signer.scheme(), result->signature);
}

// The parts of a specification that every certificate has. `key` is the key's element, and outlives
// the result.
absl::StatusOr<x509::CertSpec> MakeSpec(absl::string_view key, absl::Time not_after,
                                        absl::Time now) {
  x509::CertSpec spec;
  FLEETCA_ASSIGN_OR_RETURN(const x509::PublicKey parsed, x509::ParsePublicKey(key, "key"));
  spec.not_before = FloorToSecond(now - kBackdate);
  spec.not_after = not_after;
  spec.subject_public_key_info = parsed.spki;
  spec.key_bits = parsed.key_bits;
  FLEETCA_ASSIGN_OR_RETURN(spec.serial, x509::SerialNumber::Create(not_after, kNoInstance, now));
  return spec;
}

}  // namespace

absl::StatusOr<std::unique_ptr<NewCa>> NewCa::Create(const NewCaOptions& options,
                                                     const NewCa* issuer, absl::Time now) {
  auto made = absl::WrapUnique(new NewCa());
  FLEETCA_ASSIGN_OR_RETURN(made->passphrase_, RandomPassphrase());
  FLEETCA_ASSIGN_OR_RETURN(EvpPkeyPtr key, GeneratePrivateKey(options.key_type));
  FLEETCA_ASSIGN_OR_RETURN(made->private_key_,
                           EncodeEncryptedPrivateKey(key.get(), made->passphrase_));
  FLEETCA_ASSIGN_OR_RETURN(made->signer_, signer::CreateLocalSigner(std::move(key)));
  made->not_after_ = FloorToSecond(now + options.lifetime);
  if (issuer != nullptr) {
    made->not_after_ = std::min(made->not_after_, issuer->not_after_);
  }
  FLEETCA_ASSIGN_OR_RETURN(x509::CertSpec spec,
                           MakeSpec(made->signer_->public_key(), made->not_after_, now));
  made->key_id_ = x509::KeyIdentifier(spec.key_bits);
  made->subject_ =
      x509::BuildName(options.organization.substr(0, kMaxOrganization),
                      absl::StrCat(options.title, " ",
                                   absl::BytesToHexString(made->key_id_).substr(0, kKeyIdDigits)));
  spec.subject = made->subject_;

  const NewCa& above = issuer == nullptr ? *made : *issuer;
  Certification certification;
  certification.spec = std::move(spec);
  certification.options.issuer = above.subject_;
  certification.options.authority_key_id = above.key_id_;
  certification.options.key_usage = x509::kKeyCertSign | x509::kCrlSign;
  certification.options.is_ca = true;
  certification.options.path_length = options.path_length;
  certification.options.crl_url = options.crl_url;
  certification.policy.issuer = above.subject_;
  certification.policy.authority_key_id = above.key_id_;
  certification.policy.self_signed = issuer == nullptr;
  certification.policy.issuer_not_after = above.not_after_;
  certification.policy.max_validity = options.lifetime + kBackdate;
  certification.policy.is_ca = true;
  certification.policy.path_length = options.path_length;
  certification.policy.crl_url = options.crl_url;
  certification.policy.key_usage = x509::kKeyCertSign | x509::kCrlSign;
  certification.policy.names_required = false;
  FLEETCA_ASSIGN_OR_RETURN(made->certificate_, Sign(*above.signer_, std::move(certification)));
  return made;
}

absl::StatusOr<std::unique_ptr<NewCa>> NewCa::CreateRoot(const NewCaOptions& options,
                                                         absl::Time now) {
  return Create(options, nullptr, now);
}

absl::StatusOr<std::unique_ptr<NewCa>> NewCa::CreateBelow(const NewCaOptions& options,
                                                          absl::Time now) const {
  return Create(options, this, now);
}

absl::StatusOr<NewLeaf> NewCa::IssueLeaf(const LeafOptions& options, absl::Time now) const {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key, GeneratePrivateKey(KeyType::kP256));
  FLEETCA_ASSIGN_OR_RETURN(const std::string public_key, EncodePublicKey(key.get()));
  Certification certification;
  FLEETCA_ASSIGN_OR_RETURN(
      certification.spec,
      MakeSpec(public_key, std::min(FloorToSecond(now + options.lifetime), not_after_), now));
  certification.spec.names = options.names;
  certification.options.issuer = subject_;
  certification.options.authority_key_id = key_id_;
  certification.options.key_usage = x509::kDigitalSignature;
  certification.options.extended_key_usage = options.extended_key_usage;
  certification.policy.issuer = subject_;
  certification.policy.authority_key_id = key_id_;
  certification.policy.issuer_not_after = not_after_;
  certification.policy.max_validity = options.lifetime + kBackdate;
  certification.policy.key_usage = x509::kDigitalSignature;
  certification.policy.extended_key_usage = options.extended_key_usage;
  NewLeaf leaf;
  FLEETCA_ASSIGN_OR_RETURN(leaf.certificate, Sign(*signer_, std::move(certification)));
  FLEETCA_ASSIGN_OR_RETURN(leaf.private_key, EncodePrivateKey(key.get()));
  return leaf;
}

absl::StatusOr<std::string> NewCa::SignEmptyCrl(absl::Duration lifetime, absl::Time now) const {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate self, x509::ParseCertificate(certificate_));
  return SignRootCrl(self, *signer_,
                     {.number = NextRootCrlNumber(0, now),
                      .this_update = FloorToSecond(now),
                      .next_update = std::min(FloorToSecond(now + lifetime), not_after_)});
}

}  // namespace fleetca::service
