// What the openssl program says of the CRLs and OCSP answers that are given out.
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "service/revocation/crl_publisher.h"
#include "service/revocation/crl_shard.h"
#include "service/revocation/ocsp_responder.h"
#include "service/revocation/testing/revoking_ca.h"
#include "store/certificate_record.h"
#include "store/commit.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/testing/test_crl.h"

namespace fleetca::service {
namespace {

constexpr char kUrl[] = "http://pki.fleet.example/crl";
constexpr uint16_t kShards = 4;

struct Outcome {
  int code;
  std::string output;
};

class PublishedOpenSslTest : public ::testing::Test {
 protected:
  PublishedOpenSslTest() {
    Write("root.pem", x509::EncodePem(x509::kPemCertificate, ca_.root.certificate));
    Write("issuing.pem", x509::EncodePem(x509::kPemCertificate, ca_.ca.certificate));
    auto publisher = CrlPublisher::Create(ca_.issuer(), {.shards = kShards, .base_url = kUrl},
                                          ca_.store, ca_.clock_rule);
    EXPECT_TRUE(publisher.ok()) << publisher.status();
    publisher_ = *std::move(publisher);
    std::vector<OcspIssuer> issuers;
    issuers.push_back({ca_.ca.certificate, ca_.delegate_issue()});
    auto responder = OcspResponder::Create(std::move(issuers), {}, ca_.store, ca_.clock_rule);
    EXPECT_TRUE(responder.ok()) << responder.status();
    responder_ = *std::move(responder);
    responder_->Look();
    x509::CrlSpec root = x509::TestCrlSpec(ca_.root);
    Write("root-crl.pem", x509::EncodeCrlPem(x509::IssueTestCrl(ca_.root, root, {})));
  }

  void Write(absl::string_view name, absl::string_view contents) {
    std::ofstream(absl::StrCat(folder_.path(), "/", name), std::ios::binary) << contents;
  }

  std::string Read(absl::string_view name) {
    std::ifstream file(absl::StrCat(folder_.path(), "/", name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  Outcome OpenSsl(absl::string_view arguments) {
    const std::string command =
        absl::StrCat("cd ", folder_.path(), " && openssl ", arguments, " 2>&1 </dev/null");
    FILE* pipe = popen(command.c_str(), "r");
    std::string output;
    char buffer[4096];
    while (const size_t got = fread(buffer, 1, sizeof(buffer), pipe)) {
      output.append(buffer, got);
    }
    const int status = pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
  }

  // A certificate that names its shard, in leaf.pem and in the store; its serial number.
  std::string IssueLeaf() {
    x509::LintPolicy policy = x509::LeafPolicy(ca_.ca);
    x509::CertSpec spec = x509::LeafSpec(testing::TestKey::OfType(KeyType::kP256));
    const std::string serial(spec.serial.bytes());
    const std::string url = CrlShardUrl(kUrl, CrlShardOf(serial, kShards));
    spec.crl_url = url;
    policy.crl_url = url;
    const auto maker = x509::TbsTemplate::Create(x509::LeafOptions(ca_.ca));
    EXPECT_TRUE(maker.ok()) << maker.status();
    const std::string der = x509::SignTbs(ca_.ca, (*maker)->Build(spec), policy, spec);
    Write("leaf.pem", x509::EncodePem(x509::kPemCertificate, der));
    store::CertificateRecord record;
    record.serial = serial;
    record.certificate = der;
    record.identity = "spiffe://fleet.example/svc/web";
    record.issued_at = ca_.clock.Now();
    record.not_before = spec.not_before;
    record.not_after = spec.not_after;
    record.issuer = ca_.ca.key_id;
    record.crl_shard = CrlShardOf(serial, kShards);
    record.spki_sha256 = std::string(store::kSpkiHashSize, 'k');
    store::Commit commit;
    commit.certificates = absl::MakeConstSpan(&record, 1);
    EXPECT_TRUE(ca_.store.Write(commit).ok());
    return serial;
  }

  void Publish(absl::string_view name, std::optional<uint16_t> shard) {
    while (publisher_->Look()) {
    }
    const auto crl = publisher_->Find(shard);
    ASSERT_TRUE(crl.ok()) << crl.status();
    Write(name, x509::EncodeCrlPem((*crl)->der));
  }

  Outcome Verify(absl::string_view more) {
    return OpenSsl(absl::StrCat("verify -x509_strict -no-CApath -no-CAstore -attime ",
                                absl::ToUnixSeconds(ca_.clock.Now()),
                                " -CAfile root.pem -untrusted issuing.pem ", more, " leaf.pem"));
  }

  // What it says of the responder's answer to its own question.
  std::string AskOcsp(absl::string_view id) {
    OpenSsl(absl::StrCat("ocsp -issuer issuing.pem ", id,
                         " -cert leaf.pem -no_nonce -reqout request.der"));
    Write("response.der", responder_->Answer(Read("request.der"))->der);
    return OpenSsl(absl::StrCat("ocsp -issuer issuing.pem ", id,
                                " -cert leaf.pem -no_nonce -respin response.der -CAfile root.pem"
                                " -verify_other issuing.pem -attime ",
                                absl::ToUnixSeconds(ca_.clock.Now()),
                                " -validity_period 4000000000"))
        .output;
  }

  testing::TemporaryFolder folder_;
  RevokingCa ca_{kShards};
  std::unique_ptr<CrlPublisher> publisher_;
  std::unique_ptr<OcspResponder> responder_;
};

TEST_F(PublishedOpenSslTest, ItVerifiesByShardAndByCompleteCrl) {
  const std::string serial = IssueLeaf();
  const uint16_t shard = CrlShardOf(serial, kShards);
  ca_.IssueRevoked(40);
  const auto both = [&](absl::string_view expected) {
    Publish("shard.pem", shard);
    Publish("complete.pem", std::nullopt);
    for (const char* crl : {"shard.pem", "complete.pem"}) {
      const Outcome outcome =
          Verify(absl::StrCat("-crl_check_all -CRLfile root-crl.pem -CRLfile ", crl));
      EXPECT_TRUE(absl::StrContains(outcome.output, expected)) << crl << "\n" << outcome.output;
    }
  };
  both("leaf.pem: OK");
  Publish("other.pem", static_cast<uint16_t>((shard + 1) % kShards));
  EXPECT_NE(Verify("-crl_check -CRLfile other.pem").code, 0);
  ca_.Revoke(serial, store::RevocationReason::kKeyCompromise);
  while (publisher_->Look()) {
  }
  ca_.Advance(absl::Minutes(1));
  both("certificate revoked");
}

TEST_F(PublishedOpenSslTest, ItBelievesTheOcspAnswers) {
  const std::string serial = IssueLeaf();
  for (const char* id : {"-sha256", "-sha1"}) {
    const std::string said = AskOcsp(id);
    EXPECT_TRUE(absl::StrContains(said, "Response verify OK")) << said;
    EXPECT_TRUE(absl::StrContains(said, "leaf.pem: good")) << said;
  }
  ca_.Revoke(serial, store::RevocationReason::kSuperseded);
  for (const char* id : {"-sha256", "-sha1"}) {
    const std::string said = AskOcsp(id);
    EXPECT_TRUE(absl::StrContains(said, "Response verify OK")) << said;
    EXPECT_TRUE(absl::StrContains(said, "leaf.pem: revoked")) << said;
    EXPECT_TRUE(absl::StrContains(said, "Reason: superseded")) << said;
  }
}

}  // namespace
}  // namespace fleetca::service
