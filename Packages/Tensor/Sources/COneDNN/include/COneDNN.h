// oneDNN in the shape of its version 3, whichever version is installed.
//
// Every `dnnl_*` name of the project stands in this target, behind these few functions: memory
// descriptors are opaque handles (as in version 3), a primitive is made in one call from its
// parameters, and one call runs it. Version 2.6 (Debian 12) and version 3 (Debian 13) serve alike.
#ifndef COneDNN_h
#define COneDNN_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct onednn_md *onednn_md_t;
typedef struct onednn_primitive *onednn_primitive_t;

enum { ONEDNN_MAX_RANK = 6 };

typedef enum {
  ONEDNN_FLOAT32 = 0,
  ONEDNN_BFLOAT16 = 1,
  ONEDNN_UINT8 = 2,
  ONEDNN_INT8 = 3,
} onednn_dtype;

/// Roles of a primitive's operands; `onednn_primitive_md` and `onednn_execute` name them so.
typedef enum {
  ONEDNN_SRC,
  ONEDNN_SRC_1,
  ONEDNN_WEIGHTS,
  ONEDNN_BIAS,
  ONEDNN_DST,
  ONEDNN_WORKSPACE,
  ONEDNN_DIFF_SRC,
  ONEDNN_DIFF_WEIGHTS,
  ONEDNN_DIFF_BIAS,
  ONEDNN_DIFF_DST,
  ONEDNN_SCRATCHPAD,
  ONEDNN_RESIDUAL,
  ONEDNN_ROLE_COUNT,
} onednn_role;

typedef enum {
  ONEDNN_FORWARD_TRAINING,
  ONEDNN_FORWARD_INFERENCE,
  ONEDNN_BACKWARD_DATA,
  ONEDNN_BACKWARD_WEIGHTS,
} onednn_direction;

/// The library's version as major * 100 + minor.
int onednn_version(void);
/// True where oneDNN computes in bfloat16 on this processor.
bool onednn_has_bfloat16(void);
/// The largest magnitude of a weight with which sums of products of bytes never saturate on this processor:
/// 127, or 63 where two products are added in 16 bits.
int onednn_largest_byte_weight(void);

// Memory descriptors. Those returned are owned by the caller.
onednn_md_t onednn_md_plain(int rank, const int64_t *dims, onednn_dtype dtype);
onednn_md_t onednn_md_any(int rank, const int64_t *dims, onednn_dtype dtype);
/// [N, C, H, W] with the channels in blocks of 8 or 16, innermost; in one run where block is 0.
onednn_md_t onednn_md_channel_blocked(const int64_t *dims, onednn_dtype dtype, int block);
/// A convolution's weight [O, C, kh, kw] as [O / block][C / block][kh][kw][block of C][block of O], block 8 or 16.
onednn_md_t onednn_md_window_blocked(const int64_t *dims, onednn_dtype dtype, int block);
/// The same layout with other elements.
onednn_md_t onednn_md_with_dtype(onednn_md_t md, onednn_dtype dtype);
void onednn_md_destroy(onednn_md_t md);
bool onednn_md_equal(onednn_md_t a, onednn_md_t b);
size_t onednn_md_bytes(onednn_md_t md);
/// 1 row-major, 8 or 16 channel-blocked [N, C, H, W], 0 any other layout.
int onednn_md_channel_block(onednn_md_t md);
onednn_dtype onednn_md_dtype(onednn_md_t md);

/// What a convolution adds to its sum.
typedef enum {
  ONEDNN_NO_RESIDUAL,
  /// What dst held before.
  ONEDNN_RESIDUAL_IN_DST,
  /// ONEDNN_RESIDUAL, which lies as dst does; dst's layout must be given.
  ONEDNN_RESIDUAL_APART,
} onednn_residual;

/// What a convolution does after its sum: add a residual, then ReLU.
typedef struct {
  onednn_residual residual;
  bool relu;
} onednn_epilogue;

typedef struct {
  int64_t stride[2], dilation[2], padding_low[2], padding_high[2];
} onednn_window;

/// Winograd's minimal filtering multiplies less and rounds a little more; oneDNN has it for some
/// float32 3x3 convolutions with stride 1.
typedef enum { ONEDNN_DIRECT, ONEDNN_WINOGRAD } onednn_algorithm;

// Primitives. Each returns NULL where oneDNN has no implementation for the operands.
onednn_primitive_t onednn_convolution(
    onednn_direction direction, onednn_algorithm algorithm, const onednn_window *window,
    onednn_md_t src, onednn_md_t weights, onednn_md_t bias, onednn_md_t dst,
    onednn_epilogue epilogue);

/// What follows the sum of a convolution of bytes.
typedef struct {
  /// Per output channel: what the sum is multiplied by, and what is added then.
  const float *scales, *bias;
  /// Whether what dst held before is added, of which type it was and what it is multiplied by.
  bool residual;
  onednn_dtype residual_type;
  float residual_scale;
} onednn_byte_epilogue;

/// A convolution of uint8 by int8 whose result is rounded to the bytes of dst, where it saturates: at 0
/// below if they are uint8, which is ReLU. Copies what it needs of the epilogue.
onednn_primitive_t onednn_byte_convolution(
    const onednn_window *window, onednn_md_t src, onednn_md_t weights, onednn_md_t dst, int outputs,
    onednn_byte_epilogue epilogue);
onednn_primitive_t onednn_matmul(onednn_md_t src, onednn_md_t weights, onednn_md_t dst);
onednn_primitive_t onednn_max_pool(
    onednn_direction direction, const int64_t kernel[2], const onednn_window *window,
    onednn_md_t src, onednn_md_t dst);
onednn_primitive_t onednn_resampling(
    onednn_direction direction, bool bilinear, onednn_md_t src, onednn_md_t dst);
onednn_primitive_t onednn_reorder(onednn_md_t from, onednn_md_t to);
/// dst = scale * src, rounded to the nearest where dst holds bytes, which saturate.
onednn_primitive_t onednn_scaled_reorder(onednn_md_t from, onednn_md_t to, float scale);
/// Copies the part of `from` that starts at `offsets` with `dims` elements into `to`; returns NULL
/// where the layout cannot express the part.
onednn_primitive_t onednn_reorder_part(
    onednn_md_t from, const int64_t *dims, const int64_t *offsets, onednn_md_t to);
onednn_primitive_t onednn_concat(int count, onednn_md_t const *srcs, int axis, onednn_md_t dst);

/// A copy of the descriptor that the primitive chose for an operand; NULL where it has none.
onednn_md_t onednn_primitive_md(onednn_primitive_t primitive, onednn_role role);
/// Bytes of scratch memory that `onednn_execute` wants as ONEDNN_SCRATCHPAD; often 0.
size_t onednn_primitive_scratchpad_bytes(onednn_primitive_t primitive);
/// The implementation's name, for profiles.
const char *onednn_primitive_implementation(onednn_primitive_t primitive);
void onednn_primitive_destroy(onednn_primitive_t primitive);

typedef struct {
  int role;  // an onednn_role, or ONEDNN_ROLE_COUNT + i for concat's input i
  void *data;
} onednn_argument;

/// Runs the primitive; true on success. Not to be called twice at a time on one primitive.
bool onednn_execute(onednn_primitive_t primitive, int count, const onednn_argument *arguments);

#endif
