#include "service/revocation/testing/revoking_ca.h"

#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/time_rounding.h"
#include "service/revocation/crl_shard.h"
#include "service/revocation/ocsp_delegate_issuance.h"
#include "signer/local_signer.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

constexpr uint16_t kInstance = 7;

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << std::endl;
    std::abort();
  }
  return *std::move(value);
}

std::unique_ptr<signer::Signer> SignerOf(const x509::TestCa& ca) {
  EVP_PKEY_up_ref(ca.key.get());
  return ValueOrDie(signer::CreateLocalSigner(EvpPkeyPtr(ca.key.get())));
}

}  // namespace

void BreakableSigner::SignBatch(absl::Span<Prepared> messages,
                                absl::Span<absl::StatusOr<signer::SignedMessage>> results) const {
  if (broken) {
    for (absl::StatusOr<signer::SignedMessage>& result : results) {
      result = Internal(Reason::kSigningFailed, "The signer is broken");
    }
    return;
  }
  signatures += static_cast<int>(messages.size());
  batches += messages.empty() ? 0 : 1;
  real_->SignBatch(messages, results);
}

RevokingCa::RevokingCa(uint16_t shard_count)
    : shards(shard_count),
      root(x509::MakeTestRoot(KeyType::kP256)),
      ca(x509::MakeTestIssuingCa(root, KeyType::kP256)),
      certificate(ValueOrDie(x509::ParseCertificate(ca.certificate))),
      signer(SignerOf(ca)) {}

store::CertificateRecord RevokingCa::Record(absl::Duration lifetime) const {
  const absl::Time now = FloorToSecond(clock.Now());
  store::CertificateRecord record;
  record.serial =
      std::string(ValueOrDie(x509::SerialNumber::Create(now + lifetime, kInstance, now)).bytes());
  record.certificate = "certificate";
  record.identity = "spiffe://fleet.example/svc/web";
  record.requester = record.identity;
  record.profile = "service";
  record.issued_at = now;
  record.not_before = now;
  record.not_after = now + lifetime;
  record.issuer = ca.key_id;
  record.crl_shard = CrlShardOf(record.serial, shards);
  record.spki_sha256 = std::string(store::kSpkiHashSize, 'k');
  return record;
}

store::Revocation RevokingCa::RevocationOf(const store::CertificateRecord& record,
                                           store::RevocationReason reason) const {
  return {.serial = record.serial,
          .issuer = record.issuer,
          .crl_shard = record.crl_shard,
          .not_after = record.not_after,
          .revoked_at = FloorToSecond(clock.Now()),
          .reason = reason,
          .revoked_by = "spiffe://fleet.example/operator/admin",
          .spki_sha256 = record.spki_sha256};
}

std::string RevokingCa::Issue(absl::Duration lifetime) {
  const store::CertificateRecord record = Record(lifetime);
  store::Commit commit;
  commit.certificates = absl::MakeConstSpan(&record, 1);
  ValueOrDie(store.Write(commit));
  return record.serial;
}

void RevokingCa::Revoke(absl::string_view serial, store::RevocationReason reason) {
  const store::Revocation revocation = RevocationOf(ValueOrDie(store.GetBySerial(serial)), reason);
  store::Commit commit;
  commit.revocations = absl::MakeConstSpan(&revocation, 1);
  ValueOrDie(store.Write(commit));
}

void RevokingCa::IssueRevoked(int count, absl::Duration lifetime) {
  while (count > 0) {
    std::vector<store::CertificateRecord> records;
    std::vector<store::Revocation> revocations;
    for (int i = 0; i < std::min(count, 1000); ++i) {
      records.push_back(Record(lifetime));
      revocations.push_back(RevocationOf(records.back(), store::RevocationReason::kSuperseded));
    }
    count -= static_cast<int>(records.size());
    store::Commit issued;
    issued.certificates = records;
    ValueOrDie(store.Write(issued));
    store::Commit revoked;
    revoked.revocations = revocations;
    ValueOrDie(store.Write(revoked));
  }
}

void RevokingCa::Advance(absl::Duration time) {
  clock.Advance(time);
  if (const absl::Status noted = store.NoteTime(clock.Now()); !noted.ok()) {
    std::cerr << noted << std::endl;
    std::abort();
  }
}

CrlIssuer RevokingCa::issuer() const {
  return {.subject = ca.subject, .key_id = ca.key_id, .signer = &signer};
}

OcspDelegation::Issue RevokingCa::delegate_issue() {
  return [this](absl::string_view public_key, absl::Time now) {
    return IssueOcspDelegate(
        certificate, signer,
        {.public_key = public_key, .now = now, .lifetime = absl::Hours(24 * 7)}, store);
  };
}

}  // namespace fleetca::service
