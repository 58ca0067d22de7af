#include "bench/loadgen/http_answer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fleetca::loadgen {
namespace {

using State = HttpAnswerView::State;

constexpr absl::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 4\r\n\r\nbody";

TEST(HttpAnswerTest, IsCompleteWithItsLastOctetAndNotBefore) {
  for (size_t size = 0; size < kAnswer.size(); ++size) {
    EXPECT_EQ(ReadHttpAnswer(kAnswer.substr(0, size)).state, State::kIncomplete) << size;
  }
  const HttpAnswerView answer = ReadHttpAnswer(kAnswer);
  EXPECT_EQ(answer.state, State::kComplete);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "body");
  EXPECT_EQ(answer.size, kAnswer.size());
}

TEST(HttpAnswerTest, EndsWhereTheNextBegins) {
  const std::string two = absl::StrCat(kAnswer, "HTTP/1.1 404");
  EXPECT_EQ(ReadHttpAnswer(two).size, kAnswer.size());
}

TEST(HttpAnswerTest, NamesOfHeadersAreOfAnyCase) {
  const HttpAnswerView answer = ReadHttpAnswer("HTTP/1.1 503 No\r\ncontent-LENGTH:0\r\n\r\n");
  EXPECT_EQ(answer.state, State::kComplete);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "");
}

TEST(HttpAnswerTest, RefusesWhatItCannotMeasure) {
  for (const char* text :
       {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 x00 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "\r\n\r\n"}) {
    EXPECT_EQ(ReadHttpAnswer(text).state, State::kMalformed) << text;
  }
  EXPECT_EQ(ReadHttpAnswer(std::string(kMaxHttpAnswer + 1, 'x')).state, State::kMalformed);
}

}  // namespace
}  // namespace fleetca::loadgen
