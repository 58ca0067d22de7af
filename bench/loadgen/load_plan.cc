#include "bench/loadgen/load_plan.h"

namespace fleetca::loadgen {
namespace {

constexpr Shape kShapes[] = {Shape::kUnary,   Shape::kBatch,     Shape::kStream,
                             Shape::kConnect, Shape::kBootstrap, Shape::kRenew,
                             Shape::kMixed,   Shape::kRevoke,    Shape::kOcsp};

}  // namespace

absl::string_view ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kUnary:
      return "unary";
    case Shape::kBatch:
      return "batch";
    case Shape::kStream:
      return "stream";
    case Shape::kConnect:
      return "connect";
    case Shape::kBootstrap:
      return "bootstrap";
    case Shape::kRenew:
      return "renew";
    case Shape::kMixed:
      return "mixed";
    case Shape::kRevoke:
      return "revoke";
    case Shape::kOcsp:
      return "ocsp";
  }
  return "";
}

std::optional<Shape> ParseShape(absl::string_view name) {
  for (const Shape shape : kShapes) {
    if (ShapeName(shape) == name) {
      return shape;
    }
  }
  return std::nullopt;
}

absl::string_view ArrivalsName(Arrivals arrivals) {
  return arrivals == Arrivals::kConstant ? "constant" : "poisson";
}

}  // namespace fleetca::loadgen
