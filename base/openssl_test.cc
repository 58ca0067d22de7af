#include "base/openssl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fleetca {
namespace {

using testing::HasSubstr;
using testing::Not;

void LeaveAnError(int reason) { ERR_raise(ERR_LIB_USER, reason); }

TEST(DrainOpenSslErrorsTest, EmptyQueueIsEmptyText) {
  ERR_clear_error();
  EXPECT_EQ(DrainOpenSslErrors(), "");
}

TEST(DrainOpenSslErrorsTest, SaysAllAndEmptiesTheQueue) {
  ERR_clear_error();
  LeaveAnError(ERR_R_MALLOC_FAILURE);
  LeaveAnError(ERR_R_PASSED_NULL_PARAMETER);
  const std::string text = DrainOpenSslErrors();
  EXPECT_THAT(text, HasSubstr("malloc failure"));
  EXPECT_THAT(text, HasSubstr("; "));
  EXPECT_THAT(text, HasSubstr("passed a null parameter"));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(OpenSslErrorTest, PutsTheQueueInBracketsAndEmptiesIt) {
  ERR_clear_error();
  LeaveAnError(ERR_R_PASSED_NULL_PARAMETER);
  const absl::Status status = OpenSslError(Reason::kSigningFailed, "It failed");
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(GetReason(status), Reason::kSigningFailed);
  EXPECT_THAT(std::string(status.message()), testing::StartsWith("It failed [error:"));
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST(OpenSslErrorTest, NoBracketsWhenTheQueueIsEmpty) {
  ERR_clear_error();
  EXPECT_EQ(OpenSslError(Reason::kInternal, "It failed").message(), "It failed");
}

TEST(ScopedOpenSslErrorQueueTest, EmptiesTheQueueAtTheEnd) {
  {
    const ScopedOpenSslErrorQueue queue;
    LeaveAnError(ERR_R_PASSED_NULL_PARAMETER);
    EXPECT_NE(ERR_peek_error(), 0u);
  }
  EXPECT_EQ(ERR_peek_error(), 0u);
}

// The owners free what they own once: AddressSanitizer and LeakSanitizer check this test.
TEST(OwnersTest, FreeTheirObjects) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  const BignumPtr number(BN_new());
  const EvpMdPtr digest(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  const EvpPkeyPtr key(EVP_EC_gen("P-256"));
  const EvpPkeyCtxPtr key_context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  const X509AlgorPtr algorithm(X509_ALGOR_new());
  EXPECT_NE(bio, nullptr);
  EXPECT_NE(number, nullptr);
  EXPECT_NE(digest, nullptr);
  EXPECT_NE(context, nullptr);
  EXPECT_NE(key_context, nullptr);
  EXPECT_NE(algorithm, nullptr);
}

}  // namespace
}  // namespace fleetca
