#ifndef arithmetic_h
#define arithmetic_h

#include <stdint.h>
#include <string.h>

#include "parallel.h"

typedef uint16_t bfloat;

INLINE float to_float_float(float x) { return x; }
INLINE float from_float_float(float x) { return x; }

INLINE float to_float_bfloat(bfloat x) {
  uint32_t bits = (uint32_t)x << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

/// Rounds to nearest, ties to even; a NaN stays one.
INLINE bfloat from_float_bfloat(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  return (bfloat)(x == x ? rounded : 0x7FC0);
}

/// e^x to within 2 ulp for x <= 88; 0 below -87. Written so that the compiler vectorises it
/// (Cody and Waite's reduction, a degree-6 polynomial on [-ln2/2, ln2/2]).
INLINE float fast_exp(float x) {
  float clamped = x < -87.0f ? -87.0f : x;
  clamped = clamped > 88.0f ? 88.0f : clamped;
  float scaled = clamped * 1.44269504f + 12582912.0f;  // 1.5·2^23: rounds to an integer
  float k = scaled - 12582912.0f;
  float r = clamped - k * 0.693145752f;
  r = r - k * 1.42860677e-6f;
  float p = 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  int32_t exponent = ((int32_t)k + 127) << 23;
  float power;
  memcpy(&power, &exponent, 4);
  float result = p * power;
  return x < -87.0f ? 0.0f : result;
}

/// ln x for normal x > 0, to within 2 ulp (after Cephes' logf); a NaN stays one.
INLINE float fast_log(float x) {
  int32_t bits;
  memcpy(&bits, &x, 4);
  int32_t e = ((bits - 0x3F3504F3) >> 23);  // so that the mantissa lies in [√½, √2)
  bits -= e << 23;
  float m;
  memcpy(&m, &bits, 4);
  float f = m - 1.0f;
  float z = f * f;
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  float k = (float)e;
  float y = f * z * p + k * -2.12194440e-4f - 0.5f * z;
  float result = f + y + k * 0.693359375f;
  return x == x ? result : x;
}

/// ln(1 + x) for x >= 0. What rounding 1 + x lost or added is put right by the slope between the
/// two (Kahan), so that tiny x keep their digits.
INLINE float fast_log1p(float x) {
  float sum = 1.0f + x, kept = sum - 1.0f;
  return kept == 0.0f ? x : fast_log(sum) * (x / kept);
}

#endif
