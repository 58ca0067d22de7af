#include "base/http/http_content.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

const absl::Time kMade = absl::FromUnixSeconds(784111777) + absl::Milliseconds(400);

class HttpContentTest : public ::testing::Test {
 protected:
  HttpAnswer Answer(const HttpRequest& request) {
    return ContentAnswer(request, content_, "a/b", "max-age=1");
  }
  int StatusOfTags(absl::string_view tags) { return Answer({.if_none_match = tags}).status; }
  int StatusSince(absl::string_view date) { return Answer({.if_modified_since = date}).status; }

  const HttpContent content_ = MakeHttpContent("abc", kMade, kMade + absl::Hours(1));
};

TEST_F(HttpContentTest, SaysWhatCachesNeed) {
  const HttpAnswer answer = Answer({});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, content_.bytes);
  EXPECT_EQ(answer.Header("ETag"),
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"");
  EXPECT_EQ(answer.Header("Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(answer.Header("Expires"), "Sun, 06 Nov 1994 09:49:37 GMT");
  EXPECT_EQ(answer.Header("Cache-Control"), "max-age=1");
  EXPECT_EQ(answer.Header("Content-Type"), "a/b");
}

TEST_F(HttpContentTest, WithoutAnEndItHasNoExpires) {
  EXPECT_EQ(ContentAnswer({}, MakeHttpContent("abc", kMade), "a/b", "").Header("Expires"), "");
}

TEST_F(HttpContentTest, ATagThatMatchesIsEnough) {
  EXPECT_EQ(StatusOfTags(content_.etag), 304);
  EXPECT_EQ(StatusOfTags(absl::StrCat("W/", content_.etag)), 304);
  EXPECT_EQ(StatusOfTags(absl::StrCat("\"x\" , ", content_.etag, ",\"y\"")), 304);
  EXPECT_EQ(StatusOfTags(" * "), 304);
  EXPECT_EQ(StatusOfTags("\"x\""), 200);
  EXPECT_EQ(StatusOfTags(",,"), 200);
  EXPECT_EQ(StatusOfTags(content_.etag.substr(1)), 200);
}

TEST_F(HttpContentTest, ATimeCountsInWholeSeconds) {
  EXPECT_EQ(StatusSince("Sun, 06 Nov 1994 08:49:36 GMT"), 200);
  EXPECT_EQ(StatusSince("Sun, 06 Nov 1994 08:49:37 GMT"), 304);
  EXPECT_EQ(StatusSince("Sun, 06 Nov 1994 08:49:38 GMT"), 304);
  EXPECT_EQ(StatusSince("yesterday"), 200);
}

TEST_F(HttpContentTest, ATagThatDoesNotMatchOutweighsATimeThatDoes) {
  EXPECT_EQ(Answer({.if_none_match = "\"x\"", .if_modified_since = "Sun, 06 Nov 1994 08:49:38 GMT"})
                .status,
            200);
}

TEST_F(HttpContentTest, A304HasTheHeadersOfCachesAndKnowsTheSizeOfA200) {
  const HttpAnswer answer = Answer({.if_none_match = content_.etag});
  EXPECT_EQ(answer.body, content_.bytes);
  EXPECT_EQ(answer.Header("Content-Type"), "");
  EXPECT_EQ(answer.Header("ETag"), content_.etag);
  EXPECT_EQ(answer.Header("Expires"), "Sun, 06 Nov 1994 09:49:37 GMT");
  EXPECT_EQ(answer.Header("Cache-Control"), "max-age=1");
}

TEST_F(HttpContentTest, APostIsAlwaysAnsweredInFull) {
  EXPECT_EQ(Answer({.method = HttpMethod::kPost, .if_none_match = content_.etag}).status, 200);
}

}  // namespace
}  // namespace fleetca
