// What the messages of a CA's WatchRevocations say, taken over into what a verifier knows.
#ifndef FLEETCA_CLIENT_AUTHZ_FEED_FEED_READER_H_
#define FLEETCA_CLIENT_AUTHZ_FEED_FEED_READER_H_

#include <cstddef>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/revocation/revoked_serials.h"
#include "client/authz/revocations.h"
#include "fleetca/v1/revocation.pb.h"

namespace fleetca::client {

// A message that breaks the contract of the API changes nothing, and its stream is to be given up:
// what was known stays known, and becomes stale. A snapshot is read beside what is known, and takes
// its place once it is whole. Thread-compatible.
class FeedReader {
 public:
  // `known` must outlive this, which is the only one to bring it news.
  explicit FeedReader(Revocations& known) : known_(known) {}

  // What a new stream begins with: it goes on after the last message that was taken. What was read
  // of a snapshot that was not whole is forgotten.
  v1::WatchRevocationsRequest Begin();

  // `arrived` is a TimeSinceBoot. True when all is known as of the message's time.
  //
  // DATA_LOSS kAnswerInvalid for what no sound CA sends: a serial number that has not 20 octets, no
  // snapshot where one is needed, a position that goes back, a time that is none; and for more
  // revocations than options().max_revoked. UNAVAILABLE kServerUnreachable where messages arrive
  // later and later behind the times that they say.
  absl::StatusOr<bool> Take(const v1::WatchRevocationsResponse& message, absl::Time arrived);

 private:
  absl::Status Check(const v1::WatchRevocationsResponse& message) const;
  absl::Status CheckPlace(const v1::WatchRevocationsResponse& message) const;
  absl::Status CheckSize(const v1::WatchRevocationsResponse& message) const;
  absl::Status CheckDelay(absl::Time time, absl::Time arrived);

  struct FirstTime {
    absl::Time time;
    absl::Time arrived;
  };

  Revocations& known_;
  // Of the last message that was taken; nullopt: there is nothing yet.
  std::optional<v1::RevocationPosition> position_;
  // The snapshot that is being read, and how many revocations came in it, the same one twice
  // counted twice: so one that never ends does end.
  std::unique_ptr<RevokedSerials> snapshot_;
  size_t snapshot_size_ = 0;
  // Of the stream.
  std::optional<FirstTime> first_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_FEED_FEED_READER_H_
