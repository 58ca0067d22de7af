#include "base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/cord.h"

namespace fleetca {
namespace {

constexpr int kReasonCount = static_cast<int>(kLastReason) + 1;

TEST(ReasonNameTest, EveryReasonHasItsOwnUpperCaseName) {
  std::set<std::string> names;
  for (int i = 0; i < kReasonCount; ++i) {
    const std::string name(ReasonName(static_cast<Reason>(i)));
    EXPECT_THAT(name, testing::MatchesRegex("[A-Z][A-Z_]*[A-Z]")) << i;
    EXPECT_TRUE(names.insert(name).second) << name << " names two reasons";
  }
}

// These go over the wire: a change breaks callers.
TEST(ReasonNameTest, NamesAreStable) {
  EXPECT_EQ(ReasonName(Reason::kRequestEmpty), "REQUEST_EMPTY");
  EXPECT_EQ(ReasonName(Reason::kCsrMalformed), "CSR_MALFORMED");
  EXPECT_EQ(ReasonName(Reason::kSigningFailed), "SIGNING_FAILED");
  EXPECT_EQ(ReasonName(Reason::kInternal), "INTERNAL");
  EXPECT_EQ(ReasonName(Reason::kPassphraseInvalid), "PASSPHRASE_INVALID");
}

TEST(ParseReasonTest, KnowsEveryNameAndNoOther) {
  for (int i = 0; i < kReasonCount; ++i) {
    const Reason reason = static_cast<Reason>(i);
    EXPECT_EQ(ParseReason(ReasonName(reason)), reason);
  }
  EXPECT_EQ(ParseReason(""), std::nullopt);
  EXPECT_EQ(ParseReason("MOON_PHASE"), std::nullopt);
}

TEST(ErrorsTest, ReasonFieldCodeAndMessageComeBack) {
  for (int i = 0; i < kReasonCount; ++i) {
    const Reason reason = static_cast<Reason>(i);
    const absl::Status status = InvalidArgument(reason, "csr.subject", "The subject is odd");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), "The subject is odd");
    EXPECT_EQ(GetReason(status), reason);
    EXPECT_EQ(GetField(status), "csr.subject");
  }
}

TEST(ErrorsTest, EachConstructorHasItsCode) {
  EXPECT_EQ(PermissionDenied(Reason::kCallerNotAllowed, "m").code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(FailedPrecondition(Reason::kConfigInvalid, "m").code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Unavailable(Reason::kDraining, "m").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Internal(Reason::kInternal, "m").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(MakeError(absl::StatusCode::kDataLoss, Reason::kStoreCorrupt, "", "m").code(),
            absl::StatusCode::kDataLoss);
}

TEST(ErrorsTest, NoFieldIsEmpty) {
  EXPECT_EQ(GetField(Internal(Reason::kInternal, "m")), "");
  EXPECT_EQ(GetReason(Internal(Reason::kInternal, "m")), Reason::kInternal);
}

TEST(ErrorsTest, ForeignStatusHasNoReason) {
  EXPECT_EQ(GetReason(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(GetReason(absl::InternalError("m")), std::nullopt);
  EXPECT_EQ(GetField(absl::InternalError("m")), "");
  absl::Status garbled = absl::InternalError("m");
  garbled.SetPayload("fleetca/reason", absl::Cord("seven"));
  EXPECT_EQ(GetReason(garbled), std::nullopt);
}

TEST(ErrorsTest, TheRetryDelayComesBack) {
  const absl::Status busy = Unavailable(Reason::kQueueFull, "m");
  EXPECT_EQ(GetRetryDelay(busy), std::nullopt);
  const absl::Status later = WithRetryDelay(busy, absl::Milliseconds(1500));
  EXPECT_EQ(GetRetryDelay(later), absl::Milliseconds(1500));
  EXPECT_EQ(GetRetryDelay(Annotate(later, "Item 7")), absl::Milliseconds(1500));
  EXPECT_EQ(GetReason(later), Reason::kQueueFull);
}

TEST(AnnotateTest, KeepsAllButTheMessage) {
  const absl::Status status =
      Annotate(InvalidArgument(Reason::kSanInvalid, "csr.san", "It is empty"), "Item 7");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "Item 7: It is empty");
  EXPECT_EQ(GetReason(status), Reason::kSanInvalid);
  EXPECT_EQ(GetField(status), "csr.san");
}

TEST(AnnotateTest, OkStaysOk) { EXPECT_TRUE(Annotate(absl::OkStatus(), "Item 7").ok()); }

}  // namespace
}  // namespace fleetca
