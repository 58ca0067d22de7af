#include "store/testing/test_revocation.h"

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

constexpr size_t kIssuerSize = 20;

std::string Padded(absl::string_view text, uint64_t number, size_t size) {
  std::string padded(text);
  AppendBigEndian(number, sizeof(number), padded);
  padded.resize(size, '.');
  return padded;
}

}  // namespace

std::string TestIssuer(uint64_t number) { return Padded("issuer", number, kIssuerSize); }

std::string TestSpkiHash(uint64_t number) { return Padded("key", number, kSpkiHashSize); }

CertificateRecord TestIssuedRecord(uint64_t number, uint16_t crl_shard, absl::Time not_after) {
  CertificateRecord record = TestRecord(number, not_after);
  record.issuer = TestIssuer();
  record.crl_shard = crl_shard;
  record.spki_sha256 = TestSpkiHash(number);
  return record;
}

std::vector<CertificateRecord> TestIssuedRecords(uint64_t first, size_t count) {
  std::vector<CertificateRecord> records;
  records.reserve(count);
  for (uint64_t number = first; number < first + count; ++number) {
    records.push_back(TestIssuedRecord(number));
  }
  return records;
}

Revocation RevocationOf(const CertificateRecord& record, RevocationReason reason) {
  Revocation revocation;
  revocation.serial = record.serial;
  revocation.issuer = record.issuer;
  revocation.crl_shard = record.crl_shard;
  revocation.not_after = record.not_after;
  revocation.revoked_at = absl::FromUnixSeconds(1700001000);
  revocation.reason = reason;
  revocation.revoked_by = "spiffe://a/svc/security";
  revocation.spki_sha256 = record.spki_sha256;
  return revocation;
}

std::vector<Revocation> RevocationsOf(const std::vector<CertificateRecord>& records) {
  std::vector<Revocation> revocations;
  revocations.reserve(records.size());
  for (const CertificateRecord& record : records) {
    revocations.push_back(RevocationOf(record));
  }
  return revocations;
}

Revocation WithSequence(Revocation revocation, uint64_t sequence) {
  revocation.sequence = sequence;
  return revocation;
}

Block TestBlock(BlockKind kind, absl::string_view value) {
  Block block;
  block.target = {kind, std::string(value)};
  block.blocked_at = absl::FromUnixSeconds(1700002000);
  block.blocked_by = "spiffe://a/svc/security";
  block.reason = "a copy of the key was used";
  return block;
}

Unblock TestUnblock(const BlockTarget& target) {
  Unblock unblock;
  unblock.target = target;
  unblock.unblocked_at = absl::FromUnixSeconds(1700003000);
  unblock.unblocked_by = "spiffe://a/user/ann";
  return unblock;
}

EarlyRenewal TestEarlyRenewal(uint64_t id) {
  EarlyRenewal renewal;
  renewal.id = id;
  renewal.profile = "service";
  renewal.issued_to = absl::FromUnixSeconds(1700004000);
  renewal.explanation_url = "https://a/why";
  renewal.ordered_at = absl::FromUnixSeconds(1700004000);
  renewal.ordered_by = "spiffe://a/user/ann";
  renewal.certificates = 100;
  renewal.first_turn = absl::FromUnixSeconds(1700005000);
  renewal.last_turn = absl::FromUnixSeconds(1700005100);
  renewal.ends_at = absl::FromUnixSeconds(1700009000);
  return renewal;
}

}  // namespace fleetca::store
