// The multiples of p that keep differences from being negative.
//
// IFMA multiplies numbers from 0 to 2^260 - 1, so every difference that is multiplied next needs a
// multiple of p that is at least what is subtracted, and no more than needed: what is added makes
// later numbers larger. bounds_test runs the formulas of point.h, odd_multiples.h and
// verification.h over intervals, with these constants, and fails when one is too small; it makes
// each one less, too, and sees that fail. So each is the least that does.
#ifndef FLEETCA_P256_OFFSETS_H_
#define FLEETCA_P256_OFFSETS_H_

namespace fleetca::p256::offsets {

// Doubling (point.h).
constexpr int kDoubleN = 3;  // 3p - 2g
constexpr int kDoubleD = 2;  // X - Z^2 + 2p
constexpr int kDoubleB = 1;  // X g + p, twice of which has to cover X'
constexpr int kDoubleX = 9;  // a^2 + 9p - 2b

// Mixed addition (point.h).
constexpr int kAddH = 2;   // x2 Z^2 + 2p - X
constexpr int kAddE = 4;   // +- y2 Z^3 + 4p - Y
constexpr int kAddV = 2;   // X H^2 + 2p, which has to cover X'
constexpr int kAddNh = 2;  // 2p - H^3
constexpr int kAddX = 6;   // E^2 - H^3 + 2p + 6p - 2v

// The first doubling of the table (odd_multiples.h).
constexpr int kTwiceX = 9;      // m^2 + 9p - 2s
constexpr int kTwiceSlope = 2;  // s + 2p - X(2Q)
constexpr int kTwiceY = 9;      // m (s - X(2Q)) + 9p - 8 y^4

// Each addition of the table.
constexpr int kStepD = 2;      // X(2Q) - X(kQ) + 2p
constexpr int kStepE = 2;      // Y(2Q) - Y(kQ) + 2p
constexpr int kStepX = 2;      // e^2 + 2p - W1 - W2
constexpr int kStepW = 2;      // W1 - W2 + 2p
constexpr int kStepSlope = 2;  // W1 - X((k+2)Q) + 2p
constexpr int kStepY = 1;      // e (W1 - X((k+2)Q)) + p - A1

// The point and the end (verification.h).
constexpr int kNegateY = 2;  // 2p - y
constexpr int kOnCurve = 1;  // x (x^2 - 3) + b + p - y^2
constexpr int kEnd = 2;      // X + 2p - r Z^2
constexpr int kEndN = 1;     // X + 2p - r Z^2 + p - n Z^2

}  // namespace fleetca::p256::offsets

#endif  // FLEETCA_P256_OFFSETS_H_
