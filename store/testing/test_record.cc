#include "store/testing/test_record.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "store/records/keys.h"

namespace fleetca::store {
namespace {

constexpr size_t kKeySize = 32;
constexpr size_t kCertificateSize = 600;
constexpr size_t kTestSerialSize = 20;

std::string RandomText(uint64_t seed, size_t size) {
  std::mt19937_64 engine(seed);
  std::string text;
  while (text.size() < size) {
    AppendBigEndian(engine(), sizeof(uint64_t), text);
  }
  text.resize(size);
  return text;
}

}  // namespace

std::string TestSerial(absl::Time not_after, uint64_t number) {
  std::string serial = ExpiryLowerBound(not_after);
  AppendBigEndian(0xf1ee, 2, serial);
  AppendBigEndian(number, 5, serial);
  return serial + RandomText(number, kTestSerialSize - serial.size());
}

std::string TestRequestKey(uint64_t number) { return RandomText(~number, kKeySize); }

CertificateRecord TestRecord(uint64_t number, absl::Time not_after, absl::string_view identity) {
  CertificateRecord record;
  record.serial = TestSerial(not_after, number);
  record.certificate = RandomText(number, kCertificateSize);
  record.identity = std::string(identity);
  record.requester = absl::StrCat("spiffe://a/host/h", number);
  record.profile = "workload";
  record.request_key = TestRequestKey(number);
  record.request_digest = RandomText(number + 1, kKeySize);
  record.issued_at = absl::FromUnixMillis(1700000000123 + static_cast<int64_t>(number));
  record.not_before = absl::FromUnixSeconds(1699999940);
  record.not_after = not_after;
  return record;
}

std::vector<CertificateRecord> TestRecords(uint64_t first, size_t count) {
  std::vector<CertificateRecord> records;
  records.reserve(count);
  for (uint64_t number = first; number < first + count; ++number) {
    records.push_back(TestRecord(number));
  }
  return records;
}

JoinToken TestJoinToken(uint64_t number, uint32_t uses) {
  JoinToken token;
  token.hash = RandomText(number + (uint64_t{1} << 32), kJoinTokenHashSize);
  token.identity = absl::StrCat("spiffe://a/boot/h", number);
  token.profile = "node";
  token.creator = "spiffe://a/svc/provisioner";
  token.created_at = absl::FromUnixSeconds(1700000000);
  token.expires_at = token.created_at + absl::Seconds(number);
  token.uses = uses;
  return token;
}

JoinTokenRevocation TestRevocation() {
  return {absl::FromUnixSeconds(1700000500), "spiffe://a/svc/provisioner"};
}

JwtUse TestJwtUse(uint64_t number) {
  return {RandomText(number + (uint64_t{1} << 33), kJwtIdHashSize),
          absl::FromUnixSeconds(1700000000 + static_cast<int64_t>(number)),
          TestRecord(number).serial};
}

}  // namespace fleetca::store
