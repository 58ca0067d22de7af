// Revocations, blocks and early renewals for tests.
#ifndef FLEETCA_STORE_TESTING_TEST_REVOCATION_H_
#define FLEETCA_STORE_TESTING_TEST_REVOCATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "store/store.h"

namespace fleetca::store {

// The key id of an issuing CA, 20 octets.
std::string TestIssuer(uint64_t number = 1);
// 32 octets.
std::string TestSpkiHash(uint64_t number);

// TestRecord(number) as it is issued today: with an issuer, a CRL shard and a hash of its key.
CertificateRecord TestIssuedRecord(uint64_t number, uint16_t crl_shard = 3,
                                   absl::Time not_after = absl::FromUnixSeconds(1800000));
std::vector<CertificateRecord> TestIssuedRecords(uint64_t first, size_t count);

// That the certificate is revoked, as the commit says it: without a sequence.
Revocation RevocationOf(const CertificateRecord& record,
                        RevocationReason reason = RevocationReason::kSuperseded);
std::vector<Revocation> RevocationsOf(const std::vector<CertificateRecord>& records);

// The same as the store says it.
Revocation WithSequence(Revocation revocation, uint64_t sequence);

Block TestBlock(BlockKind kind, absl::string_view value);
Unblock TestUnblock(const BlockTarget& target);

EarlyRenewal TestEarlyRenewal(uint64_t id);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_TESTING_TEST_REVOCATION_H_
