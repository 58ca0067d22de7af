#include "base/http/http_server.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/descriptor_budget.h"
#include "base/http/http_content.h"
#include "base/http/testing/raw_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

using ::fleetca::testing::ListenOnLoopback;
using ::fleetca::testing::RawClient;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

constexpr size_t kBigSize = size_t{8} << 20;

class HttpServerTest : public ::testing::Test {
 protected:
  // Answers with what it was asked.
  HttpAnswer Answer(const HttpRequest& request) {
    if (request.path == "/content") {
      return ContentAnswer(request, content_, "application/x", "max-age=7");
    }
    if (request.path == "/big") {
      return {.body = big_};
    }
    if (request.path == "/slow") {
      slow_begun_.Notify();
      slow_may_end_.WaitForNotification();
    }
    return {.headers = {{"Content-Type", "text/plain"}},
            .body = std::make_shared<const std::string>(
                absl::StrCat("path=", request.path, " type=", request.content_type,
                             " size=", request.body.size(), " body=", request.body.substr(0, 9)))};
  }

  void Start(const HttpLimits& limits = {}) {
    HttpServerOptions options{.name = "test", .limits = limits};
    options.sockets.push_back(ListenOnLoopback());
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        server_, HttpServer::Create(std::move(options), [this](const HttpRequest& request) {
          return Answer(request);
        }));
  }

  RawClient Connect(const char* from = "127.0.0.1") { return RawClient(server_->port(), from); }

  const HttpContent content_ =
      MakeHttpContent("contents", absl::FromUnixSeconds(1790000000) + absl::Milliseconds(300));
  const std::shared_ptr<const std::string> big_ =
      std::make_shared<const std::string>(kBigSize, 'b');
  absl::Notification slow_begun_;
  absl::Notification slow_may_end_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, GivesTheHandlerThePathAsItCame) {
  Start();
  RawClient client = Connect();
  EXPECT_THAT(client.Ask("GET /ocsp/MFQw%2Fw%3d+/=%00%zz?query"),
              AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("path=/ocsp/MFQw%2Fw%3d+/=%00%zz type= "
                                                          "size=0 body=")));
  EXPECT_THAT(client.Ask("GET http://host:80/a/../b"), HasSubstr("path=/a/../b "));
  EXPECT_THAT(client.Ask("GET http://host"), HasSubstr("path=/ "));
}

TEST_F(HttpServerTest, HeadHasTheHeadersOfGetAndNoBody) {
  Start();
  RawClient client = Connect();
  const std::string head = client.Ask("HEAD /content");
  EXPECT_THAT(head, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Content-Length: 8\r\n"),
                          EndsWith("\r\n\r\n")));
  // The connection is in step.
  EXPECT_THAT(client.Ask("GET /content"), EndsWith("\r\n\r\ncontents"));
}

TEST_F(HttpServerTest, ContentIsNotSentAgainToWhoHasIt) {
  Start();
  RawClient client = Connect();
  const std::string first = client.Ask("GET /content");
  EXPECT_THAT(first, HasSubstr(absl::StrCat("ETag: ", content_.etag, "\r\n")));
  EXPECT_THAT(first, HasSubstr("Last-Modified: Mon, 21 Sep 2026 14:13:20 GMT\r\n"));
  for (const std::string& header :
       {absl::StrCat("If-None-Match: ", content_.etag, "\r\n"),
        std::string("If-Modified-Since: Mon, 21 Sep 2026 14:13:20 GMT\r\n")}) {
    const std::string again = client.Ask("GET /content", header);
    EXPECT_THAT(again,
                AllOf(StartsWith("HTTP/1.1 304 "), EndsWith("\r\n\r\n"),
                      HasSubstr("Cache-Control: max-age=7\r\n"),
                      HasSubstr(absl::StrCat("Content-Length: ", content_.bytes->size(), "\r\n"))));
  }
  EXPECT_THAT(client.Ask("GET /content"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, BodiesOfEverySizeUpToTheLimitArrive) {
  Start();
  for (const size_t size : {size_t{0}, size_t{1}, size_t{9000}, size_t{65536}}) {
    RawClient client = Connect();
    client.Send(absl::StrCat("POST /p HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: ",
                             size, "\r\n\r\n", std::string(size, 'z')));
    EXPECT_THAT(client.Receive(),
                EndsWith(absl::StrCat("path=/p type=a/b size=", size,
                                      " body=", std::string(std::min<size_t>(size, 9), 'z'))));
  }
  RawClient client = Connect();
  client.Send(
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_THAT(client.Receive(), HasSubstr("size=5 body=abcde"));
}

TEST_F(HttpServerTest, ALargerBodyIsRefusedWithASentence) {
  Start();
  for (const size_t size : {size_t{65537}, size_t{1000000}}) {
    RawClient client = Connect();
    client.Send(absl::StrCat("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: ", size, "\r\n\r\n",
                             std::string(size, 'z')));
    EXPECT_THAT(client.Receive(),
                AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("larger than 65536 octets")));
  }
  // Not waited for.
  RawClient client = Connect();
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
  EXPECT_THAT(client.Receive(), StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(client.IsClosedWithin(absl::Seconds(5)));
}

TEST_F(HttpServerTest, AChunkedBodyWithoutEndCostsNothing) {
  Start();
  RawClient client = Connect();
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = absl::StrCat("8000\r\n", std::string(0x8000, 'z'), "\r\n");
  int sent = 0;
  while (sent < 1000 && client.Send(chunk)) {
    ++sent;
  }
  EXPECT_LT(sent, 1000);
}

TEST_F(HttpServerTest, OtherMethodsAreRefusedWithThoseThatThereAre) {
  Start();
  for (const char* method : {"PUT /", "DELETE /", "OPTIONS *", "BREW /"}) {
    RawClient client = Connect();
    EXPECT_THAT(client.Ask(method),
                AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET, HEAD, POST\r\n")))
        << method;
  }
}

TEST_F(HttpServerTest, WhatIsNotHttpIsRefused) {
  Start();
  for (const char* request :
       {"GET / HTTP/1.1\r\n\r\n",  // no Host
        "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n"}) {
    RawClient client = Connect();
    client.Send(request);
    EXPECT_THAT(client.Receive(), StartsWith("HTTP/1.1 400 ")) << request;
    EXPECT_TRUE(client.IsClosedWithin(absl::Seconds(5))) << request;
  }
  RawClient tls = Connect();
  tls.Send(absl::string_view("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n\r\n", 14));
  EXPECT_TRUE(tls.IsClosedWithin(absl::Seconds(5)));
}

// A cache in front could read another request from each, and keep an answer that is to another.
TEST_F(HttpServerTest, ARequestThatTwoPartiesCouldReadDifferentlyIsRefused) {
  Start();
  for (const char* headers :
       {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length : 1\r\n", "Content Length: 1\r\n", "A: 1\rContent-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: xchunked\r\n", "Host: y\r\n"}) {
    RawClient client = Connect();
    client.Send(absl::StrCat("POST /p HTTP/1.1\r\nHost: x\r\n", headers, "\r\n"));
    EXPECT_THAT(client.Receive(), StartsWith("HTTP/1.1 400 ")) << headers;
    EXPECT_TRUE(client.IsClosedWithin(absl::Seconds(5))) << headers;
  }
}

TEST_F(HttpServerTest, LargeHeadersAreRefused) {
  Start();
  RawClient client = Connect();
  client.Send(absl::StrCat("GET / HTTP/1.1\r\nHost: x\r\nX: ", std::string(40000, 'x')));
  EXPECT_THAT(client.Receive(), AnyOf(StartsWith("HTTP/1.1 431 "), StartsWith("HTTP/1.1 413 ")));
  RawClient other = Connect();
  other.Send(absl::StrCat("GET /", std::string(40000, 'x')));
  EXPECT_THAT(other.Receive(), StartsWith("HTTP/1.1 414 "));
}

TEST_F(HttpServerTest, RequestsInOneSegmentAreAnsweredInOrder) {
  Start();
  RawClient client = Connect();
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&requests, "GET /", i, " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  client.Send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(client.Receive(), HasSubstr(absl::StrCat("path=/", i, " ")));
  }
}

HttpLimits Impatient() {
  HttpLimits limits;
  limits.idle_timeout = absl::Milliseconds(700);
  limits.request_timeout = absl::Milliseconds(700);
  limits.answer_timeout = absl::Seconds(1);
  return limits;
}

TEST_F(HttpServerTest, ASlowClientIsClosedHoweverOftenItSendsAnOctet) {
  Start(Impatient());
  for (const char* begin : {"", "GET / HTTP/1.1\r\nHost: x\r\nX: ",
                            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"}) {
    RawClient client = Connect();
    client.Send(begin);
    bool open = true;
    for (int i = 0; i < 60 && open; ++i) {
      open = client.Send("x") && !client.IsClosedWithin(absl::Milliseconds(100));
    }
    EXPECT_FALSE(open) << begin;
  }
  // Counted after they were shut down.
  for (int i = 0; i < 100 && server_->stats().timed_out < 3; ++i) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(server_->stats().timed_out, 3u);
}

TEST_F(HttpServerTest, AClientThatDoesNotReadIsClosed) {
  Start(Impatient());
  RawClient client = Connect();
  client.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 100 && big_.use_count() == 1; ++i) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  ASSERT_EQ(big_.use_count(), 2);  // It is under way.
  for (int i = 0; i < 100 && server_->stats().open != 0; ++i) {
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_EQ(server_->stats().open, 0u);
  EXPECT_EQ(big_.use_count(), 1);
}

TEST_F(HttpServerTest, ABodyIsSharedAndNotCopied) {
  Start();
  RawClient client = Connect();
  client.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 100 && big_.use_count() == 1; ++i) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_EQ(big_.use_count(), 2);
  EXPECT_GT(client.Receive().size(), kBigSize);
}

TEST_F(HttpServerTest, ManyIdleConnectionsFromOneAddressCostOthersNothing) {
  ASSERT_TRUE(RaiseDescriptorLimit().ok());
  HttpLimits limits;
  limits.max_connections_per_address = 100;
  Start(limits);
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(std::make_unique<RawClient>(server_->port()));
    ASSERT_TRUE(idle.back()->connected()) << i;
  }
  RawClient other = Connect("127.0.0.2");
  EXPECT_THAT(other.Ask("GET /x"), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(idle.back()->IsClosedWithin(absl::Seconds(5)));
  EXPECT_GT(server_->stats().refused, 0u);
  // Nor others at the same address, such as behind one proxy: who says nothing gives way.
  std::string answer;
  for (int i = 0; i < 100 && answer.empty(); ++i) {
    absl::SleepFor(absl::Milliseconds(50));
    answer = Connect().Ask("GET /x");
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  idle.clear();
  for (int i = 0; i < 100 && server_->stats().open > 1; ++i) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_THAT(Connect().Ask("GET /x"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, AStopAnswersWhatBeganAndClosesTheRest) {
  Start();
  RawClient idle = Connect();
  EXPECT_THAT(idle.Ask("GET /x"), StartsWith("HTTP/1.1 200 "));
  RawClient asking = Connect();
  asking.Send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  slow_begun_.WaitForNotification();
  const int port = server_->port();
  absl::Notification stopped;
  bool in_time = false;
  FLEETCA_ASSERT_OK_AND_ASSIGN(Thread stopper, Thread::Start("stop", [&] {
                                 in_time = server_->Stop(absl::Now() + absl::Seconds(20));
                                 stopped.Notify();
                               }));
  EXPECT_TRUE(idle.IsClosedWithin(absl::Seconds(5)));
  EXPECT_FALSE(RawClient(port).connected());
  EXPECT_FALSE(stopped.HasBeenNotified());
  slow_may_end_.Notify();
  EXPECT_THAT(asking.Receive(),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close\r\n")));
  stopped.WaitForNotification();
  EXPECT_TRUE(in_time);
}

TEST_F(HttpServerTest, AStopCutsOffWhoDoesNotEnd) {
  Start();
  RawClient client = Connect();
  client.Send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  for (int i = 0; i < 100 && big_.use_count() == 1; ++i) {
    absl::SleepFor(absl::Milliseconds(20));
  }
  EXPECT_FALSE(server_->Stop(absl::Now() + absl::Milliseconds(200)));
  EXPECT_EQ(big_.use_count(), 1);
  EXPECT_FALSE(server_->Stop(absl::Now()));  // again
}

TEST_F(HttpServerTest, AnswersAreCounted) {
  Start();
  RawClient client = Connect();
  client.Ask("GET /x");
  client.Ask("GET /content", absl::StrCat("If-None-Match: ", content_.etag, "\r\n"));
  client.Ask("PUT /x");
  const HttpServerStats stats = server_->stats();
  EXPECT_EQ(stats.accepted, 1u);
  EXPECT_EQ(stats.success, 1u);
  EXPECT_EQ(stats.redirection, 1u);
  EXPECT_EQ(stats.client_error, 1u);
  EXPECT_THAT(stats.statuses, ElementsAre(Pair(200, 1u), Pair(304, 1u), Pair(405, 1u)));
}

TEST_F(HttpServerTest, OctetsAreCountedOfBodiesThatAreSent) {
  Start();
  RawClient client = Connect();
  client.Ask("HEAD /content");
  EXPECT_EQ(server_->stats().body_bytes, 0u);
  client.Ask("GET /content");
  EXPECT_EQ(server_->stats().body_bytes, content_.bytes->size());
}

}  // namespace
}  // namespace fleetca
