#include "client/cli/pending_request.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "client/key_and_csr.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PendingRequestTest : public ::testing::Test {
 protected:
  static PendingRequest Request() {
    KeyAndCsr made = *MakeKeyAndCsr(KeyType::kP256, {});
    PendingRequest request;
    request.asked.csr_der = made.csr_der;
    request.asked.profile = "host";
    request.server = "ca.fleet.example:8443";
    request.asked.identity = "spiffe://fleet.example/host/a";
    request.asked.lifetime = absl::Hours(2);
    request.asked.request_id = std::string("\0\1\n binary id\xff", 14);
    request.key_type = "p256";
    request.names = {"DNS:a.fleet.example", "IP:10.0.0.1"};
    request.private_key_pem = std::move(made.private_key_pem);
    return request;
  }

  static Issued Answer(absl::string_view certificate) {
    Issued answer;
    answer.certificate_der = std::string(certificate);
    answer.chain_der = {"issuing", "above it"};
    answer.serial = *x509::SerialNumber::Create(absl::FromUnixSeconds(1'800'000'000), 1,
                                                absl::FromUnixSeconds(1'800'000'000));
    answer.not_before = absl::FromUnixSeconds(1'800'000'000);
    answer.not_after = absl::FromUnixSeconds(1'800'003'600);
    answer.renew_after = absl::FromUnixSeconds(1'800'001'800);
    return answer;
  }

  PendingRequest Read() {
    absl::StatusOr<std::optional<PendingRequest>> read = ReadPending(path_);
    EXPECT_TRUE(read.ok() && read->has_value()) << read.status();
    return **std::move(read);
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/host.key.pending";
};

TEST_F(PendingRequestTest, IsReadAsItWasWritten) {
  const PendingRequest request = Request();
  ASSERT_TRUE(WritePending(path_, request).ok());
  const PendingRequest read = Read();
  EXPECT_EQ(read.asked.csr_der, request.asked.csr_der);
  EXPECT_EQ(read.asked.profile, "host");
  EXPECT_EQ(read.server, "ca.fleet.example:8443");
  EXPECT_EQ(read.asked.identity, request.asked.identity);
  EXPECT_EQ(read.asked.lifetime, absl::Hours(2));
  EXPECT_EQ(read.asked.request_id, request.asked.request_id);
  EXPECT_EQ(read.key_type, "p256");
  EXPECT_THAT(read.names, ElementsAre("DNS:a.fleet.example", "IP:10.0.0.1"));
  EXPECT_EQ(read.private_key_pem.view(), request.private_key_pem.view());
  EXPECT_FALSE(read.answer.has_value());
  struct stat found;
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
}

TEST_F(PendingRequestTest, OneForAUsersOwnCsrHasNoKey) {
  PendingRequest request;
  request.asked.csr_der = "CSR";
  request.asked.request_id = "0123456789abcdef";
  ASSERT_TRUE(WritePending(path_, request).ok());
  const PendingRequest read = Read();
  EXPECT_TRUE(read.private_key_pem.empty());
  EXPECT_TRUE(read.names.empty());
  EXPECT_FALSE(read.asked.lifetime.has_value());
}

TEST_F(PendingRequestTest, ARenewalWithTheSameKeyHasNeitherCsrNorKey) {
  PendingRequest request;
  request.asked.renewal = true;
  request.asked.request_id = "0123456789abcdef";
  ASSERT_TRUE(WritePending(path_, request).ok());
  const PendingRequest read = Read();
  EXPECT_TRUE(read.asked.renewal);
  EXPECT_EQ(read.asked.csr_der, "");
  EXPECT_TRUE(CheckSameRequest(read, request, path_).ok());
  PendingRequest other;
  other.asked.request_id = request.asked.request_id;
  const absl::Status difference = CheckSameRequest(read, other, path_);
  EXPECT_THAT(std::string(difference.message()),
              HasSubstr("a certificate by renewal, and this command for issuing"));
}

TEST_F(PendingRequestTest, AnAnswerIsThereWholeOrNotAtAll) {
  ASSERT_TRUE(WritePending(path_, Request()).ok());
  const std::string before = *ReadFile(path_);
  ASSERT_TRUE(AddAnswer(path_, Answer("first")).ok());
  const std::string after = *ReadFile(path_);
  EXPECT_EQ(Read().answer->certificate_der, "first");
  for (size_t size = before.size(); size < after.size(); ++size) {
    ASSERT_TRUE(WriteFileAtomic(path_, after.substr(0, size), 0600).ok());
    EXPECT_FALSE(Read().answer.has_value()) << size;
    const Issued second = Answer("second");
    ASSERT_TRUE(AddAnswer(path_, second).ok());
    const PendingRequest read = Read();
    ASSERT_TRUE(read.answer.has_value()) << size;
    EXPECT_EQ(read.answer->certificate_der, "second");
    EXPECT_THAT(read.answer->chain_der, ElementsAre("issuing", "above it"));
    EXPECT_EQ(read.answer->serial, second.serial);
    EXPECT_EQ(read.answer->not_after, second.not_after);
    EXPECT_EQ(read.answer->renew_after, second.renew_after);
    EXPECT_EQ(read.answer->request_id, read.asked.request_id);
  }
}

TEST_F(PendingRequestTest, AnAnswerIsNotWrittenThroughALink) {
  const std::string elsewhere = folder_.path() + "/elsewhere";
  ASSERT_TRUE(WriteFileAtomic(elsewhere, "precious", 0600).ok());
  std::filesystem::create_symlink(elsewhere, path_);
  EXPECT_FALSE(AddAnswer(path_, Answer("first")).ok());
  EXPECT_EQ(*ReadFile(elsewhere), "precious");
}

TEST_F(PendingRequestTest, APipeIsNotWaitedForAndALinkNotFollowed) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(GetReason(ReadPending(path_).status()), Reason::kFileInvalid);
  ASSERT_EQ(unlink(path_.c_str()), 0);
  const std::string elsewhere = folder_.path() + "/elsewhere";
  ASSERT_TRUE(WritePending(elsewhere, Request()).ok());
  std::filesystem::create_symlink(elsewhere, path_);
  EXPECT_EQ(GetReason(ReadPending(path_).status()), Reason::kFileInvalid);
}

TEST_F(PendingRequestTest, AnythingElseIsNotTakenForOne) {
  EXPECT_FALSE((*ReadPending(path_)).has_value());
  ASSERT_TRUE(WritePending(path_, Request()).ok());
  const std::string whole = *ReadFile(path_);
  for (const std::string& text :
       {std::string(), std::string("precious"), whole.substr(1), whole.substr(0, whole.size() - 1),
        whole.substr(0, whole.size() / 2), "x" + whole}) {
    ASSERT_TRUE(WriteFileAtomic(path_, text, 0600).ok());
    const absl::Status status = ReadPending(path_).status();
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr("move it away"));
  }
  EXPECT_EQ(WritePending(path_, Request()).code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(PendingRequestTest, AnotherCommandIsToldWhatDiffers) {
  const PendingRequest pending = Request();
  const auto asked = [] {
    PendingRequest request = Request();
    request.asked.csr_der.clear();
    request.asked.request_id.clear();
    return request;
  };
  EXPECT_TRUE(CheckSameRequest(pending, asked(), path_).ok());
  const auto said = [&](PendingRequest request) {
    const absl::Status status = CheckSameRequest(pending, request, path_);
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
    return std::string(status.message());
  };
  PendingRequest other = asked();
  other.server = "other.example:8443";
  EXPECT_THAT(said(std::move(other)),
              HasSubstr("asks for a certificate of the CA at ca.fleet.example:8443, and this "
                        "command for other.example:8443"));
  other = asked();
  other.asked.profile = "";
  EXPECT_THAT(said(std::move(other)),
              HasSubstr("asks for the profile host, and this command for the default"));
  other = asked();
  other.asked.identity = "spiffe://fleet.example/host/b";
  EXPECT_THAT(said(std::move(other)), HasSubstr("spiffe://fleet.example/host/b"));
  other = asked();
  other.key_type = "p384";
  EXPECT_THAT(said(std::move(other)), HasSubstr("a new key of type p256"));
  other = asked();
  other.names.pop_back();
  EXPECT_THAT(said(std::move(other)), HasSubstr("the names"));
  other = asked();
  other.asked.lifetime = std::nullopt;
  EXPECT_THAT(said(std::move(other)), HasSubstr("the lifetime 2h"));
  other = asked();
  other.asked.request_id = "fedcba9876543210";
  EXPECT_THAT(said(std::move(other)), HasSubstr("another request id"));
}

// An empty CSR is no wish for a new key: the key type alone is.
TEST_F(PendingRequestTest, AUsersOwnCsrIsComparedEvenWhereItIsEmpty) {
  const auto own = [](const std::string& csr) {
    PendingRequest request;
    request.asked.csr_der = csr;
    request.asked.request_id = "0123456789abcdef";
    return request;
  };
  EXPECT_TRUE(CheckSameRequest(own("one"), own("one"), path_).ok());
  for (const char* csr : {"", "another"}) {
    const absl::Status status = CheckSameRequest(own("one"), own(csr), path_);
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
    EXPECT_THAT(std::string(status.message()), HasSubstr("another CSR")) << csr;
  }
}

TEST_F(PendingRequestTest, AKeyWithoutItsTypeOrATypeWithoutItsKeyIsNotTakenForOne) {
  PendingRequest without_type = Request();
  without_type.key_type.clear();
  PendingRequest without_key = Request();
  without_key.private_key_pem = SecretBytes();
  for (const PendingRequest* request : {&without_type, &without_key}) {
    unlink(path_.c_str());
    ASSERT_TRUE(WritePending(path_, *request).ok());
    EXPECT_EQ(GetReason(ReadPending(path_).status()), Reason::kFileInvalid);
  }
}

TEST_F(PendingRequestTest, StandsBesideWhatALinkLeadsTo) {
  std::filesystem::create_directory(folder_.path() + "/keys");
  std::filesystem::create_symlink("keys/host.key", folder_.path() + "/link");
  EXPECT_EQ(PendingPathFor(folder_.path() + "/link"),
            std::filesystem::canonical(folder_.path()).string() + "/keys/host.key.pending");
  for (const char* stream : {"", "-", "/dev/null", "/dev/stdout"}) {
    EXPECT_EQ(PendingPathFor(stream), "") << stream;
  }
}

}  // namespace
}  // namespace fleetca::client
