#include "base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <string>

#include "absl/strings/cord.h"

namespace fleetca {
namespace {

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
  EXPECT_EQ(Unauthenticated(Reason::kCallerUnknown, "m").code(),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ResourceExhausted(Reason::kQueueFull, "m").code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(DeadlineExceeded(Reason::kDeadlineExceeded, "m").code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Cancelled(Reason::kCancelled, "m").code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Unavailable(Reason::kDraining, "m").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Unimplemented(Reason::kServerUnreachable, "m").code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(DataLoss(Reason::kStoreCorrupt, "m").code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Internal(Reason::kInternal, "m").code(), absl::StatusCode::kInternal);
}

TEST(ErrorsTest, AConstructorWithAFieldKeepsIt) {
  const absl::Status statuses[] = {
      InvalidArgument(Reason::kSanInvalid, "csr.san", "m"),
      PermissionDenied(Reason::kNameReserved, "csr.san", "m"),
      NotFound(Reason::kNotFound, "csr.san", "m"),
      AlreadyExists(Reason::kRequestIdReused, "csr.san", "m"),
      DataLoss(Reason::kAnswerInvalid, "csr.san", "m"),
  };
  const absl::StatusCode codes[] = {
      absl::StatusCode::kInvalidArgument, absl::StatusCode::kPermissionDenied,
      absl::StatusCode::kNotFound, absl::StatusCode::kAlreadyExists, absl::StatusCode::kDataLoss};
  for (size_t i = 0; i < std::size(codes); ++i) {
    EXPECT_EQ(statuses[i].code(), codes[i]);
    EXPECT_EQ(GetField(statuses[i]), "csr.san") << statuses[i];
    EXPECT_EQ(statuses[i].message(), "m");
  }
}

TEST(ReasonCodesTest, EveryReasonComesWithCodesOfRefusals) {
  for (int i = 0; i < kReasonCount; ++i) {
    const Reason reason = static_cast<Reason>(i);
    EXPECT_FALSE(ReasonCodes(reason).empty()) << ReasonName(reason);
    std::set<absl::StatusCode> codes;
    for (const absl::StatusCode code : ReasonCodes(reason)) {
      EXPECT_NE(code, absl::StatusCode::kOk) << ReasonName(reason);
      EXPECT_TRUE(codes.insert(code).second) << ReasonName(reason) << " lists a code twice";
    }
  }
  EXPECT_THAT(
      ReasonCodes(Reason::kDraining),
      testing::ElementsAre(absl::StatusCode::kUnavailable, absl::StatusCode::kDeadlineExceeded));
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

TEST(ErrorsTest, TheRetryDelayIsExactAndTheLastOneCounts) {
  const absl::Status busy = Unavailable(Reason::kQueueFull, "m");
  for (const absl::Duration delay :
       {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Hours(1) - absl::Nanoseconds(1)}) {
    EXPECT_EQ(GetRetryDelay(WithRetryDelay(WithRetryDelay(busy, absl::Seconds(9)), delay)), delay);
  }
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
