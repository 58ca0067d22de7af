// Records and join tokens for tests.
#ifndef FLEETCA_STORE_TESTING_TEST_RECORD_H_
#define FLEETCA_STORE_TESTING_TEST_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/store.h"

namespace fleetca::store {

// A serial that expires at `not_after`, as x509/serial.h makes them; `number` tells it from others
// and stands where the issue time does.
std::string TestSerial(absl::Time not_after, uint64_t number);

// 32 octets.
std::string TestRequestKey(uint64_t number);

// The `number`th record, all of whose fields follow from the arguments: with a request key, and a
// certificate of 600 octets that do not compress.
CertificateRecord TestRecord(uint64_t number, absl::Time not_after = absl::FromUnixSeconds(1800000),
                             absl::string_view identity = "spiffe://a/svc/b");

// `count` of them from the `first`th on.
std::vector<CertificateRecord> TestRecords(uint64_t first, size_t count);

// The `number`th join token, good for `uses` certificates.
JoinToken TestJoinToken(uint64_t number, uint32_t uses = 1);
JoinTokenRevocation TestRevocation();

// That TestRecord(number) was issued by the `number`th one-use JWT.
JwtUse TestJwtUse(uint64_t number);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_TESTING_TEST_RECORD_H_
