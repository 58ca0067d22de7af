#include "client/testing/fake_ca.h"

#include <cstdlib>
#include <iostream>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/private_key.h"
#include "base/time_rounding.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/pem.h"
#include "x509/public_key.h"
#include "x509/tbs.h"

namespace fleetca::client::testing {
namespace {

constexpr absl::Duration kCaLife = absl::Hours(24 * 30);

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << std::endl;
    std::abort();
  }
  return *std::move(value);
}

std::string SignEcdsa(EVP_PKEY* key, absl::string_view bytes) {
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  size_t size = 256;
  std::string signature(size, '\0');
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), AsUnsigned(signature.data()), &size, AsUnsigned(bytes),
                     bytes.size()) != 1) {
    std::cerr << DrainOpenSslErrors() << std::endl;
    std::abort();
  }
  signature.resize(size);
  return signature;
}

std::string KeyBits(absl::string_view spki) {
  return std::string(ValueOrDie(x509::ParsePublicKey(spki, "key")).key_bits);
}

// What one certificate says, and who signs it.
struct Plan {
  EVP_PKEY* issuer_key = nullptr;
  std::string issuer_spki;
  std::string issuer_name;
  std::string subject;
  bool is_ca = false;
  std::optional<x509::NameConstraints> name_constraints;
};

FakeCertificate Make(const Plan& plan, const FakeOrder& order) {
  x509::TbsTemplateOptions options;
  options.issuer = plan.issuer_name;
  options.authority_key_id = x509::KeyIdentifier(KeyBits(plan.issuer_spki));
  options.is_ca = plan.is_ca;
  options.name_constraints = plan.name_constraints;
  if (plan.is_ca) {
    options.key_usage = x509::kKeyCertSign | x509::kCrlSign;
  } else {
    options.extended_key_usage = {std::string(x509::oid::kServerAuth),
                                  std::string(x509::oid::kClientAuth)};
  }
  FakeCertificate made;
  made.not_before = FloorToSecond(order.not_before);
  made.not_after = FloorToSecond(order.not_after);
  made.serial = ValueOrDie(x509::SerialNumber::Create(made.not_after, 1, order.issued_at));
  const std::string key_bits = KeyBits(order.spki);
  x509::CertSpec spec;
  spec.serial = made.serial;
  spec.not_before = made.not_before;
  spec.not_after = made.not_after;
  spec.subject = plan.subject;
  spec.subject_public_key_info = order.spki;
  spec.key_bits = key_bits;
  for (const x509::RequestedName& name : order.names) {
    spec.names.push_back({name.type, name.value});
  }
  const std::string tbs = ValueOrDie(x509::TbsTemplate::Create(options))->Build(spec);
  made.der = x509::AssembleCertificate(tbs, SignatureScheme::kEcdsaSha256,
                                       SignEcdsa(plan.issuer_key, tbs));
  return made;
}

const std::string& RootName() {
  static const auto& name = *new std::string(x509::BuildName("fleet.example", "Test root"));
  return name;
}

const std::string& IssuingName() {
  static const auto& name = *new std::string(x509::BuildName("Fleet", "Test issuing CA"));
  return name;
}

}  // namespace

FakeCa::FakeCa()
    : root_key_(ValueOrDie(GeneratePrivateKey(KeyType::kP256))),
      issuing_key_(ValueOrDie(GeneratePrivateKey(KeyType::kP256))) {
  const std::string root_spki = ValueOrDie(EncodePublicKey(root_key_.get()));
  Plan plan{root_key_.get(), root_spki, RootName(), RootName(), true};
  FakeOrder order;
  order.spki = root_spki;
  order.not_after = absl::Now() + kCaLife;
  root_der_ = Make(plan, order).der;
  plan.subject = IssuingName();
  order.spki = ValueOrDie(EncodePublicKey(issuing_key_.get()));
  issuing_der_ = Make(plan, order).der;
}

std::string FakeCa::root_pem() const { return x509::EncodePem(x509::kPemCertificate, root_der_); }

FakeCertificate FakeCa::Issue(const FakeOrder& order) const {
  const Plan plan{issuing_key_.get(), ValueOrDie(EncodePublicKey(issuing_key_.get())),
                  IssuingName(), x509::BuildName("", ""), false};
  return Make(plan, order);
}

FakeCa::TlsPair FakeCa::IssueTls(FakeOrder order, KeyType type) const {
  const EvpPkeyPtr key = ValueOrDie(GeneratePrivateKey(type));
  order.spki = ValueOrDie(EncodePublicKey(key.get()));
  TlsPair pair;
  pair.chain_pem = absl::StrCat(x509::EncodePem(x509::kPemCertificate, Issue(order).der),
                                x509::EncodePem(x509::kPemCertificate, issuing_der_));
  pair.key_pem = std::string(ValueOrDie(EncodePrivateKey(key.get())).view());
  return pair;
}

FakeCa::TlsPair FakeCa::IssueTlsBelow(const x509::NameConstraints& constraints,
                                      FakeOrder order) const {
  const EvpPkeyPtr ca_key = ValueOrDie(GeneratePrivateKey(KeyType::kP256));
  const std::string ca_name = x509::BuildName("Fleet", "Test subordinate CA");
  FakeOrder ca;
  ca.spki = ValueOrDie(EncodePublicKey(ca_key.get()));
  const Plan ca_plan{.issuer_key = issuing_key_.get(),
                     .issuer_spki = ValueOrDie(EncodePublicKey(issuing_key_.get())),
                     .issuer_name = IssuingName(),
                     .subject = ca_name,
                     .is_ca = true,
                     .name_constraints = constraints};
  const EvpPkeyPtr key = ValueOrDie(GeneratePrivateKey(KeyType::kP256));
  order.spki = ValueOrDie(EncodePublicKey(key.get()));
  const Plan plan{ca_key.get(), ca.spki, ca_name, x509::BuildName("", ""), false};
  TlsPair pair;
  for (const std::string& der : {Make(plan, order).der, Make(ca_plan, ca).der, issuing_der_}) {
    pair.chain_pem += x509::EncodePem(x509::kPemCertificate, der);
  }
  pair.key_pem = std::string(ValueOrDie(EncodePrivateKey(key.get())).view());
  return pair;
}

}  // namespace fleetca::client::testing
