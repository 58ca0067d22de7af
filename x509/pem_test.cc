#include "x509/pem.h"

#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::IsOk;

const auto kRefused = [] { return IsInvalid(Reason::kFileInvalid, ""); };

TEST(PemTest, EncodesInLinesOf64) {
  EXPECT_EQ(EncodePem("X", "abc"), "-----BEGIN X-----\nYWJj\n-----END X-----\n");
  const std::string text = EncodePem("X", std::string(49, 'a'));
  EXPECT_EQ(text.find('\n', 18) - 18, 64u);
}

TEST(PemTest, DecodesWhatItEncodes) {
  std::string all;
  std::vector<std::string> ders;
  for (size_t size = 1; size < 150; ++size) {
    ders.push_back(std::string(size, static_cast<char>(size)));
    absl::StrAppend(&all, EncodePem(kPemCertificate, ders.back()));
  }
  const auto decoded = DecodePem(kPemCertificate, all);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(*decoded, ders);
}

TEST(PemTest, TakesWhatToolsWriteAroundBlocks) {
  const std::string block = EncodePem(kPemCertificate, "abc");
  for (const std::string& text :
       {"subject=CN = x\n" + block + "trailing\n", absl::StrReplaceAll(block, {{"\n", "\r\n"}}),
        "\xef\xbb\xbf" + block, block.substr(0, block.size() - 1),
        absl::StrReplaceAll(block, {{"\n", " \t\n"}}), "---- not a boundary\n" + block}) {
    const auto decoded = DecodeOnePem(kPemCertificate, text);
    ASSERT_THAT(decoded, IsOk()) << text;
    EXPECT_EQ(*decoded, "abc");
  }
}

// RFC 7468 section 3: "parsers SHOULD ignore whitespace".
TEST(PemTest, TakesBlanksAndLineEndsOfEveryKind) {
  const std::string block = EncodePem(kPemCertificate, std::string(60, 'a'));
  const std::string wide = absl::StrReplaceAll(block, {{"YWFh", " YWFh"}});
  const std::string body = absl::StrReplaceAll(block, {{"\nYWFh", "\n  \tYWFh"}});
  const std::string indented = absl::StrCat("    ", absl::StrReplaceAll(block, {{"\n", "\n    "}}));
  const std::string marked = absl::StrCat("\xef\xbb\xbf", block);
  for (const std::string& text :
       {absl::StrReplaceAll(block, {{"\n", "\r"}}), absl::StrReplaceAll(block, {{"\n", "\r\r\n"}}),
        absl::StrReplaceAll(block, {{"\n", "\n\n"}}), wide, body, indented, marked,
        absl::StrReplaceAll(block, {{"YWFh", "YW\tFh\v"}})}) {
    const auto decoded = DecodePem(kPemCertificate, text, TextOutside::kRefused);
    ASSERT_THAT(decoded, IsOk()) << text;
    EXPECT_EQ(*decoded, std::vector<std::string>{std::string(60, 'a')}) << text;
  }
  // Files with marks, one after the other.
  EXPECT_EQ(DecodePem(kPemCertificate, absl::StrCat(marked, marked))->size(), 2u);
}

TEST(PemTest, SaysWhatUtf16Is) {
  std::string text = "\xff\xfe";
  for (const char c : EncodePem(kPemCertificate, "abc")) {
    text += {c, '\0'};
  }
  const auto decoded = DecodePem(kPemCertificate, text);
  EXPECT_THAT(decoded, kRefused());
  EXPECT_NE(decoded.status().message().find("UTF-16"), absl::string_view::npos);
}

TEST(PemTest, TakesTheOldLabelOfRequests) {
  const std::string text = EncodePem("NEW CERTIFICATE REQUEST", "abc");
  EXPECT_THAT(DecodeOnePem(kPemCertificateRequest, text), IsOk());
  EXPECT_THAT(DecodeOnePem(kPemCertificate, text), kRefused());
  EXPECT_THAT(DecodeOnePem(kPemCertificateRequest,
                           "-----BEGIN NEW CERTIFICATE REQUEST-----\nYWJj\n"
                           "-----END CERTIFICATE REQUEST-----\n"),
              kRefused());
}

TEST(PemTest, RefusesDamage) {
  for (const absl::string_view text :
       {"",
        "abc",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWJj\n",
        "-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE----\nYWJj\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE----\n",
        "-----BEGIN CERTIFICATE-----\nYWJj\n-----END X-----\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nYWJj\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWJ*\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWI\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWI==\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWJ=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYW\xc2\xa0Jj\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWJj -----END CERTIFICATE-----\n",
        "x-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWJj\n=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWJj\n-----BEGIN CERTIFICATE-----\nYWJj\n"
        "-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n-----END "
        "CERTIFICATE-----\n"}) {
    EXPECT_THAT(DecodePem(kPemCertificate, text), kRefused()) << text;
  }
}

TEST(PemTest, RefusesAnotherLabelAndNamesIt) {
  const std::string text =
      absl::StrCat(EncodePem(kPemCertificate, "abc"), EncodePem("PRIVATE KEY", "secret!"));
  const auto decoded = DecodePem(kPemCertificate, text);
  EXPECT_THAT(decoded, kRefused());
  EXPECT_NE(decoded.status().message().find("PRIVATE KEY"), absl::string_view::npos);
  EXPECT_EQ(decoded.status().message().find("c2Vjcm"), absl::string_view::npos);
}

TEST(PemTest, RefusesTextOutsideOfTheBlocksWhereOnlyBlocksAreWanted) {
  const std::string block = EncodePem(kPemCertificate, "abc");
  for (const std::string& text : {"text\n" + block, block + "text\n" + block, block + "text"}) {
    EXPECT_THAT(DecodePem(kPemCertificate, text, TextOutside::kRefused), kRefused()) << text;
    EXPECT_TRUE(DecodePem(kPemCertificate, text).ok()) << text;
  }
  EXPECT_TRUE(
      DecodePem(kPemCertificate, "\n" + block + " \n" + block + "\r\n", TextOutside::kRefused)
          .ok());
}

TEST(PemTest, AFileIsPemWhereABlockBeginsAndDerOtherwise) {
  const std::string block = EncodePem(kPemCertificate, "abc");
  const std::string der("\x30\x03\x02\x01\x00", 5);
  for (const auto& [contents, decoded] :
       {std::pair(block, std::string("abc")), std::pair("text\n" + block, std::string("abc")),
        std::pair(der, der), std::pair(std::string(), std::string())}) {
    EXPECT_EQ(IsPem(contents), contents != decoded);
    const auto read = DecodeOnePemOrDer(kPemCertificate, contents);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, decoded);
  }
  EXPECT_THAT(DecodeOnePemOrDer(kPemCertificate, block + block), kRefused());
  EXPECT_THAT(DecodeOnePemOrDer(kPemCertificateRequest, block), kRefused());
  EXPECT_THAT(DecodeOnePemOrDer(kPemCertificate, absl::string_view("-\0-\0-\0", 6)), kRefused());
}

TEST(PemTest, WantsOneBlockWhereOneIsWanted) {
  const std::string block = EncodePem(kPemCertificate, "abc");
  EXPECT_THAT(DecodeOnePem(kPemCertificate, block + block), kRefused());
  EXPECT_THAT(DecodeOnePem(kPemCertificate, ""), kRefused());
}

// A stranger's file of many megabytes may be nothing but line ends.
TEST(PemTest, LinesOfNothingCostNextToNothing) {
  const std::string der(600'000, 'x');
  const std::string base64 = absl::Base64Escape(der);
  std::string lines = "-----BEGIN CERTIFICATE-----\n";
  for (const char c : base64) {
    lines.push_back(c);
    lines.push_back('\n');
  }
  absl::StrAppend(&lines, std::string(1'000'000, '\n'), "-----END CERTIFICATE-----\n");
  const std::clock_t start = std::clock();
  const auto blocks = DecodePem(kPemCertificate, lines);
  EXPECT_LT(std::clock() - start, 2 * CLOCKS_PER_SEC);
  FLEETCA_ASSERT_OK(blocks);
  ASSERT_EQ(blocks->size(), 1);
  EXPECT_TRUE(blocks->front() == der);
}

}  // namespace
}  // namespace fleetca::x509
