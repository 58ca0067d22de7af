#include "client/authz/serve/testing/serve_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client::testing {
namespace {

constexpr absl::string_view kRoutes = R"(
  routes { path: "/orders/*" methods: ["GET", "HEAD"] roles: ["reader", "writer"] }
  routes { path: "/orders/*" methods: "POST" roles: "writer" }
  routes { path: "/healthz" methods: "GET" any_identity: true }
)";

int Connect(const ListenAddress& address) {
  sockaddr_storage storage = {};
  socklen_t size = 0;
  if (address.IsSocket()) {
    auto* const local = reinterpret_cast<sockaddr_un*>(&storage);
    local->sun_family = AF_UNIX;
    std::strncpy(local->sun_path, address.socket.c_str(), sizeof(local->sun_path) - 1);
    size = sizeof(*local);
  } else {
    auto* const internet = reinterpret_cast<sockaddr_in*>(&storage);
    internet->sin_family = AF_INET;
    internet->sin_port = htons(static_cast<uint16_t>(address.port));
    inet_pton(AF_INET, address.host.c_str(), &internet->sin_addr);
    size = sizeof(*internet);
  }
  const int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, reinterpret_cast<const sockaddr*>(&storage), size) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

}  // namespace

void ServeFixture::SetUpTestSuite() {
  if (fleet_ == nullptr) {
    fleet_ = new TestFleet();
  }
}

ServeFixture::ServeFixture() {
  Write("ca.pem", fleet_->root_pem());
  Write("routes.textproto", kRoutes);
}

AuthzServerOptions ServeFixture::Options() const {
  AuthzServerOptions options;
  options.files = {.roots = Path("ca.pem"),
                   .routes = Path("routes.textproto"),
                   .intermediates = "",
                   .trust_domain = "fleet.example",
                   .audience = "svc/orders"};
  options.passed_attributes = {"region"};
  options.grpc = {.socket = "", .host = "127.0.0.1", .port = 0};
  options.http = HttpServerOptions{.address = {.socket = "", .host = "127.0.0.1", .port = 0}};
  return options;
}

void ServeFixture::Start(AuthzServerOptions options) {
  auto server = AuthzServer::Start(std::move(options));
  FLEETCA_ASSERT_OK(server);
  server_ = *std::move(server);
}

std::string ServeFixture::Path(absl::string_view name) const {
  return absl::StrCat(folder_.path(), "/", name);
}

void ServeFixture::Write(absl::string_view name, absl::string_view contents) const {
  FLEETCA_EXPECT_OK(WriteFileAtomic(Path(name), contents, 0644));
}

TestLeaf ServeFixture::Leaf(std::vector<std::string> roles) {
  TestLeaf leaf;
  leaf.uris = {"spiffe://fleet.example/svc/web"};
  leaf.not_before = absl::Now() - absl::Minutes(5);
  leaf.not_after = absl::Now() + absl::Hours(1);
  leaf.authz = x509::FleetAuthz{.policy_revision = 7,
                                .roles = std::move(roles),
                                .audience = {{"svc/orders"}},
                                .attributes = {{"region", "eu-1"}, {"team/name", "x"}}};
  return leaf;
}

std::string ServeFixture::Escaped(absl::string_view pem) {
  return absl::StrReplaceAll(
      pem, {{"\n", "%0A"}, {" ", "%20"}, {"+", "%2B"}, {"/", "%2F"}, {"=", "%3D"}});
}

Descriptor ConnectTo(const ListenAddress& address) { return Descriptor(Connect(address)); }

std::string Exchange(const ListenAddress& address, absl::string_view bytes) {
  const int fd = Connect(address);
  if (fd < 0) {
    return "";
  }
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      break;
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  std::string answer;
  char buffer[4096];
  for (ssize_t got = 1; got > 0;) {
    got = recv(fd, buffer, sizeof(buffer), 0);
    answer.append(buffer, static_cast<size_t>(std::max<ssize_t>(got, 0)));
  }
  close(fd);
  return answer;
}

}  // namespace fleetca::client::testing
