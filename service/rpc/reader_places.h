// Whose readers there may be, where there are only so many places.
#ifndef FLEETCA_SERVICE_RPC_READER_PLACES_H_
#define FLEETCA_SERVICE_RPC_READER_PLACES_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// Counts the readers of each identity. While there is room everybody gets a place; where there is
// none, who has the most gives way to who has fewer, so that no few identities keep all others out.
// Not thread-safe.
class ReaderPlaces {
 public:
  explicit ReaderPlaces(size_t places) : places_(places) {}

  // Takes a place for a reader of `identity`. False: all are taken, and nobody has two more than
  // this identity. Where somebody loses a place to it, `loser` is that identity and else "": it was
  // counted less already, and whoever calls ends one of its readers.
  [[nodiscard]] bool Take(absl::string_view identity, std::string* loser);
  // Of a reader whose place was taken and not lost.
  void GiveBack(absl::string_view identity);

  size_t taken() const { return taken_; }

 private:
  size_t Of(absl::string_view identity) const;

  const size_t places_;
  size_t taken_ = 0;
  absl::flat_hash_map<std::string, size_t> of_identity_;  // none is 0
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_READER_PLACES_H_
