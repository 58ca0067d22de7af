#include "service/net/tls_credentials.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/authority/new_ca.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/pem.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::Duration kLook = absl::Milliseconds(20);
// So many looks and a refresh of gRPC's: what is taken at all is taken by then.
constexpr absl::Duration kLongEnough = absl::Milliseconds(2500);
constexpr absl::Duration kPatience = absl::Seconds(60);

std::string Pem(absl::string_view der) { return x509::EncodePem(x509::kPemCertificate, der); }

// A root, a server's pair and a client's, all below it.
struct World {
  World() {
    NewCaOptions options;
    options.organization = "fleet.test";
    options.title = "root";
    options.lifetime = absl::Hours(100);
    authority = *NewCa::CreateRoot(options, absl::Now());
    LeafOptions leaf;
    leaf.names = {{x509::NameType::kDns, "localhost"}};
    leaf.extended_key_usage = {std::string(x509::oid::kServerAuth)};
    leaf.lifetime = absl::Hours(10);
    server = *authority->IssueLeaf(leaf, absl::Now());
    leaf.extended_key_usage = {std::string(x509::oid::kClientAuth)};
    client = *authority->IssueLeaf(leaf, absl::Now());
  }
  // Another pair for the server, which ends later.
  NewLeaf LaterServer() const {
    LeafOptions leaf;
    leaf.names = {{x509::NameType::kDns, "localhost"}};
    leaf.extended_key_usage = {std::string(x509::oid::kServerAuth)};
    leaf.lifetime = absl::Hours(20);
    return *authority->IssueLeaf(leaf, absl::Now());
  }
  std::unique_ptr<NewCa> authority;
  NewLeaf server;
  NewLeaf client;
};

class TlsCredentialsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    a_ = new World();
    b_ = new World();
  }
  static void TearDownTestSuite() {
    delete a_;
    delete b_;
  }

  void SetUp() override {
    Put(paths_.certificate, Pem(a_->server.certificate));
    Put(paths_.private_key, a_->server.private_key.view());
    Put(paths_.client_ca, Pem(a_->authority->certificate()));
    FLEETCA_ASSERT_OK_AND_ASSIGN(watcher_, FileWatcher::Start(kLook));
  }

  static void Put(const std::string& path, absl::string_view text) {
    FLEETCA_ASSERT_OK(WriteFileAtomic(path, text, 0600));
  }

  void Serve() {
    FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create(paths_, *watcher_, Clock::System()));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto credentials, tls_->CredentialsForCertificates());
    server_ = Listen(credentials, &port_);
  }

  static std::unique_ptr<grpc::Server> Listen(
      const std::shared_ptr<grpc::ServerCredentials>& credentials, int* port) {
    grpc::EnableDefaultHealthCheckService(true);
    // gRPC starts no server without a service, and the service outlives the server.
    static auto* const services = new std::deque<grpc::CallbackGenericService>();
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&services->emplace_back());
    builder.AddListeningPort("127.0.0.1:0", credentials, port);
    return builder.BuildAndStart();
  }

  // Whether a new connection comes to be, with this world's root and `client`'s certificate.
  static bool Connects(int port, const World& world, const NewLeaf* client) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = Pem(world.authority->certificate());
    if (client != nullptr) {
      options.pem_cert_chain = Pem(client->certificate);
      options.pem_private_key = std::string(client->private_key.view());
    }
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = grpc::CreateCustomChannel(absl::StrCat("localhost:", port),
                                                   grpc::SslCredentials(options), arguments);
    const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(10);
    grpc_connectivity_state state = channel->GetState(/*try_to_connect=*/true);
    while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE &&
           channel->WaitForStateChange(state, deadline)) {
      state = channel->GetState(true);
    }
    return state == GRPC_CHANNEL_READY;
  }
  bool Connects(const World& world, const NewLeaf* client) const {
    return Connects(port_, world, client);
  }

  static bool Eventually(const std::function<bool()>& condition) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (!condition()) {
      if (absl::Now() > deadline) {
        return false;
      }
      absl::SleepFor(absl::Milliseconds(100));
    }
    return true;
  }

  static inline World* a_ = nullptr;
  static inline World* b_ = nullptr;
  const testing::TemporaryFolder folder_;
  const TlsPaths paths_ = {folder_.path() + "/server.crt", folder_.path() + "/server.key",
                           folder_.path() + "/ca.pem"};
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<ServerTls> tls_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(TlsCredentialsTest, WrongFilesAreAnErrorAtTheStart) {
  Put(paths_.private_key, b_->server.private_key.view());
  EXPECT_THAT(ServerTls::Create(paths_, *watcher_, Clock::System()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  unlink(paths_.private_key.c_str());
  EXPECT_THAT(ServerTls::Create(paths_, *watcher_, Clock::System()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  FLEETCA_ASSERT_OK(WriteFileAtomic(paths_.private_key, a_->server.private_key.view(), 0644));
  EXPECT_THAT(ServerTls::Create(paths_, *watcher_, Clock::System()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
}

TEST_F(TlsCredentialsTest, OnlyClientsOfTheRootsAreLetIn) {
  Serve();
  EXPECT_TRUE(Connects(*a_, &a_->client));
  EXPECT_FALSE(Connects(*b_, &a_->client));  // which does not know the server
}

TEST_F(TlsCredentialsTest, HalvesOfAReplacementLeaveThePairInUse) {
  Serve();
  for (const absl::string_view text :
       {absl::string_view(Pem(b_->server.certificate)),  // its key has not come yet
        absl::string_view("-----BEGIN CERTIFICATE-----\nMIIB"), absl::string_view("")}) {
    Put(paths_.certificate, text);
    absl::SleepFor(kLongEnough);
    EXPECT_TRUE(Connects(*a_, &a_->client)) << text;
  }
  unlink(paths_.certificate.c_str());
  Put(paths_.client_ca, "not a certificate");
  absl::SleepFor(kLongEnough);
  EXPECT_TRUE(Connects(*a_, &a_->client));
}

TEST_F(TlsCredentialsTest, AWholeReplacementServesNewConnections) {
  Serve();
  Put(paths_.certificate, Pem(b_->server.certificate));
  Put(paths_.private_key, b_->server.private_key.view());
  EXPECT_TRUE(Eventually([this] { return Connects(*b_, &a_->client); }));
  EXPECT_FALSE(Connects(*a_, &a_->client));
  // And back again, with other roots for clients: TLS 1.3 tells a client late that it is refused.
  Put(paths_.certificate, Pem(a_->server.certificate));
  Put(paths_.private_key, a_->server.private_key.view());
  EXPECT_TRUE(Eventually([this] { return Connects(*a_, &a_->client); }));
}

// All three files change at once, and the change is refused after each of them was found right.
TEST_F(TlsCredentialsTest, WhatIsNotAcceptedChangesNothing) {
  std::atomic<bool> accepts{true};
  std::atomic<int> asked{0};
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      tls_, ServerTls::Create(paths_, *watcher_, Clock::System(), [&](const x509::Certificate&) {
        ++asked;
        return accepts ? absl::OkStatus()
                       : InvalidArgument(Reason::kConfigInvalid, "", "Its name is another's");
      }));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto credentials, tls_->CredentialsForCertificates());
  server_ = Listen(credentials, &port_);
  EXPECT_EQ(asked, 1);
  accepts = false;
  Put(paths_.certificate, Pem(b_->server.certificate));
  Put(paths_.private_key, b_->server.private_key.view());
  Put(paths_.client_ca, Pem(b_->authority->certificate()));
  EXPECT_TRUE(Eventually([&] { return asked > 1; }));
  absl::SleepFor(kLongEnough);
  EXPECT_TRUE(Connects(*a_, &a_->client));
  EXPECT_FALSE(Connects(*b_, &b_->client));
  // It is asked again and again.
  accepts = true;
  EXPECT_TRUE(Eventually([this] { return Connects(*b_, &b_->client); }));
}

// Whoever is a client now would refuse it. At a start it may be what is meant.
TEST_F(TlsCredentialsTest, APairOfAnotherPkiReplacesNoneOfThisOne) {
  ServerTrust trust{{a_->authority->certificate()}, {a_->authority->certificate()}, "fleet.test"};
  const auto create = [&] {
    return ServerTls::Create(paths_, *watcher_, Clock::System(), nullptr, [&] { return trust; });
  };
  FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, create());
  EXPECT_THAT(tls_->Warnings(), ElementsAre(HasSubstr("server.crt: the server's certificate has no "
                                                      "SPIFFE ID")));
  Put(paths_.certificate, Pem(b_->server.certificate));
  Put(paths_.private_key, b_->server.private_key.view());
  absl::SleepFor(kLongEnough);
  EXPECT_EQ(tls_->PairInUse().certificate.view(), Pem(a_->server.certificate));
  tls_.reset();
  FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, create());
  EXPECT_EQ(tls_->PairInUse().certificate.view(), Pem(b_->server.certificate));
  EXPECT_THAT(tls_->Warnings(), Contains(HasSubstr("no root of the trust bundle")));
  // Back again at any time.
  Put(paths_.certificate,
      Pem(a_->server.certificate) + Pem(a_->authority->certificate()) + Pem("junk"));
  Put(paths_.private_key, a_->server.private_key.view());
  EXPECT_TRUE(Eventually(
      [this] { return tls_->PairInUse().certificate.view() == Pem(a_->server.certificate); }));
  EXPECT_THAT(tls_->Warnings(), Contains(HasSubstr("certificate 3 cannot be read")));
}

// They would refuse every client there is.
TEST_F(TlsCredentialsTest, RootsOfAnotherPkiReplaceNoneOfThisOne) {
  ServerTrust trust{{a_->authority->certificate()}, {a_->authority->certificate()}, "fleet.test"};
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      tls_, ServerTls::Create(paths_, *watcher_, Clock::System(), nullptr, [&] { return trust; }));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto credentials, tls_->CredentialsForCertificates());
  server_ = Listen(credentials, &port_);
  Put(paths_.client_ca, Pem(b_->authority->certificate()));
  absl::SleepFor(kLongEnough);
  EXPECT_TRUE(Connects(*a_, &a_->client));
  Put(paths_.client_ca, Pem(b_->authority->certificate()) + Pem(a_->authority->certificate()));
  EXPECT_TRUE(Eventually([this] { return Connects(*a_, &b_->client); }));
  EXPECT_TRUE(Connects(*a_, &a_->client));
}

TEST_F(TlsCredentialsTest, APairThatTheFilesDoNotHaveServesUntilTheyHaveAnother) {
  Serve();
  const absl::string_view key = b_->server.private_key.view();
  EXPECT_THAT(tls_->Use({SecretBytes(Pem(a_->server.certificate)), SecretBytes(key)}),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  FLEETCA_ASSERT_OK(tls_->Use({SecretBytes(Pem(b_->server.certificate)), SecretBytes(key)}));
  EXPECT_TRUE(Eventually([this] { return Connects(*b_, &a_->client); }));
  absl::SleepFor(kLongEnough);  // the files stand still
  EXPECT_TRUE(Connects(*b_, &a_->client));
  World c;
  Put(paths_.certificate, Pem(c.server.certificate));
  Put(paths_.private_key, c.server.private_key.view());
  EXPECT_TRUE(Eventually([&] { return Connects(c, &a_->client); }));
}

// As where they cannot be written: a rotation of the roots must not bring the old pair back.
TEST_F(TlsCredentialsTest, RootsComeInForceBesideAPairThatTheFilesDoNotHave) {
  Serve();
  const std::string of_files = tls_->FilePairSha256();
  FLEETCA_ASSERT_OK(tls_->Use(
      {SecretBytes(Pem(b_->server.certificate)), SecretBytes(b_->server.private_key.view())}));
  EXPECT_EQ(tls_->FilePairSha256(), of_files);
  // A client of other roots is told late that it is refused, so the roots are seen by a warning.
  Put(paths_.client_ca, Pem(b_->authority->certificate()) + Pem("junk"));
  EXPECT_TRUE(Eventually([this] { return !tls_->Warnings().empty(); }));
  EXPECT_THAT(tls_->Warnings(), Contains(HasSubstr("no client can chain to them")));
  EXPECT_EQ(tls_->PairInUse().certificate.view(), Pem(b_->server.certificate));
  EXPECT_TRUE(Eventually([this] { return Connects(*b_, &b_->client); }));
  // What the files have is theirs again once they had another.
  const World c;
  for (const World* world : {&c, static_cast<const World*>(a_)}) {
    Put(paths_.certificate, Pem(world->server.certificate));
    Put(paths_.private_key, world->server.private_key.view());
    EXPECT_TRUE(Eventually(
        [&] { return tls_->PairInUse().certificate.view() == Pem(world->server.certificate); }));
  }
  EXPECT_EQ(tls_->FilePairSha256(), of_files);
}

TEST_F(TlsCredentialsTest, RootsComeInForceAlsoWhereTheFilesPairHasExpired) {
  testing::FakeClock clock(absl::Now() + absl::Hours(11));
  const NewLeaf later = a_->LaterServer();
  FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create(paths_, *watcher_, clock, nullptr, nullptr,
                                                       {.instead = [&](const absl::Status&) {
                                                         return TlsPair{
                                                             SecretBytes(Pem(later.certificate)),
                                                             SecretBytes(later.private_key.view())};
                                                       }}));
  Put(paths_.client_ca, Pem(b_->authority->certificate()) + Pem("junk"));
  EXPECT_TRUE(Eventually([this] { return !tls_->Warnings().empty(); }));
  EXPECT_EQ(tls_->PairInUse().certificate.view(), Pem(later.certificate));
}

TEST_F(TlsCredentialsTest, RootsThatCannotBeReadDoNotKeepAPairFromBeingUsed) {
  Serve();
  Put(paths_.client_ca, "not a certificate");
  FLEETCA_EXPECT_OK(tls_->Use(
      {SecretBytes(Pem(b_->server.certificate)), SecretBytes(b_->server.private_key.view())}));
  EXPECT_TRUE(Eventually([this] { return Connects(*b_, &a_->client); }));
}

TEST_F(TlsCredentialsTest, WhereTheFilesHaveNoneAnotherPairMayServeAtTheStart) {
  Put(paths_.private_key, b_->server.private_key.view());
  absl::Status told;
  const auto create = [&](absl::StatusOr<TlsPair> other) {
    return ServerTls::Create(paths_, *watcher_, Clock::System(), nullptr, nullptr,
                             {.instead = [&](const absl::Status& why) {
                               told = why;
                               return std::move(other);
                             }});
  };
  const absl::Status none = FailedPrecondition(Reason::kFileInvalid, "there is none");
  EXPECT_EQ(create(none).status(), none);
  EXPECT_THAT(told, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, create(TlsPair{SecretBytes(Pem(b_->server.certificate)),
                                                    SecretBytes(b_->server.private_key.view())}));
  EXPECT_EQ(tls_->PairInUse().certificate.view(), Pem(b_->server.certificate));
}

TEST_F(TlsCredentialsTest, AnExpiredCertificateIsTakenOnlyWhereThatWasSaid) {
  testing::FakeClock clock(absl::Now() + absl::Hours(11));
  EXPECT_THAT(ServerTls::Create(paths_, *watcher_, clock),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create(paths_, *watcher_, clock, nullptr, nullptr,
                                                       {.expired_is_taken = true}));
  EXPECT_THAT(tls_->CheckNotExpired(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

TEST_F(TlsCredentialsTest, AnExpiredCertificateReplacesNoneThatIsValid) {
  testing::FakeClock clock(absl::Now() + absl::Hours(11));
  const NewLeaf later = a_->LaterServer();
  FLEETCA_ASSERT_OK_AND_ASSIGN(tls_, ServerTls::Create(paths_, *watcher_, clock, nullptr, nullptr,
                                                       {.expired_is_taken = true}));
  Put(paths_.certificate, Pem(later.certificate));
  Put(paths_.private_key, later.private_key.view());
  EXPECT_TRUE(
      Eventually([&] { return tls_->PairInUse().certificate.view() == Pem(later.certificate); }));
  FLEETCA_EXPECT_OK(tls_->CheckNotExpired());
  Put(paths_.certificate, Pem(a_->server.certificate));
  Put(paths_.private_key, a_->server.private_key.view());
  absl::SleepFor(kLongEnough);
  EXPECT_EQ(tls_->PairInUse().certificate.view(), Pem(later.certificate));
  EXPECT_THAT(tls_->Use({SecretBytes(Pem(a_->server.certificate)),
                         SecretBytes(a_->server.private_key.view())}),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

TEST_F(TlsCredentialsTest, BearersNeedNoCertificateAndNoRoots) {
  const TlsPaths paths = {paths_.certificate, paths_.private_key, ""};
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto tls,
                               ServerTls::Create(paths, *watcher_, Clock::System()));
  EXPECT_THAT(tls->CredentialsForCertificates(),
              IsError(absl::StatusCode::kInternal, Reason::kInternal));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto credentials, tls->CredentialsForBearers());
  int port = 0;
  const auto server = Listen(credentials, &port);
  ASSERT_NE(server, nullptr);
  EXPECT_TRUE(Connects(port, *a_, nullptr));
}

}  // namespace
}  // namespace fleetca::service
