#include "client/agent/sockets/sds_secrets.h"

#include <memory>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "client/agent/sockets/workload_messages.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls_spiffe_validator_config.pb.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

namespace tls = envoy::extensions::transport_sockets::tls::v3;

constexpr char kDefault[] = "default";
constexpr char kRootCa[] = "ROOTCA";
constexpr char kAll[] = "ALL";
constexpr char kValidator[] = "envoy.tls.cert_validator.spiffe";
constexpr char kValidatorType[] =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig";

std::string ToPem(absl::string_view label, absl::Span<const std::string> ders) {
  std::string pem;
  for (const std::string& der : ders) {
    absl::StrAppend(&pem, x509::EncodePem(label, der));
  }
  return pem;
}

absl::StatusOr<SharedOctets> MakeCertificate(const Credential& credential) {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key,
                           DecodePrivateKey(credential.private_key_pem.view(), SecretBytes()));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes pem, EncodePrivateKey(key.get()));
  tls::Secret secret;
  tls::TlsCertificate& certificate = *secret.mutable_tls_certificate();
  certificate.mutable_certificate_chain()->set_inline_bytes(
      absl::StrCat(x509::EncodePem(x509::kPemCertificate, credential.certificate_der),
                   ToPem(x509::kPemCertificate, credential.chain_der)));
  std::string& key_field = *certificate.mutable_private_key()->mutable_inline_bytes();
  const absl::Cleanup wipe = [&key_field] { WipeString(key_field); };
  key_field.assign(pem.view().data(), pem.size());
  return ToOctets(secret);
}

// Roots and CRLs stand together: Envoy refuses CRLs by themselves.
SharedOctets MakeTrust(const HeldIdentity& held) {
  tls::Secret secret;
  tls::CertificateValidationContext& context = *secret.mutable_validation_context();
  context.mutable_trusted_ca()->set_inline_bytes(ToPem(x509::kPemCertificate, RootsOf(held)));
  if (!held.crls.empty()) {
    std::string& pem = *context.mutable_crl()->mutable_inline_bytes();
    for (const std::shared_ptr<const std::string>& crl : held.crls) {
      absl::StrAppend(&pem, x509::EncodePem(x509::kPemCrl, *crl));
    }
    // Else Envoy wants a CRL of the root too, and refuses everybody where there is none.
    context.set_only_verify_leaf_cert_crl(true);
  }
  return ToOctets(secret);
}

SharedOctets MakeAllTrust(const HeldIdentity& held) {
  tls::SPIFFECertValidatorConfig validator;
  auto& domain = *validator.add_trust_domains();
  domain.set_name(held.trust_domain);
  domain.mutable_trust_bundle()->set_inline_bytes(ToPem(x509::kPemCertificate, RootsOf(held)));
  tls::Secret secret;
  auto& config = *secret.mutable_validation_context()->mutable_custom_validator_config();
  config.set_name(kValidator);
  config.mutable_typed_config()->set_type_url(kValidatorType);
  config.mutable_typed_config()->set_value(validator.SerializeAsString());
  return ToOctets(secret);
}

}  // namespace

absl::StatusOr<SdsSecrets> SdsSecrets::Make(const HeldIdentity& held) {
  SdsSecrets made;
  made.spiffe_id_ = held.spiffe_id;
  made.trust_domain_id_ = absl::StrCat("spiffe://", held.trust_domain);
  if (held.credential != nullptr) {
    FLEETCA_ASSIGN_OR_RETURN(made.certificate_, MakeCertificate(*held.credential));
  }
  if (!RootsOf(held).empty()) {
    made.trust_ = MakeTrust(held);
    made.all_trust_ = MakeAllTrust(held);
  }
  return made;
}

bool SdsSecrets::Knows(absl::string_view name) const {
  return name == kDefault || name == kRootCa || name == kAll ||
         (!name.empty() && (name == spiffe_id_ || name == trust_domain_id_));
}

SharedOctets SdsSecrets::Find(absl::string_view name) const {
  if (!Knows(name)) {
    return nullptr;
  }
  if (name == kAll) {
    return all_trust_;
  }
  return name == kRootCa || name == trust_domain_id_ ? trust_ : certificate_;
}

SecretBytes NamedSecret(absl::string_view name, const SharedOctets& octets) {
  // Fields that follow one another are one message.
  tls::Secret secret;
  secret.set_name(std::string(name));
  std::string whole = secret.SerializeAsString();
  const absl::Cleanup wipe = [&whole] { WipeString(whole); };
  whole.reserve(whole.size() + octets->size());
  absl::StrAppend(&whole, octets->view());
  return SecretBytes(whole);
}

}  // namespace fleetca::client
