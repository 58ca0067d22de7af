#include "signer/testing/signer_contract.h"

#include <atomic>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "signer/testing/prepared_maker.h"
#include "tests/testing/test_key.h"

namespace fleetca::signer {
namespace {

std::string Message(int i) {
  return absl::StrCat("message ", i, " ", std::string(static_cast<size_t>(i) % 1000, 'x'));
}

void ExpectSigned(const Signer& signer, const absl::StatusOr<SignedMessage>& result,
                  const std::string& message) {
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->message, message);
  EXPECT_TRUE(Verifies(signer, message, result->signature)) << message.substr(0, 20);
}

}  // namespace

std::vector<Prepared> MakeTokens(int count) {
  std::vector<Prepared> tokens;
  for (int i = 0; i < count; ++i) {
    tokens.push_back(x509::PreparedMaker::Make(Message(i)));
  }
  return tokens;
}

std::vector<absl::StatusOr<SignedMessage>> SignAll(const Signer& signer,
                                                   std::vector<Prepared>& tokens) {
  std::vector<absl::StatusOr<SignedMessage>> results(tokens.size());
  signer.SignBatch(absl::MakeSpan(tokens), absl::MakeSpan(results));
  return results;
}

bool Verifies(const Signer& signer, absl::string_view message, absl::string_view signature) {
  const ScopedOpenSslErrorQueue queue;
  const unsigned char* cursor = AsUnsigned(signer.public_key());
  const EvpPkeyPtr key(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(signer.public_key().size())));
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // Belongs to `context`.
  if (key == nullptr || cursor != AsUnsigned(signer.public_key()) + signer.public_key().size() ||
      EVP_DigestVerifyInit(context.get(), &key_context, testing::HashOf(signer.scheme()), nullptr,
                           key.get()) != 1) {
    return false;
  }
  if (testing::IsPss(signer.scheme()) &&
      (EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), AsUnsigned(signature), signature.size(),
                          AsUnsigned(message), message.size()) == 1;
}

TEST_P(SignerContractTest, SaysItsScheme) { EXPECT_EQ(signer_->scheme(), GetParam().scheme); }

TEST_P(SignerContractTest, BatchesOfAllSizes) {
  for (const int size : {0, 1, 2, 300}) {
    std::vector<Prepared> tokens = MakeTokens(size);
    const std::vector<absl::StatusOr<SignedMessage>> results = SignAll(*signer_, tokens);
    for (int i = 0; i < size; ++i) {
      ExpectSigned(*signer_, results[i], Message(i));
      EXPECT_TRUE(tokens[i].spent());
    }
  }
}

TEST_P(SignerContractTest, SignsTheEmptyMessage) {
  std::vector<Prepared> tokens;
  tokens.push_back(x509::PreparedMaker::Make(""));
  ExpectSigned(*signer_, SignAll(*signer_, tokens)[0], "");
}

// So that the other tests' "verifies" means something.
TEST_P(SignerContractTest, ASignatureIsForItsMessageAlone) {
  std::vector<Prepared> tokens = MakeTokens(2);
  const std::vector<absl::StatusOr<SignedMessage>> results = SignAll(*signer_, tokens);
  EXPECT_FALSE(Verifies(*signer_, Message(1), results[0]->signature));
  std::string changed = results[0]->signature;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_FALSE(Verifies(*signer_, Message(0), changed));
}

TEST_P(SignerContractTest, ASpentTokenFailsAloneAtAnyPlace) {
  constexpr int kSize = 10;
  for (int bad = 0; bad < kSize; ++bad) {
    std::vector<Prepared> tokens = MakeTokens(kSize);
    tokens[bad].Spend();
    const std::vector<absl::StatusOr<SignedMessage>> results = SignAll(*signer_, tokens);
    for (int i = 0; i < kSize; ++i) {
      if (i == bad) {
        EXPECT_EQ(results[i].status().code(), absl::StatusCode::kInternal);
        EXPECT_EQ(GetReason(results[i].status()), Reason::kSigningFailed);
      } else {
        ExpectSigned(*signer_, results[i], Message(i));
      }
    }
  }
}

TEST_P(SignerContractTest, ATokenSignsOnce) {
  std::vector<Prepared> tokens = MakeTokens(1);
  EXPECT_TRUE(SignAll(*signer_, tokens)[0].ok());
  const absl::Status again = SignAll(*signer_, tokens)[0].status();
  EXPECT_EQ(again.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(GetReason(again), Reason::kSigningFailed);
}

TEST_P(SignerContractTest, AMovedTokenDoesNotSign) {
  std::vector<Prepared> tokens = MakeTokens(1);
  const Prepared thief = std::move(tokens[0]);
  EXPECT_EQ(GetReason(SignAll(*signer_, tokens)[0].status()), Reason::kSigningFailed);
}

TEST_P(SignerContractTest, OldErrorsOfTheThreadDoNoHarm) {
  ERR_raise(ERR_LIB_USER, ERR_R_MALLOC_FAILURE);
  std::vector<Prepared> tokens = MakeTokens(1);
  ExpectSigned(*signer_, SignAll(*signer_, tokens)[0], Message(0));
  ERR_clear_error();
}

TEST_P(SignerContractTest, LeavesNoErrorsBehind) {
  ERR_clear_error();
  std::vector<Prepared> tokens = MakeTokens(3);
  tokens[1].Spend();
  SignAll(*signer_, tokens);
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_P(SignerContractTest, ManyThreadsSignAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 10;
  constexpr int kBatch = 20;
  std::atomic<int> verified{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, &verified] {
      for (int round = 0; round < kRounds; ++round) {
        std::vector<Prepared> tokens = MakeTokens(kBatch);
        const std::vector<absl::StatusOr<SignedMessage>> results = SignAll(*signer_, tokens);
        for (int i = 0; i < kBatch; ++i) {
          verified += results[i].ok() && results[i]->message == Message(i) &&
                      Verifies(*signer_, Message(i), results[i]->signature);
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(verified, kThreads * kRounds * kBatch);
}

// A thread that outlives a signer, and signs with the next one, uses nothing of the first.
TEST_P(SignerContractTest, AThreadOutlivesItsSigners) {
  std::thread thread([] {
    for (int i = 0; i < 3; ++i) {
      const std::unique_ptr<Signer> signer = GetParam().create();
      std::vector<Prepared> tokens = MakeTokens(2);
      ExpectSigned(*signer, SignAll(*signer, tokens)[1], Message(1));
    }
  });
  thread.join();
}

TEST_P(SignerContractTest, ASignerOutlivesItsThreads) {
  for (int i = 0; i < 3; ++i) {
    std::thread thread([this] {
      std::vector<Prepared> tokens = MakeTokens(1);
      ExpectSigned(*signer_, SignAll(*signer_, tokens)[0], Message(0));
    });
    thread.join();
  }
  std::vector<Prepared> tokens = MakeTokens(1);
  ExpectSigned(*signer_, SignAll(*signer_, tokens)[0], Message(0));
}

}  // namespace fleetca::signer
