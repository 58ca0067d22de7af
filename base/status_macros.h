// Early return on absl::Status, which this absl release has no macros for.
#ifndef FLEETCA_BASE_STATUS_MACROS_H_
#define FLEETCA_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the calling function when `expr`, an absl::Status, is not OK.
#define FLEETCA_RETURN_IF_ERROR(expr)                                                     \
  do {                                                                                    \
    if (absl::Status fleetca_status = (expr); ABSL_PREDICT_FALSE(!fleetca_status.ok())) { \
      return fleetca_status;                                                              \
    }                                                                                     \
  } while (false)

// FLEETCA_ASSIGN_OR_RETURN(auto x, F()): the value of an absl::StatusOr, or return its status.
#define FLEETCA_ASSIGN_OR_RETURN(lhs, expr) \
  FLEETCA_ASSIGN_OR_RETURN_IMPL_(FLEETCA_CONCAT_(fleetca_status_or_, __LINE__), lhs, expr)

#define FLEETCA_CONCAT_INNER_(a, b) a##b
#define FLEETCA_CONCAT_(a, b) FLEETCA_CONCAT_INNER_(a, b)
#define FLEETCA_ASSIGN_OR_RETURN_IMPL_(status_or, lhs, expr) \
  auto status_or = (expr);                                   \
  if (ABSL_PREDICT_FALSE(!status_or.ok())) {                 \
    return std::move(status_or).status();                    \
  }                                                          \
  lhs = *std::move(status_or)

#endif  // FLEETCA_BASE_STATUS_MACROS_H_
