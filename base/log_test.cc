#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fleetca::log {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr char kTime[] = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";

// What `write` puts on standard error.
template <typename Function>
std::string Capture(const Function& write) {
  testing::internal::CaptureStderr();
  write();
  return testing::internal::GetCapturedStderr();
}

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { Configure(Format::kText, Level::kInfo); }
};

TEST_F(LogTest, TextLine) {
  Configure(Format::kText, Level::kInfo);
  const std::string out = Capture([] {
    Warning("The issuer expires soon", {{"issuer", "fleet-ca"}, {"hours", 12}, {"note", "a b"}});
  });
  EXPECT_THAT(out,
              MatchesRegex(absl::StrCat(kTime,
                                        " warning The issuer expires soon issuer=fleet-ca hours=12 "
                                        "note=\"a b\"\n")));
}

TEST_F(LogTest, JsonLine) {
  Configure(Format::kJson, Level::kInfo);
  const std::string out = Capture([] { Error("It failed", {{"path", "/a \"b\""}, {"n", 3}}); });
  EXPECT_THAT(out,
              MatchesRegex(absl::StrCat("\\{\"time\":\"", kTime, "\",\"level\":\"error\",.*")));
  EXPECT_THAT(out, EndsWith(R"("event":"It failed","path":"/a \"b\"","n":"3"})"
                            "\n"));
}

TEST_F(LogTest, NoFields) {
  Configure(Format::kText, Level::kInfo);
  EXPECT_THAT(Capture([] { Info("Ready"); }), EndsWith("Z info Ready\n"));
  Configure(Format::kJson, Level::kInfo);
  EXPECT_THAT(Capture([] { Info("Ready"); }), EndsWith(R"("level":"info","event":"Ready"})"
                                                       "\n"));
}

TEST_F(LogTest, NothingForgesALine) {
  const std::string evil =
      "x\n2030-01-01T00:00:00.000Z error Forged\r\n{\"time\":\"x\"}\x1b[1A\xe2\x80\xa8 {0} %v";
  for (const Format format : {Format::kText, Format::kJson}) {
    Configure(format, Level::kInfo);
    const std::string out = Capture([&] { Info(evil, {{evil, evil}}); });
    EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1) << out;
    EXPECT_EQ(out.back(), '\n');
    for (const char c : out.substr(0, out.size() - 1)) {
      EXPECT_TRUE(c >= 0x20 && c < 0x7f) << static_cast<int>(c);
    }
    // spdlog's and fmt's own placeholders are plain text here.
    EXPECT_THAT(out, AllOf(HasSubstr("{0}"), HasSubstr("%v")));
  }
}

TEST_F(LogTest, AValueCannotEndItsQuotes) {
  Configure(Format::kText, Level::kInfo);
  EXPECT_THAT(Capture([] {
                Info("Call", {{"name", "a\" admin=\"yes"}});
              }),
              EndsWith(R"(Call name="a\" admin=\"yes")"
                       "\n"));
  Configure(Format::kJson, Level::kInfo);
  EXPECT_THAT(Capture([] {
                Info("Call", {{"name", "a\",\"admin\":\"yes"}});
              }),
              EndsWith(R"("name":"a\",\"admin\":\"yes"})"
                       "\n"));
}

TEST_F(LogTest, OnlyLevelsFromTheLowestAreWritten) {
  const Level levels[] = {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError};
  const char* const names[] = {" debug ", " info ", " warning ", " error "};
  for (size_t lowest = 0; lowest < 4; ++lowest) {
    Configure(Format::kText, levels[lowest]);
    for (size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(Enabled(levels[i]), i >= lowest);
      const std::string out = Capture([&] { Write(levels[i], "Event"); });
      if (i >= lowest) {
        EXPECT_THAT(out, HasSubstr(names[i]));
      } else {
        EXPECT_EQ(out, "");
      }
    }
  }
}

TEST_F(LogTest, ThreadsWriteWholeLines) {
  constexpr int kThreads = 8;
  constexpr int kLines = 200;
  Configure(Format::kText, Level::kInfo);
  const std::string out = Capture([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([t] {
        for (int i = 0; i < kLines; ++i) {
          Info("Line", {{"pad", std::string(500, static_cast<char>('a' + t))}, {"last", i}});
        }
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
  });
  const std::vector<std::string> lines = absl::StrSplit(out, '\n', absl::SkipEmpty());
  EXPECT_EQ(lines.size(), size_t{kThreads} * kLines);
  for (const std::string& line : lines) {
    const size_t pad = line.find("pad=") + 4;
    ASSERT_EQ(line.find_first_not_of(line[pad], pad), pad + 500) << line;
    ASSERT_EQ(line.substr(pad + 500, 6), " last=") << line;
  }
}

}  // namespace
}  // namespace fleetca::log
