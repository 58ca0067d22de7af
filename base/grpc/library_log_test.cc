#include "base/grpc/library_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class LibraryLogTest : public ::testing::Test {
 protected:
  LibraryLogTest() {
    RouteLibraryLog();
    gpr_set_log_verbosity(GPR_LOG_SEVERITY_DEBUG);  // what is held back is held back by us
  }

  // What `write` leaves on standard error.
  template <typename Write>
  static std::string Written(Write write) {
    ::testing::internal::CaptureStderr();
    write();
    return ::testing::internal::GetCapturedStderr();
  }
  static int Lines(const std::string& text) {
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }
};

// The limits below are by the second, so at most two of them pass while a test writes.
constexpr int kLinesOfTwoSeconds = 10;

TEST_F(LibraryLogTest, AnErrorOfEitherLibraryIsAWarningInOurForm) {
  EXPECT_THAT(
      Written([] { gpr_log(GPR_ERROR, "a handshake failed"); }),
      AllOf(HasSubstr("gRPC"), HasSubstr("a handshake failed"), HasSubstr("lines_suppressed")));
  EXPECT_THAT(Written([] { GOOGLE_LOG(ERROR) << "not UTF-8"; }),
              AllOf(HasSubstr("Protobuf"), HasSubstr("not UTF-8"), HasSubstr("lines_suppressed")));
}

TEST_F(LibraryLogTest, WhatIsLessThanAnErrorIsNotWritten) {
  EXPECT_EQ(Written([] {
              gpr_log(GPR_INFO, "a connection came");
              GOOGLE_LOG(WARNING) << "a warning";
              GOOGLE_LOG(INFO) << "a word";
            }),
            "");
}

TEST_F(LibraryLogTest, AFloodIsHeldBack) {
  const std::string grpc = Written([] {
    for (int i = 0; i < 1000; ++i) {
      gpr_log(GPR_ERROR, "a handshake failed");
    }
  });
  EXPECT_GE(Lines(grpc), 1);
  EXPECT_LE(Lines(grpc), kLinesOfTwoSeconds) << grpc;
  const std::string protobuf = Written([] {
    for (int i = 0; i < 1000; ++i) {
      GOOGLE_LOG(ERROR) << "not UTF-8";
    }
  });
  EXPECT_GE(Lines(protobuf), 1);
  EXPECT_LE(Lines(protobuf), kLinesOfTwoSeconds) << protobuf;
}

TEST_F(LibraryLogTest, APeersTextForgesNoLine) {
  const std::string written = Written([] {
    // One of the two may be held back, by the flood of the test before.
    gpr_log(GPR_ERROR, "one\nERROR two");
    GOOGLE_LOG(ERROR) << "one\nERROR two";
  });
  EXPECT_LE(Lines(written), 2) << written;
  EXPECT_EQ(written.find("\nERROR two"), std::string::npos) << written;
}

}  // namespace
}  // namespace fleetca
