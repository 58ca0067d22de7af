#include "service/server/own_issuance.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/errors.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "service/authority/own_request.h"
#include "service/caller/caller.h"
#include "service/issuance/issuance.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

class OwnIssuance : public Issuance {
 public:
  void Answer(absl::StatusOr<IssuedCertificate> outcome) override {
    outcome_ = std::move(outcome);
    answered_.Notify();
  }
  absl::StatusOr<IssuedCertificate> Wait() {
    answered_.WaitForNotification();
    return std::move(outcome_);
  }

 private:
  absl::Notification answered_;
  absl::StatusOr<IssuedCertificate> outcome_ = absl::UnknownError("not answered");
};

}  // namespace

absl::StatusOr<OwnIssued> IssueLike(const x509::Certificate& old, absl::string_view profile,
                                    RunningCa& ca, absl::Span<const x509::GeneralName> more) {
  const std::string identity(old.SpiffeId());
  if (identity.empty()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "the certificate has no SPIFFE ID, by which the policy could grant "
                              "another one like it");
  }
  x509::GeneralNames names = old.names;
  std::copy_if(more.begin(), more.end(), std::back_inserter(names),
               [&](const x509::GeneralName& name) {
                 return std::find(old.names.begin(), old.names.end(), name) == old.names.end();
               });
  FLEETCA_ASSIGN_OR_RETURN(OwnRequest request, MakeOwnRequest(names));
  OwnIssuance issuance;
  issuance.caller = std::make_shared<const Caller>(OwnCaller{identity});
  issuance.request.csr_der = request.csr_der;
  issuance.request.profile = profile;
  issuance.request.identity = identity;
  Issuance* const batch[] = {&issuance};
  ca.issuer().IssueBatch(batch);
  FLEETCA_ASSIGN_OR_RETURN(const IssuedCertificate issued, issuance.Wait());

  std::string chain = x509::EncodePem(x509::kPemCertificate, issued.certificate);
  for (const std::string& der : ca.chain()) {
    absl::StrAppend(&chain, x509::EncodePem(x509::kPemCertificate, der));
  }
  return OwnIssued{
      {SecretBytes(chain), std::move(request.private_key)}, issued.serial_number, issued.not_after};
}

bool IsIssuedBy(const RunningCa& ca, const x509::Certificate& certificate) {
  return std::any_of(ca.issuing_cas().begin(), ca.issuing_cas().end(), [&](const std::string& der) {
    const absl::StatusOr<x509::Certificate> issuer = x509::ParseCertificate(der);
    return issuer.ok() && x509::VerifySignedBy(certificate, *issuer).ok();
  });
}

KeyIs CompareKey(const SecretBytes& text, const x509::Certificate& certificate) {
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(text.view(), SecretBytes());
  if (!key.ok()) {
    return KeyIs::kNoKey;
  }
  const absl::StatusOr<std::string> public_key = EncodePublicKey(key->get());
  return public_key.ok() && *public_key == certificate.public_key.spki ? KeyIs::kItsOwn
                                                                       : KeyIs::kAnothers;
}

}  // namespace fleetca::service
