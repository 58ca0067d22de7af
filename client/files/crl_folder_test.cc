#include "client/files/crl_folder.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/openssl.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::TestKey;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// A program that runs: its store is made once, and looks for CRLs in the folder.
class Program {
 public:
  Program(const std::string& folder, const x509::TestCa& root, const x509::TestCa& issuing)
      : store_(X509_STORE_new()) {
    for (const x509::TestCa* ca : {&root, &issuing}) {
      X509_STORE_add_cert(store_.get(), Decode(ca->certificate).get());
    }
    X509_LOOKUP* const lookup = X509_STORE_add_lookup(store_.get(), X509_LOOKUP_hash_dir());
    EXPECT_EQ(X509_LOOKUP_add_dir(lookup, folder.c_str(), X509_FILETYPE_PEM), 1);
  }

  // X509_V_OK, or why not.
  int Verify(const std::string& leaf_der) const {
    const std::unique_ptr<X509_STORE_CTX, OpenSslDeleter<X509_STORE_CTX_free>> context(
        X509_STORE_CTX_new());
    const X509Ptr leaf = Decode(leaf_der);
    X509_STORE_CTX_init(context.get(), store_.get(), leaf.get(), nullptr);
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_CRL_CHECK);
    X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(x509::kTestNow + absl::Minutes(1)));
    X509_verify_cert(context.get());
    return X509_STORE_CTX_get_error(context.get());
  }

 private:
  static X509Ptr Decode(const std::string& der) {
    const unsigned char* at = AsUnsigned(der);
    return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  }

  std::unique_ptr<X509_STORE, OpenSslDeleter<X509_STORE_free>> store_;
};

class CrlFolderTest : public ::testing::Test {
 protected:
  void SetUp() override { Reopen(); }

  void Reopen() {
    crls_.reset();
    auto opened = CrlFolder::Open(Path());
    FLEETCA_ASSERT_OK(opened);
    crls_ = *std::move(opened);
  }

  // The CRL of this number, which revokes the leaf or does not.
  std::string Crl(uint64_t number, bool revoked = false) const {
    x509::CrlSpec spec = x509::TestCrlSpec(issuing_);
    // Of two that it finds OpenSSL takes the one with the later date.
    spec.number = number;
    spec.this_update += absl::Seconds(number);
    std::vector<x509::CrlEntry> entries;
    const auto leaf = x509::ParseCertificate(leaf_);
    FLEETCA_EXPECT_OK(leaf);
    if (revoked) {
      entries = x509::TestCrlEntries(1);
      entries[0].serial = leaf->serial;
    }
    return x509::IssueTestCrl(issuing_, spec, entries);
  }

  bool Put(const std::vector<std::string>& crls) {
    const auto added = crls_->Put(std::vector<absl::string_view>(crls.begin(), crls.end()));
    FLEETCA_EXPECT_OK(added);
    return added.ok() && *added;
  }

  // What lies under the suffixes, in order, as the index in `crls`; -1 for none of them.
  std::vector<int> Held(const std::vector<std::string>& crls) const {
    std::vector<int> held;
    std::string hash;
    for (const auto& entry : std::filesystem::directory_iterator(Path())) {
      const std::string name = entry.path().filename();
      hash = absl::EndsWith(name, ".r0") ? name.substr(0, 8) : hash;
    }
    for (int suffix = 0;; ++suffix) {
      const auto pem = ReadFile(absl::StrCat(Path(), "/", hash, ".r", suffix));
      if (!pem.ok()) {
        return held;
      }
      int index = -1;
      for (size_t i = 0; i < crls.size(); ++i) {
        index = *pem == x509::EncodePem(x509::kPemCrl, crls[i]) ? static_cast<int>(i) : index;
      }
      held.push_back(index);
    }
  }

  std::string Path() const { return folder_.path() + "/crls"; }
  Program Start() const { return Program(Path(), root_, issuing_); }

  const fleetca::testing::TemporaryFolder folder_;
  const x509::TestCa root_ = x509::MakeTestRoot(KeyType::kP256);
  const x509::TestCa issuing_ = x509::MakeTestIssuingCa(root_, KeyType::kP256);
  const std::string leaf_ = x509::IssueLeaf(issuing_, TestKey::OfType(KeyType::kP256));
  std::unique_ptr<CrlFolder> crls_;
};

TEST_F(CrlFolderTest, ARunningProgramSeesANewCrlAtOnce) {
  const std::vector<std::string> crls = {Crl(1), Crl(2, true)};
  EXPECT_TRUE(Put({crls[0]}));
  const Program program = Start();
  EXPECT_EQ(program.Verify(leaf_), X509_V_OK);
  EXPECT_TRUE(Put({crls[1]}));
  EXPECT_THAT(Held(crls), ElementsAre(0, 1));
  EXPECT_EQ(program.Verify(leaf_), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(Start().Verify(leaf_), X509_V_ERR_CERT_REVOKED);
}

TEST_F(CrlFolderTest, WhatIsThereIsNotTouched) {
  const std::vector<std::string> crls = {Crl(1), Crl(2)};
  EXPECT_TRUE(Put(crls));
  EXPECT_FALSE(Put(crls));
  Reopen();
  EXPECT_FALSE(Put(crls));
  EXPECT_THAT(Held(crls), ElementsAre(0, 1));
}

// Whoever starts reads up to the first suffix that is missing.
TEST_F(CrlFolderTest, WhatOthersRemoveOrReplaceIsPutBack) {
  const std::vector<std::string> crls = {Crl(1), Crl(2, true)};
  EXPECT_TRUE(Put({crls[0]}));
  EXPECT_TRUE(Put({crls[1]}));
  const auto put_back = [this] {
    const absl::StatusOr<size_t> lost = crls_->PutBack();
    FLEETCA_EXPECT_OK(lost);
    return lost.value_or(0);
  };
  EXPECT_EQ(put_back(), 0u);
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(Path())) {
    if (absl::StrContains(entry.path().filename().string(), ".r")) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  ASSERT_THAT(paths, SizeIs(2));
  std::filesystem::remove(paths[0]);
  EXPECT_EQ(put_back(), 1u);
  // The first one is not in force any more, and is not kept in memory.
  EXPECT_THAT(Held(crls), ElementsAre(1, 1));
  FLEETCA_ASSERT_OK(WriteFileAtomic(paths[1], "no CRL", 0644));
  EXPECT_EQ(put_back(), 1u);
  EXPECT_THAT(Held(crls), ElementsAre(1, 1));
  EXPECT_EQ(put_back(), 0u);
  EXPECT_EQ(Start().Verify(leaf_), X509_V_ERR_CERT_REVOKED);
}

TEST_F(CrlFolderTest, AReloadLetsOldOnesGo) {
  const std::vector<std::string> crls = {Crl(1), Crl(2), Crl(3)};
  for (const std::string& crl : crls) {
    EXPECT_TRUE(Put({crl}));
  }
  FLEETCA_EXPECT_OK(crls_->PrepareReload());
  EXPECT_THAT(Held(crls), ElementsAre(2));
  FLEETCA_EXPECT_OK(crls_->Reloaded());
  EXPECT_TRUE(Put({crls[0]}));
  EXPECT_THAT(Held(crls), ElementsAre(2, 0));
}

// The hook has not worked yet: programs remember suffixes of files that are gone.
TEST_F(CrlFolderTest, WhoIsNotReloadedYetSeesANewCrlAllTheSame) {
  const std::vector<std::string> crls = {Crl(1), Crl(2), Crl(3, true)};
  Put({crls[0]});
  Put({crls[1]});
  const Program old = Start();
  EXPECT_EQ(old.Verify(leaf_), X509_V_OK);
  FLEETCA_EXPECT_OK(crls_->PrepareReload());
  const Program reloaded = Start();
  EXPECT_EQ(reloaded.Verify(leaf_), X509_V_OK);
  // Over a start of this program, too.
  Reopen();
  EXPECT_TRUE(Put({crls[2]}));
  EXPECT_THAT(Held(crls), ElementsAre(1, 2, 2));
  EXPECT_EQ(old.Verify(leaf_), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(reloaded.Verify(leaf_), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(Start().Verify(leaf_), X509_V_ERR_CERT_REVOKED);
}

TEST_F(CrlFolderTest, SeveralOfOneIssuerStayTogether) {
  const std::vector<std::string> crls = {Crl(1), Crl(2), Crl(3), Crl(4)};
  Put({crls[0], crls[1]});
  EXPECT_TRUE(Put({crls[2], crls[1]}));
  EXPECT_THAT(Held(crls), ElementsAre(0, 1, 2));
  FLEETCA_EXPECT_OK(crls_->PrepareReload());
  EXPECT_THAT(Held(crls), ElementsAre(2, 1));
  EXPECT_FALSE(Put({}));
  FLEETCA_EXPECT_OK(crls_->PrepareReload());
  EXPECT_THAT(Held(crls), SizeIs(0));
}

TEST_F(CrlFolderTest, OtherFilesAndWhatIsNoCrlAreLeftAlone) {
  FLEETCA_ASSERT_OK(WriteFileAtomic(Path() + "/0123abcd.0", "a root", 0644));
  FLEETCA_ASSERT_OK(WriteFileAtomic(Path() + "/README", "text", 0644));
  const std::vector<std::string> crls = {Crl(1)};
  EXPECT_THAT(crls_->Put(std::vector<absl::string_view>{crls[0], "no CRL"}),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(Held(crls), SizeIs(0));
  Put(crls);
  FLEETCA_EXPECT_OK(crls_->PrepareReload());
  EXPECT_TRUE(std::filesystem::exists(Path() + "/0123abcd.0"));
  EXPECT_TRUE(std::filesystem::exists(Path() + "/README"));
}

TEST_F(CrlFolderTest, WhatLiesBeyondAGapIsNotCounted) {
  const std::vector<std::string> crls = {Crl(1), Crl(2), Crl(3)};
  for (const std::string& crl : crls) {
    Put({crl});
  }
  std::string second;
  for (const auto& entry : std::filesystem::directory_iterator(Path())) {
    second = absl::EndsWith(entry.path().string(), ".r1") ? entry.path().string() : second;
  }
  ASSERT_TRUE(std::filesystem::remove(second));
  Reopen();
  EXPECT_TRUE(Put({crls[2]}));
  EXPECT_THAT(Held(crls), ElementsAre(0, 2));
}

// A pipe without a writer would be waited for without end.
TEST_F(CrlFolderTest, APipeIsNoCrlAndIsNotWaitedFor) {
  crls_.reset();
  const std::string pipe = Path() + "/0123abcd.r0";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const absl::Status status = CrlFolder::Open(Path()).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(pipe));
}

TEST_F(CrlFolderTest, BeforeThereAreAnyNothingGoes) {
  const std::vector<std::string> crls = {Crl(1), Crl(2)};
  Put({crls[0]});
  Put({crls[1]});
  Reopen();
  FLEETCA_EXPECT_OK(crls_->PrepareReload());
  EXPECT_THAT(Held(crls), ElementsAre(0, 1));
}

TEST_F(CrlFolderTest, WithoutAReloadTheSuffixesBeginAnewInTheEnd) {
  const std::vector<std::string> crls = {Crl(1), Crl(2)};
  Put({crls[0]});
  FLEETCA_EXPECT_OK(crls_->PrepareReload());
  crls_.reset();
  for (const auto& entry : std::filesystem::directory_iterator(Path())) {
    if (entry.is_symlink()) {
      std::filesystem::remove(entry);
      std::filesystem::create_symlink(absl::StrCat(CrlFolder::kMaxSuffixes), entry.path());
    }
  }
  Reopen();
  EXPECT_TRUE(Put({crls[1]}));
  EXPECT_THAT(Held(crls), ElementsAre(1));
}

TEST_F(CrlFolderTest, TheFolderIsOfOneProcessAndNoLink) {
  EXPECT_THAT(CrlFolder::Open(Path()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  std::filesystem::create_symlink(Path(), Path() + "-link");
  EXPECT_THAT(CrlFolder::Open(Path() + "-link"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

}  // namespace
}  // namespace fleetca::client
