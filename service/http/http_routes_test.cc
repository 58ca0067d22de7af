#include "service/http/http_routes.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "x509/revocation/crl_file.h"

namespace fleetca::service {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kIssuer[] = "0123456789abcdef0123456789abcdef01234567";
const absl::Time kThisUpdate = absl::FromUnixSeconds(784111777);

HttpContent Content(absl::string_view bytes) {
  return MakeHttpContent(std::string(bytes), kThisUpdate, kThisUpdate + absl::Hours(1));
}

class FakeCrls : public CrlSource {
 public:
  absl::StatusOr<HttpContent> Find(absl::string_view issuer,
                                   std::optional<uint32_t> shard) const override {
    if (issuer != kIssuer) {
      return NotFound(Reason::kNotFound, "", "There is no such issuing CA");
    }
    if (shard == 9) {
      return WithRetryDelay(Unavailable(Reason::kInternal, "Not built yet"), absl::Seconds(7));
    }
    return Content(shard.has_value() ? absl::StrCat("shard ", *shard) : "complete");
  }
  absl::StatusOr<HttpContent> FindRoot() const override { return root_; }
  HttpContent root_ = Content("root");
};

class FakeOcsp : public OcspSource {
 public:
  OcspContent Answer(absl::string_view request) const override {
    OcspContent reply{.content = Content(absl::StrCat("response to ", request))};
    if (request != "nonce") {
      reply.fresh_until = kThisUpdate + absl::Minutes(30);
    }
    return reply;
  }
};

class FakeCertificates : public CertificateSource {
 public:
  absl::StatusOr<HttpContent> FindIssuer(absl::string_view issuer) const override {
    if (issuer != kIssuer) {
      return NotFound(Reason::kNotFound, "", "There is no such issuing CA");
    }
    return MakeHttpContent("certificate", kThisUpdate);
  }
  HttpContent Roots() const override { return MakeHttpContent("roots", kThisUpdate); }
};

class HttpRoutesTest : public ::testing::Test {
 protected:
  HttpAnswer Get(const std::string& path) { return routes_.Answer({.path = path}); }
  HttpAnswer Post(const std::string& path, absl::string_view body,
                  absl::string_view type = "application/ocsp-request") {
    return routes_.Answer(
        {.method = HttpMethod::kPost, .path = path, .content_type = type, .body = body});
  }
  static std::string Body(const HttpAnswer& answer) {
    return answer.body == nullptr ? "(none)" : *answer.body;
  }

  FakeCrls crls_;
  FakeOcsp ocsp_;
  FakeCertificates certificates_;
  std::vector<std::string> reasons_;
  testing::FakeClock clock_{kThisUpdate + absl::Minutes(10)};
  HttpRoutes routes_{{.crls = &crls_,
                      .ocsp = &ocsp_,
                      .certificates = &certificates_,
                      .why_not_ready = [this] { return reasons_; }},
                     clock_};
};

TEST_F(HttpRoutesTest, CrlsAreFoundByIssuerAndShard) {
  const std::string crl = absl::StrCat("/crl/", kIssuer);
  const HttpAnswer shard = Get(crl + "/7.crl");
  EXPECT_EQ(shard.status, 200);
  EXPECT_EQ(Body(shard), "shard 7");
  EXPECT_EQ(shard.Header("Content-Type"), "application/pkix-crl");
  EXPECT_EQ(shard.Header("Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(shard.Header("Expires"), "Sun, 06 Nov 1994 09:49:37 GMT");
  EXPECT_EQ(shard.Header("Cache-Control"), "max-age=60,public,no-transform,must-revalidate");
  EXPECT_EQ(Body(Get(crl + "/65535.crl")), "shard 65535");
  EXPECT_EQ(Body(Get(crl + ".crl")), "complete");
  EXPECT_EQ(Body(Get("/crl/root.crl")), "root");
}

TEST_F(HttpRoutesTest, ACacheKeepsNoCrlBeyondItsEnd) {
  clock_.Set(kThisUpdate + absl::Hours(1) - absl::Seconds(5));
  EXPECT_THAT(Get("/crl/root.crl").Header("Cache-Control"), HasSubstr("max-age=5,"));
  clock_.Set(kThisUpdate + absl::Hours(2));
  EXPECT_THAT(Get("/crl/root.crl").Header("Cache-Control"), HasSubstr("max-age=0,"));
}

TEST_F(HttpRoutesTest, ThePemHasBothCrlsAndFollowsThem) {
  const std::string path = absl::StrCat("/crl/", kIssuer, ".pem");
  const HttpAnswer pem = Get(path);
  EXPECT_EQ(Body(pem), x509::EncodeCrlPem("complete") + x509::EncodeCrlPem("root"));
  EXPECT_EQ(pem.Header("Content-Type"), "application/x-pem-file");
  EXPECT_EQ(Get(path).body, pem.body);  // made once
  crls_.root_ = Content("another root");
  EXPECT_EQ(Body(Get(path)), x509::EncodeCrlPem("complete") + x509::EncodeCrlPem("another root"));
}

TEST_F(HttpRoutesTest, WhatTheSourceHasNotIsNotFound) {
  EXPECT_EQ(Get("/crl/00.crl").status, 404);
  EXPECT_EQ(Get("/crl/00.pem").status, 404);
  EXPECT_EQ(Get("/aia/00.cer").status, 404);
  const HttpAnswer later = Get(absl::StrCat("/crl/", kIssuer, "/9.crl"));
  EXPECT_EQ(later.status, 503);
  EXPECT_EQ(later.Header("Retry-After"), "7");
  EXPECT_EQ(Body(later), "Not built yet\n");
}

TEST_F(HttpRoutesTest, APathHasOneSpelling) {
  for (const std::string path : {"",
                                 "/",
                                 "*",
                                 "/crl",
                                 "/crl/",
                                 "/crl/.crl",
                                 "/crl/root.pem",
                                 "/crl/root/1.crl",
                                 "/crl/../roots.pem",
                                 "/crl/0G.crl",
                                 "/crl/012.crl",
                                 "/crl/AB.crl",
                                 "/crl/ab/01.crl",
                                 "/crl/ab/+1.crl",
                                 "/crl/ab/-1.crl",
                                 "/crl/ab/65536.crl",
                                 "/crl/ab/.crl",
                                 "/crl/ab/1/1.crl",
                                 "/crl/ab/1.pem",
                                 "/crl//healthz",
                                 "/crl//roots.pem",
                                 "/aia//roots.pem",
                                 "/aia/.cer",
                                 "/aia/../healthz",
                                 "/roots.pem/",
                                 "/healthz/",
                                 "/%68ealthz",
                                 "/etc/passwd",
                                 "/ocspx"}) {
    const HttpAnswer answer = Get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_THAT(std::string(answer.Header("Content-Type")), HasSubstr("text/plain")) << path;
  }
  EXPECT_EQ(Get(absl::StrCat("/crl/", std::string(66, 'a'), ".crl")).status, 404);
}

TEST_F(HttpRoutesTest, OcspIsAskedByPostAndInThePath) {
  const HttpAnswer posted = Post("/ocsp", "request");
  EXPECT_EQ(posted.status, 200);
  EXPECT_EQ(Body(posted), "response to request");
  EXPECT_EQ(posted.Header("Content-Type"), "application/ocsp-response");
  const std::string base64 = absl::Base64Escape("0\xff\xfe request");
  ASSERT_THAT(base64, HasSubstr("P/+"));
  const HttpAnswer got = Get(absl::StrCat("/ocsp/", base64));
  EXPECT_EQ(Body(got), "response to 0\xff\xfe request");
  EXPECT_EQ(got.Header("Cache-Control"), "max-age=1200,public,no-transform,must-revalidate");
  EXPECT_EQ(got.Header("Last-Modified"), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(got.Header("Expires"), "Sun, 06 Nov 1994 09:49:37 GMT");
  EXPECT_EQ(got.Header("ETag").size(), 66u);
  const std::string path = absl::StrCat("/ocsp/", base64);
  EXPECT_EQ(routes_.Answer({.path = path, .if_none_match = got.Header("ETag")}).status, 304);
}

TEST_F(HttpRoutesTest, NobodyKeepsAnswersWithANonceOrErrors) {
  const HttpAnswer nonce = Post("/ocsp", "nonce");
  EXPECT_EQ(Body(nonce), "response to nonce");
  EXPECT_EQ(nonce.Header("Cache-Control"), "no-store");
  EXPECT_EQ(nonce.Header("ETag"), "");
  const HttpAnswer malformed = Get("/ocsp/not*base64");
  EXPECT_EQ(malformed.status, 200);
  EXPECT_EQ(Body(malformed), std::string("\x30\x03\x0a\x01\x01", 5));
  EXPECT_EQ(malformed.Header("Content-Type"), "application/ocsp-response");
  EXPECT_EQ(malformed.Header("Cache-Control"), "no-store");
}

TEST_F(HttpRoutesTest, OcspNeedsAQuestion) {
  EXPECT_EQ(Get("/ocsp").Header("Allow"), "POST");
  EXPECT_EQ(Get("/ocsp/").Header("Allow"), "POST");
  EXPECT_EQ(Post("/ocsp/AAAA", "x").Header("Allow"), "GET, HEAD");
  EXPECT_EQ(Post("/ocsp", "x", "text/html").status, 415);
  EXPECT_EQ(Post("/ocsp", "x", "application/ocsp-requests").status, 415);
  for (const absl::string_view type : {"", "application/ocsp-request", "Application/OCSP-Request",
                                       "application/ocsp-request ; charset=binary"}) {
    EXPECT_EQ(Post("/ocsp", "x", type).status, 200) << type;
  }
}

TEST_F(HttpRoutesTest, CertificatesOfCas) {
  const HttpAnswer issuer = Get(absl::StrCat("/aia/", kIssuer, ".cer"));
  EXPECT_EQ(Body(issuer), "certificate");
  EXPECT_EQ(issuer.Header("Content-Type"), "application/pkix-cert");
  const HttpAnswer roots = Get("/roots.pem");
  EXPECT_EQ(Body(roots), "roots");
  EXPECT_EQ(roots.Header("Content-Type"), "application/x-pem-file");
}

TEST_F(HttpRoutesTest, NothingElseCanBePosted) {
  for (const char* path : {"/crl/root.crl", "/roots.pem", "/healthz", "/readyz"}) {
    const HttpAnswer answer = Post(path, "x");
    EXPECT_EQ(answer.status, 405) << path;
    EXPECT_EQ(answer.Header("Allow"), "GET, HEAD") << path;
  }
}

TEST_F(HttpRoutesTest, ReadinessHasItsReasons) {
  EXPECT_EQ(Get("/readyz").status, 200);
  reasons_ = {"store: the disk is full", "signer: gone"};
  const HttpAnswer answer = Get("/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(Body(answer), "store: the disk is full\nsigner: gone\n");
  EXPECT_EQ(answer.Header("Cache-Control"), "no-store");
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(HttpRoutesTest, WithoutASourceItsPathsSaySo) {
  HttpRoutes bare({}, clock_);
  for (const char* path : {"/crl/root.crl", "/crl/ab.crl", "/crl/ab.pem", "/crl/ab/1.crl", "/ocsp",
                           "/ocsp/AAAA", "/aia/ab.cer", "/roots.pem"}) {
    const HttpAnswer answer = bare.Answer({.path = path});
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_EQ(answer.Header("Retry-After"), "10") << path;
  }
}

TEST_F(HttpRoutesTest, RequestsAreCountedByRoute) {
  Get(absl::StrCat("/crl/", kIssuer, ".crl"));
  Get("/crl/nothing-such");
  Post("/ocsp", "request");
  Get("/ocsp/bm9uY2U=");
  Get(absl::StrCat("/aia/", kIssuer, ".cer"));
  Get("/roots.pem");
  Get("/healthz");
  Get("/readyz");
  Post("/readyz", "");
  Get("/");
  Get("/crl");
  std::vector<std::string> counts;
  for (const HttpRoutes::RouteCount& count : routes_.counts()) {
    counts.push_back(absl::StrCat(count.route, " ", count.answers));
  }
  EXPECT_THAT(counts, ElementsAre("/crl/ 2", "/ocsp 2", "/aia/ 1", "/roots.pem 1", "/healthz 1",
                                  "/readyz 2", "other 2"));
}

}  // namespace
}  // namespace fleetca::service
