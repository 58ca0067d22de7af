#include "client/agent/sockets/workload_sockets.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/net/unix_socket.h"
#include "base/status_macros.h"
#include "client/agent/sockets/connection_count.h"
#include "client/agent/sockets/identity_feed.h"
#include "client/agent/sockets/identity_server.h"
#include "client/agent/sockets/push_timer.h"
#include "client/agent/sockets/socket_endpoint.h"
#include "client/agent/sockets/socket_selectors.h"

namespace fleetca::client {
namespace {

// Services of a fleet that begin anew within so long are no stampede, and nobody waits for it.
constexpr absl::Duration kPushSpread = absl::Seconds(10);
// How long calls have to take their last word when all is stopped.
constexpr absl::Duration kDrain = absl::Seconds(1);

// One identity at one socket.
struct Place {
  std::string identity;
  SocketOptions options;
};

absl::Status CheckPair(const Place& one, const Place& other) {
  const auto problem = [&](absl::string_view what) {
    return InvalidArgument(Reason::kConfigInvalid, other.identity,
                           absl::StrCat("The identities ", one.identity, " and ", other.identity,
                                        " both have the socket ", one.options.path, ", ", what));
  };
  const SocketOptions& a = one.options;
  const SocketOptions& b = other.options;
  if (a.mode != b.mode || a.owner.user != b.owner.user || a.owner.group != b.owner.group) {
    return problem("with different owners or modes; write the same ones, or name two sockets");
  }
  if (SocketSelectors(a).Overlap(SocketSelectors(b))) {
    return problem(
        "and a process can be one that both are for; give each uids, gids, units or cgroups that "
        "the other has not, or name two sockets");
  }
  return absl::OkStatus();
}

class AllSockets final : public WorkloadSockets {
 public:
  explicit AllSockets(HeldIdentities* held) : held_(*held) {}
  ~AllSockets() override { Stop(); }

  absl::Status Open(absl::Span<const IdentityOptions> identities) {
    for (const IdentityOptions& identity : identities) {
      for (const SocketOptions& options : identity.sockets) {
        FLEETCA_RETURN_IF_ERROR(Add({.identity = identity.name, .options = options}));
      }
    }
    for (const auto& [path, places] : places_) {
      const SocketOptions& options = places.front().options;
      FLEETCA_ASSIGN_OR_RETURN(endpoints_[path], SocketEndpoint::Open({.path = path,
                                                                       .user = options.owner.user,
                                                                       .group = options.owner.group,
                                                                       .mode = options.mode}));
    }
    return absl::OkStatus();
  }

  absl::Status Start() override {
    if (endpoints_.empty()) {
      return absl::OkStatus();
    }
    FLEETCA_ASSIGN_OR_RETURN(timer_, PushTimer::Start());
    FLEETCA_ASSIGN_OR_RETURN(watch_, PushTimer::Start());
    FLEETCA_ASSIGN_OR_RETURN(refusing_, IdentityServer::Start({.identity = "(none)"}));
    const auto all = std::make_shared<ConnectionCount>(
        ConnectionLimitsFor(FreeDescriptors()), "the agent",
        ", as many as its descriptors are enough for; give the process more (LimitNOFILE)");
    for (const auto& [path, places] : places_) {
      std::vector<EndpointIdentity> identities;
      for (const Place& place : places) {
        FLEETCA_ASSIGN_OR_RETURN(IdentityServer* const server, Serve(place));
        identities.push_back({.identity = place.identity,
                              .selectors = SocketSelectors(place.options),
                              .server = server});
      }
      FLEETCA_RETURN_IF_ERROR(
          endpoints_[path]->Start(std::move(identities), refusing_.get(), watch_.get(), all));
    }
    return absl::OkStatus();
  }

  void Stop() override {
    endpoints_.clear();
    watch_.reset();
    for (const auto& [identity, feed] : feeds_) {
      feed->Close(Unavailable(Reason::kDraining, "The agent is stopping; connect again"));
    }
    // One moment for all: a client that takes nothing holds none of them up any longer.
    const absl::Time deadline = absl::Now() + kDrain;
    for (const std::unique_ptr<IdentityServer>& server : servers_) {
      server->Stop(deadline);
    }
    if (refusing_ != nullptr) {
      refusing_->Stop(deadline);
    }
    servers_.clear();
    refusing_.reset();
    timer_.reset();
    feeds_.clear();
  }

  void SetPushSpread(absl::Duration spread) override { push_spread_ = spread; }

 private:
  absl::Status Add(Place place) {
    if (!place.options.workload_api && !place.options.envoy_sds) {
      return InvalidArgument(
          Reason::kConfigInvalid, place.identity,
          absl::StrCat("The socket ", place.options.path, " of the identity ", place.identity,
                       " speaks no protocol; leave protocols out for both"));
    }
    std::vector<Place>& places = places_[place.options.path];
    for (const Place& other : places) {
      FLEETCA_RETURN_IF_ERROR(CheckPair(other, place));
    }
    places.push_back(std::move(place));
    return absl::OkStatus();
  }

  absl::StatusOr<IdentityServer*> Serve(const Place& place) {
    std::shared_ptr<IdentityFeed>& feed = feeds_[place.identity];
    if (feed == nullptr) {
      feed = IdentityFeed::Make(place.identity, &held_, timer_.get(), push_spread_);
    }
    FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<IdentityServer> server,
                             IdentityServer::Start({.identity = place.identity,
                                                    .feed = feed,
                                                    .workload_api = place.options.workload_api,
                                                    .envoy_sds = place.options.envoy_sds}));
    servers_.push_back(std::move(server));
    return servers_.back().get();
  }

  HeldIdentities& held_;
  absl::Duration push_spread_ = kPushSpread;
  // By the path of the socket.
  std::map<std::string, std::vector<Place>> places_;
  std::map<std::string, std::unique_ptr<SocketEndpoint>> endpoints_;
  // From Start on.
  std::unique_ptr<PushTimer> timer_;
  std::unique_ptr<PushTimer> watch_;
  std::map<std::string, std::shared_ptr<IdentityFeed>> feeds_;
  std::vector<std::unique_ptr<IdentityServer>> servers_;
  std::unique_ptr<IdentityServer> refusing_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorkloadSockets>> WorkloadSockets::Create(
    absl::Span<const IdentityOptions> identities, HeldIdentities& held) {
  auto made = std::make_unique<AllSockets>(&held);
  FLEETCA_RETURN_IF_ERROR(made->Open(identities));
  return made;
}

}  // namespace fleetca::client
