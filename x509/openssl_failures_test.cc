// OpenSSL that fails for want of memory says nothing about a signature: neither yes nor no.
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "gtest/gtest.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/csr.h"
#include "x509/possession.h"
#include "x509/possession_lanes.h"
#include "x509/public_key.h"
#include "x509/signature_verifier.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::TestKey;

// Which of this thread's next allocations in OpenSSL fail, counted from 1: from `first` on, or that
// one alone. 0: none.
struct Failures {
  int first = 0;
  bool once = false;
  int allocations = 0;
};
thread_local Failures failures;

bool Fails() {
  if (failures.first == 0) {
    return false;
  }
  ++failures.allocations;
  return failures.once ? failures.allocations == failures.first
                       : failures.allocations >= failures.first;
}

void* Allocate(size_t size, const char*, int) { return Fails() ? nullptr : std::malloc(size); }
void* Reallocate(void* memory, size_t size, const char*, int) {
  return Fails() ? nullptr : std::realloc(memory, size);
}
void Free(void* memory, const char*, int) { std::free(memory); }

// Before OpenSSL allocates anything, as it takes no other functions later.
const bool kInstalled = CRYPTO_set_mem_functions(Allocate, Reallocate, Free) == 1;

// Calls `run` again and again, each time with the next allocation of OpenSSL failing, until none
// that it makes has failed. How many have.
template <typename Function>
int WithEachFailure(bool once, Function run) {
  for (int first = 1;; ++first) {
    failures = {.first = first, .once = once};
    run();
    const int allocations = std::exchange(failures, {}).allocations;
    if (allocations < first) {
      return first - 1;
    }
  }
}

struct Case {
  KeyType type;
  SignatureScheme scheme;
  // How many failures OpenSSL 3.0 itself takes for a wrong signature, without a word in its queue.
  int most_unseen = 0;
};

class OpenSslFailuresTest : public ::testing::TestWithParam<Case> {};

TEST_P(OpenSslFailuresTest, AreNoVerdict) {
  ASSERT_TRUE(kInstalled);
  const TestKey& key = TestKey::OfType(GetParam().type);
  const absl::StatusOr<PublicKey> parsed = ParsePublicKey(key.public_key(), "key");
  ASSERT_THAT(parsed, IsOk());
  const std::string signature = key.Sign(GetParam().scheme, "message");
  const auto verify = [&](absl::string_view message) {
    return VerifySignature(*parsed, GetParam().scheme, message, signature, "signature");
  };
  // What a thread keeps is made before.
  ASSERT_THAT(verify("message"), IsOk());
  for (const bool once : {true, false}) {
    const auto expect = [&](absl::string_view message, absl::StatusCode expected) {
      absl::Status status;
      int wrong = 0;
      const int failed = WithEachFailure(once, [&] {
        status = verify(message);
        failures.first = 0;
        wrong += status.code() != expected && !absl::IsInternal(status);
        EXPECT_EQ(ERR_peek_error(), 0u);
      });
      EXPECT_EQ(status.code(), expected);
      EXPECT_LE(wrong, expected == absl::StatusCode::kOk ? GetParam().most_unseen : 0);
      EXPECT_GT(failed, 0);
    };
    expect("message", absl::StatusCode::kOk);
    expect("another message", absl::StatusCode::kInvalidArgument);
  }
}

INSTANTIATE_TEST_SUITE_P(Schemes, OpenSslFailuresTest,
                         ::testing::Values(Case{KeyType::kP256, SignatureScheme::kEcdsaSha256},
                                           Case{KeyType::kP384, SignatureScheme::kEcdsaSha384},
                                           Case{KeyType::kRsa2048,
                                                SignatureScheme::kRsaPkcs1Sha256},
                                           Case{KeyType::kRsa2048, SignatureScheme::kRsaPssSha256},
                                           Case{KeyType::kEd25519, SignatureScheme::kEd25519, 1}));

// A check of what lanes found valid that fails for want of memory contradicts nobody: else whoever
// makes the CA run short of memory would have a switch of the lanes.
TEST(OpenSslFailuresOfChecksTest, DoNotSwitchLanesOff) {
  const std::string der = MakeCsr({.key = TestKey::OfType(KeyType::kP256).get()});
  const absl::StatusOr<Csr> csr = ParseCsr(der, CsrLimits());
  ASSERT_THAT(csr, IsOk());
  const std::vector<const Csr*> batch = {&*csr, &*csr};
  for (const bool once : {true, false}) {
    const int failed = WithEachFailure(once, [&] {
      const int first = std::exchange(failures.first, 0);
      const PossessionLanes lanes(
          [&](absl::Span<const p256::PublicSignature>, absl::Span<bool> valid) {
            valid[0] = valid[1] = true;
            failures.first = first;
          });
      std::vector<absl::Status> results(batch.size());
      lanes.VerifyBatch(batch, absl::MakeSpan(results));
      failures.first = 0;
      for (const absl::Status& result : results) {
        EXPECT_TRUE(result.ok() || absl::IsInternal(result)) << result;
      }
      EXPECT_EQ(lanes.statistics().path, PossessionPath::kLanes);
      EXPECT_EQ(lanes.statistics().disagreements, 0u);
    });
    EXPECT_GT(failed, 0);
  }
}

}  // namespace
}  // namespace fleetca::x509
