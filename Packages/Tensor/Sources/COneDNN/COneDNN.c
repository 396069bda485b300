#include "COneDNN.h"

#include <dnnl.h>
#include <stdlib.h>
#include <string.h>

// Version 2 keeps memory descriptors as values and makes a primitive from an operation descriptor;
// version 3 keeps handles and makes it from parameters. `V3` is the only switch.
#define V3 (DNNL_VERSION_MAJOR >= 3)

struct onednn_md {
  dnnl_memory_desc_t desc;
};

#if V3
typedef const_dnnl_memory_desc_t md_ref;
static md_ref ref(onednn_md_t md) { return md ? md->desc : NULL; }
#else
typedef const dnnl_memory_desc_t *md_ref;
static md_ref ref(onednn_md_t md) { return md ? &md->desc : NULL; }
#endif

enum { MAX_CONCAT = 16, MAX_ARGUMENTS = ONEDNN_ROLE_COUNT + MAX_CONCAT };

struct onednn_primitive {
  dnnl_primitive_t primitive;
  dnnl_primitive_desc_t desc;
  dnnl_memory_t memories[MAX_ARGUMENTS];  // made at first use, then only re-pointed
  onednn_md_t sources[MAX_CONCAT];        // concat's and reorder's own operands
  int source_count;
};

static dnnl_engine_t engine(void) {
  static dnnl_engine_t shared;
  if (!shared) {
    dnnl_engine_t made = NULL;
    dnnl_engine_create(&made, dnnl_cpu, 0);
    dnnl_engine_t expected = NULL;
    if (!__atomic_compare_exchange_n(
            &shared, &expected, made, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      dnnl_engine_destroy(made);
  }
  return shared;
}

static dnnl_stream_t stream(void) {
  static dnnl_stream_t shared;
  if (!shared) {
    dnnl_stream_t made = NULL;
    dnnl_stream_create(&made, engine(), dnnl_stream_default_flags);
    dnnl_stream_t expected = NULL;
    if (!__atomic_compare_exchange_n(
            &shared, &expected, made, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      dnnl_stream_destroy(made);
  }
  return shared;
}

int onednn_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return version->major * 100 + version->minor;
}

bool onednn_has_bfloat16(void) {
  dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  return (isa & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
}

// MARK: - Memory descriptors

static dnnl_data_type_t data_type(onednn_dtype dtype) {
  switch (dtype) {
    case ONEDNN_FLOAT32: return dnnl_f32;
    case ONEDNN_BFLOAT16: return dnnl_bf16;
    case ONEDNN_UINT8: return dnnl_u8;
  }
  return dnnl_data_type_undef;
}

static dnnl_format_tag_t plain_tag(int rank) {
  static const dnnl_format_tag_t tags[] = {
      dnnl_a, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde, dnnl_abcdef};
  return tags[rank];
}

static onednn_md_t md_with_tag(
    int rank, const int64_t *dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  onednn_md_t md = calloc(1, sizeof *md);
  if (!md) return NULL;
#if V3
  dnnl_status_t status = dnnl_memory_desc_create_with_tag(&md->desc, rank, dims, type, tag);
#else
  dnnl_status_t status = dnnl_memory_desc_init_by_tag(&md->desc, rank, dims, type, tag);
#endif
  if (status == dnnl_success) return md;
  free(md);
  return NULL;
}

static onednn_md_t md_copy(md_ref desc) {
  if (!desc) return NULL;
  onednn_md_t md = calloc(1, sizeof *md);
  if (!md) return NULL;
#if V3
  if (dnnl_memory_desc_clone(&md->desc, desc) != dnnl_success) {
    free(md);
    return NULL;
  }
#else
  md->desc = *desc;
#endif
  return md;
}

onednn_md_t onednn_md_plain(int rank, const int64_t *dims, onednn_dtype dtype) {
  static const int64_t one[] = {1};
  if (rank == 0) return md_with_tag(1, one, data_type(dtype), dnnl_a);
  return md_with_tag(rank, dims, data_type(dtype), plain_tag(rank));
}

onednn_md_t onednn_md_any(int rank, const int64_t *dims, onednn_dtype dtype) {
  return md_with_tag(rank, dims, data_type(dtype), dnnl_format_tag_any);
}

static dnnl_format_tag_t channel_tag(int block) {
  return block == 0 ? dnnl_acdb : block == 8 ? dnnl_aBcd8b : dnnl_aBcd16b;
}

onednn_md_t onednn_md_channel_blocked(const int64_t *dims, onednn_dtype dtype, int block) {
  return md_with_tag(4, dims, data_type(dtype), channel_tag(block));
}

typedef struct {
  int rank, inner_count;
  int64_t dims[DNNL_MAX_NDIMS], strides[DNNL_MAX_NDIMS], inner_blocks[DNNL_MAX_NDIMS];
  int64_t inner_indices[DNNL_MAX_NDIMS];
  dnnl_data_type_t type;
  bool blocked;
} description;

static description describe(onednn_md_t md) {
  description d = {0};
#if V3
  dnnl_dims_t *dims, *strides, *blocks, *indices;
  dnnl_format_kind_t kind;
  dnnl_memory_desc_query(md->desc, dnnl_query_ndims_s32, &d.rank);
  dnnl_memory_desc_query(md->desc, dnnl_query_dims, &dims);
  dnnl_memory_desc_query(md->desc, dnnl_query_data_type, &d.type);
  dnnl_memory_desc_query(md->desc, dnnl_query_format_kind, &kind);
  memcpy(d.dims, *dims, sizeof d.dims);
  d.blocked = kind == dnnl_blocked;
  if (!d.blocked) return d;
  dnnl_memory_desc_query(md->desc, dnnl_query_strides, &strides);
  dnnl_memory_desc_query(md->desc, dnnl_query_inner_nblks_s32, &d.inner_count);
  dnnl_memory_desc_query(md->desc, dnnl_query_inner_blks, &blocks);
  dnnl_memory_desc_query(md->desc, dnnl_query_inner_idxs, &indices);
  memcpy(d.strides, *strides, sizeof d.strides);
  memcpy(d.inner_blocks, *blocks, sizeof d.inner_blocks);
  memcpy(d.inner_indices, *indices, sizeof d.inner_indices);
#else
  const dnnl_memory_desc_t *m = &md->desc;
  d.rank = m->ndims;
  memcpy(d.dims, m->dims, sizeof d.dims);
  d.type = m->data_type;
  d.blocked = m->format_kind == dnnl_blocked;
  if (!d.blocked) return d;
  const dnnl_blocking_desc_t *b = &m->format_desc.blocking;
  memcpy(d.strides, b->strides, sizeof d.strides);
  d.inner_count = b->inner_nblks;
  memcpy(d.inner_blocks, b->inner_blks, sizeof d.inner_blocks);
  memcpy(d.inner_indices, b->inner_idxs, sizeof d.inner_indices);
#endif
  return d;
}

onednn_md_t onednn_md_with_dtype(onednn_md_t md, onednn_dtype dtype) {
#if V3
  // Version 3 has no setter, so the layout is built again: strides for plain ones, the tag for
  // channel-blocked ones. Other layouts (packed weights) are never retyped.
  description d = describe(md);
  int block = onednn_md_channel_block(md);
  if (block > 1) return onednn_md_channel_blocked(d.dims, dtype, block);
  if (block == 1) return onednn_md_plain(d.rank, d.dims, dtype);
  return NULL;
#else
  onednn_md_t copy = md_copy(&md->desc);
  if (copy) copy->desc.data_type = data_type(dtype);
  return copy;
#endif
}

void onednn_md_destroy(onednn_md_t md) {
  if (!md) return;
#if V3
  dnnl_memory_desc_destroy(md->desc);
#endif
  free(md);
}

bool onednn_md_equal(onednn_md_t a, onednn_md_t b) {
  return dnnl_memory_desc_equal(ref(a), ref(b)) != 0;
}

size_t onednn_md_bytes(onednn_md_t md) { return dnnl_memory_desc_get_size(ref(md)); }

onednn_dtype onednn_md_dtype(onednn_md_t md) {
  dnnl_data_type_t type = describe(md).type;
  return type == dnnl_f32 ? ONEDNN_FLOAT32 : type == dnnl_bf16 ? ONEDNN_BFLOAT16 : ONEDNN_UINT8;
}

static bool has_tag(onednn_md_t md, const description *d, dnnl_format_tag_t tag) {
  // With the descriptor's own type: a pooling workspace may hold types that tensors do not.
  onednn_md_t other = md_with_tag(d->rank, d->dims, d->type, tag);
  bool equal = other && onednn_md_equal(md, other);
  onednn_md_destroy(other);
  return equal;
}

int onednn_md_channel_block(onednn_md_t md) {
  description d = describe(md);
  if (!d.blocked) return 0;
  if (has_tag(md, &d, plain_tag(d.rank))) return 1;
  if (d.rank != 4 || d.inner_count != 1 || d.inner_indices[0] != 1) return 0;
  int block = (int)d.inner_blocks[0];
  if (block != 8 && block != 16) return 0;
  return has_tag(md, &d, channel_tag(block)) ? block : 0;
}

// MARK: - Primitives

static dnnl_prop_kind_t prop_kind(onednn_direction direction) {
  switch (direction) {
    case ONEDNN_FORWARD_TRAINING: return dnnl_forward_training;
    case ONEDNN_FORWARD_INFERENCE: return dnnl_forward_inference;
    case ONEDNN_BACKWARD_DATA: return dnnl_backward_data;
    case ONEDNN_BACKWARD_WEIGHTS: return dnnl_backward_weights;
    case ONEDNN_BACKWARD: return dnnl_backward;
  }
  return dnnl_prop_kind_undef;
}

static bool is_forward(onednn_direction direction) { return direction <= ONEDNN_FORWARD_INFERENCE; }

static onednn_primitive_t finish(dnnl_status_t status, dnnl_primitive_desc_t desc) {
  if (status != dnnl_success) return NULL;
  onednn_primitive_t made = calloc(1, sizeof *made);
  if (!made || dnnl_primitive_create(&made->primitive, desc) != dnnl_success) {
    dnnl_primitive_desc_destroy(desc);
    free(made);
    return NULL;
  }
  made->desc = desc;
  return made;
}

/// Scratch memory is the caller's: oneDNN's own belongs to the thread that made the primitive, and
/// a primitive may run on another.
static dnnl_primitive_attr_t make_attributes(onednn_epilogue epilogue) {
  dnnl_primitive_attr_t attributes = NULL;
  if (dnnl_primitive_attr_create(&attributes) != dnnl_success) return NULL;
  dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (!epilogue.sum && !epilogue.relu) return attributes;
  dnnl_post_ops_t operations = NULL;
  dnnl_post_ops_create(&operations);
#if V3
  if (epilogue.sum) dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef);
  if (epilogue.relu) dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0);
#else
  if (epilogue.sum) dnnl_post_ops_append_sum(operations, 1);
  if (epilogue.relu) dnnl_post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0);
#endif
  dnnl_primitive_attr_set_post_ops(attributes, operations);
  dnnl_post_ops_destroy(operations);
  return attributes;
}

/// Attributes of a primitive without an epilogue, made once.
static dnnl_primitive_attr_t plain_attributes(void) {
  static dnnl_primitive_attr_t shared;
  if (!shared) {
    dnnl_primitive_attr_t made = make_attributes((onednn_epilogue){false, false});
    dnnl_primitive_attr_t expected = NULL;
    if (!__atomic_compare_exchange_n(
            &shared, &expected, made, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      dnnl_primitive_attr_destroy(made);
  }
  return shared;
}

#if V3
typedef dnnl_primitive_desc_t hint_t;
#else
typedef const_dnnl_primitive_desc_t hint_t;
#endif

static dnnl_status_t convolution_desc(
    dnnl_primitive_desc_t *out, onednn_direction direction, const onednn_window *w, md_ref src,
    md_ref weights, md_ref bias, md_ref dst, dnnl_primitive_attr_t attributes, hint_t hint) {
  const int64_t *s = w->stride, *l = w->padding_low, *h = w->padding_high;
  int64_t d[] = {w->dilation[0] - 1, w->dilation[1] - 1};  // oneDNN counts the skipped elements
  dnnl_alg_kind_t algorithm = dnnl_convolution_direct;
#if V3
  switch (direction) {
    case ONEDNN_BACKWARD_DATA:
      return dnnl_convolution_backward_data_primitive_desc_create(
          out, engine(), algorithm, src, weights, dst, s, d, l, h, hint, attributes);
    case ONEDNN_BACKWARD_WEIGHTS:
      return dnnl_convolution_backward_weights_primitive_desc_create(
          out, engine(), algorithm, src, weights, bias, dst, s, d, l, h, hint, attributes);
    default:
      return dnnl_convolution_forward_primitive_desc_create(
          out, engine(), prop_kind(direction), algorithm, src, weights, bias, dst, s, d, l, h,
          attributes);
  }
#else
  dnnl_convolution_desc_t op;
  dnnl_status_t status;
  switch (direction) {
    case ONEDNN_BACKWARD_DATA:
      status = dnnl_dilated_convolution_backward_data_desc_init(
          &op, algorithm, src, weights, dst, s, d, l, h);
      break;
    case ONEDNN_BACKWARD_WEIGHTS:
      status = dnnl_dilated_convolution_backward_weights_desc_init(
          &op, algorithm, src, weights, bias, dst, s, d, l, h);
      break;
    default:
      status = dnnl_dilated_convolution_forward_desc_init(
          &op, prop_kind(direction), algorithm, src, weights, bias, dst, s, d, l, h);
  }
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(out, &op, attributes, engine(), hint);
#endif
}

onednn_primitive_t onednn_convolution(
    onednn_direction direction, const onednn_window *window, onednn_md_t src, onednn_md_t weights,
    onednn_md_t bias, onednn_md_t dst, onednn_epilogue epilogue) {
  dnnl_primitive_desc_t hint = NULL, desc = NULL;
  if (!is_forward(direction)) {
    // A backward primitive wants the forward one that it belongs to as a hint. Some forward
    // implementations refuse what their backward ones take; then there is no hint to give.
    if (convolution_desc(&hint, ONEDNN_FORWARD_TRAINING, window, ref(src), ref(weights),
                         NULL, ref(dst), NULL, NULL) != dnnl_success)
      return NULL;
  }
  dnnl_primitive_attr_t attributes = make_attributes(epilogue);
  dnnl_status_t status = convolution_desc(
      &desc, direction, window, ref(src), ref(weights), ref(bias), ref(dst), attributes, hint);
  dnnl_primitive_attr_destroy(attributes);
  if (hint) dnnl_primitive_desc_destroy(hint);
  return finish(status, desc);
}

onednn_primitive_t onednn_matmul(onednn_md_t src, onednn_md_t weights, onednn_md_t dst) {
  dnnl_primitive_desc_t desc = NULL;
#if V3
  dnnl_status_t status = dnnl_matmul_primitive_desc_create(
      &desc, engine(), ref(src), ref(weights), NULL, ref(dst), plain_attributes());
#else
  dnnl_matmul_desc_t op;
  dnnl_status_t status = dnnl_matmul_desc_init(&op, ref(src), ref(weights), NULL, ref(dst));
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create(&desc, &op, plain_attributes(), engine(), NULL);
#endif
  return finish(status, desc);
}

static dnnl_status_t batch_norm_desc(
    dnnl_primitive_desc_t *out, onednn_direction direction, md_ref src, float epsilon,
    unsigned flags, hint_t hint) {
#if V3
  if (is_forward(direction))
    return dnnl_batch_normalization_forward_primitive_desc_create(
        out, engine(), prop_kind(direction), src, src, epsilon, flags, plain_attributes());
  return dnnl_batch_normalization_backward_primitive_desc_create(
      out, engine(), prop_kind(direction), src, src, src, epsilon, flags, hint, plain_attributes());
#else
  dnnl_batch_normalization_desc_t op;
  dnnl_status_t status =
      is_forward(direction)
          ? dnnl_batch_normalization_forward_desc_init(
                &op, prop_kind(direction), src, epsilon, flags)
          : dnnl_batch_normalization_backward_desc_init(
                &op, prop_kind(direction), src, src, epsilon, flags);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(out, &op, plain_attributes(), engine(), hint);
#endif
}

onednn_primitive_t onednn_batch_norm(
    onednn_direction direction, onednn_md_t src, float epsilon, bool fused_relu,
    bool global_statistics) {
  unsigned flags = dnnl_use_scale | dnnl_use_shift;
  if (fused_relu) flags |= dnnl_fuse_norm_relu;
  if (global_statistics) flags |= dnnl_use_global_stats;
  dnnl_primitive_desc_t hint = NULL, desc = NULL;
  if (!is_forward(direction) &&
      batch_norm_desc(&hint, ONEDNN_FORWARD_TRAINING, ref(src), epsilon, flags, NULL) !=
          dnnl_success)
    return NULL;
  dnnl_status_t status = batch_norm_desc(&desc, direction, ref(src), epsilon, flags, hint);
  if (hint) dnnl_primitive_desc_destroy(hint);
  return finish(status, desc);
}

static dnnl_status_t max_pool_desc(
    dnnl_primitive_desc_t *out, onednn_direction direction, const int64_t *kernel,
    const onednn_window *w, md_ref src, md_ref dst, hint_t hint) {
  int64_t dilation[] = {0, 0};
  dnnl_alg_kind_t algorithm = dnnl_pooling_max;
#if V3
  if (is_forward(direction))
    return dnnl_pooling_forward_primitive_desc_create(
        out, engine(), prop_kind(direction), algorithm, src, dst, w->stride, kernel, dilation,
        w->padding_low, w->padding_high, plain_attributes());
  return dnnl_pooling_backward_primitive_desc_create(
      out, engine(), algorithm, src, dst, w->stride, kernel, dilation, w->padding_low,
      w->padding_high, hint, plain_attributes());
#else
  dnnl_pooling_v2_desc_t op;
  dnnl_status_t status =
      is_forward(direction)
          ? dnnl_pooling_v2_forward_desc_init(
                &op, prop_kind(direction), algorithm, src, dst, w->stride, kernel, dilation,
                w->padding_low, w->padding_high)
          : dnnl_pooling_v2_backward_desc_init(
                &op, algorithm, src, dst, w->stride, kernel, dilation, w->padding_low,
                w->padding_high);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(out, &op, plain_attributes(), engine(), hint);
#endif
}

onednn_primitive_t onednn_max_pool(
    onednn_direction direction, const int64_t kernel[2], const onednn_window *window,
    onednn_md_t src, onednn_md_t dst) {
  dnnl_primitive_desc_t hint = NULL, desc = NULL;
  if (!is_forward(direction) &&
      max_pool_desc(&hint, ONEDNN_FORWARD_TRAINING, kernel, window, ref(src), ref(dst), NULL) !=
          dnnl_success)
    return NULL;
  dnnl_status_t status =
      max_pool_desc(&desc, direction, kernel, window, ref(src), ref(dst), hint);
  if (hint) dnnl_primitive_desc_destroy(hint);
  return finish(status, desc);
}

static dnnl_status_t resampling_desc(
    dnnl_primitive_desc_t *out, onednn_direction direction, bool bilinear, md_ref src, md_ref dst,
    hint_t hint) {
  dnnl_alg_kind_t algorithm = bilinear ? dnnl_resampling_linear : dnnl_resampling_nearest;
#if V3
  if (is_forward(direction))
    return dnnl_resampling_forward_primitive_desc_create(
        out, engine(), prop_kind(direction), algorithm, NULL, src, dst, plain_attributes());
  return dnnl_resampling_backward_primitive_desc_create(
      out, engine(), algorithm, NULL, src, dst, hint, plain_attributes());
#else
  dnnl_resampling_desc_t op;
  dnnl_status_t status =
      is_forward(direction)
          ? dnnl_resampling_forward_desc_init(&op, prop_kind(direction), algorithm, NULL, src, dst)
          : dnnl_resampling_backward_desc_init(&op, algorithm, NULL, src, dst);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(out, &op, plain_attributes(), engine(), hint);
#endif
}

onednn_primitive_t onednn_resampling(
    onednn_direction direction, bool bilinear, onednn_md_t src, onednn_md_t dst) {
  dnnl_primitive_desc_t hint = NULL, desc = NULL;
  if (!is_forward(direction) &&
      resampling_desc(&hint, ONEDNN_FORWARD_TRAINING, bilinear, ref(src), ref(dst), NULL) !=
          dnnl_success)
    return NULL;
  dnnl_status_t status = resampling_desc(&desc, direction, bilinear, ref(src), ref(dst), hint);
  if (hint) dnnl_primitive_desc_destroy(hint);
  return finish(status, desc);
}

static onednn_primitive_t reorder(md_ref from, md_ref to) {
  dnnl_primitive_desc_t desc = NULL;
  dnnl_status_t status = dnnl_reorder_primitive_desc_create(
      &desc, from, engine(), to, engine(), plain_attributes());
  onednn_primitive_t made = finish(status, desc);
  if (!made) return NULL;
  made->sources[0] = md_copy(from);
  made->source_count = 1;
  return made;
}

onednn_primitive_t onednn_reorder(onednn_md_t from, onednn_md_t to) {
  return reorder(ref(from), ref(to));
}

onednn_primitive_t onednn_reorder_part(
    onednn_md_t from, const int64_t *dims, const int64_t *offsets, onednn_md_t to) {
  struct onednn_md part;
#if V3
  if (dnnl_memory_desc_create_submemory(&part.desc, from->desc, dims, offsets) != dnnl_success)
    return NULL;
#else
  if (dnnl_memory_desc_init_submemory(&part.desc, &from->desc, dims, offsets) != dnnl_success)
    return NULL;
#endif
  onednn_primitive_t made = reorder(ref(&part), ref(to));
#if V3
  dnnl_memory_desc_destroy(part.desc);
#endif
  return made;
}

onednn_primitive_t onednn_concat(int count, onednn_md_t const *srcs, int axis, onednn_md_t dst) {
  if (count > MAX_CONCAT) return NULL;
  dnnl_primitive_desc_t desc = NULL;
#if V3
  const_dnnl_memory_desc_t inputs[MAX_CONCAT];
  for (int i = 0; i < count; i++) inputs[i] = srcs[i]->desc;
  dnnl_status_t status = dnnl_concat_primitive_desc_create(
      &desc, engine(), ref(dst), count, axis, inputs, plain_attributes());
#else
  dnnl_memory_desc_t inputs[MAX_CONCAT];
  for (int i = 0; i < count; i++) inputs[i] = srcs[i]->desc;
  dnnl_status_t status = dnnl_concat_primitive_desc_create(
      &desc, ref(dst), count, axis, inputs, plain_attributes(), engine());
#endif
  onednn_primitive_t made = finish(status, desc);
  if (!made) return NULL;
  for (int i = 0; i < count; i++) made->sources[i] = md_copy(ref(srcs[i]));
  made->source_count = count;
  return made;
}

// MARK: - Operands and execution

static int argument_index(int role) {
  switch (role) {
    case ONEDNN_SRC: return DNNL_ARG_SRC;
    case ONEDNN_SRC_1: return DNNL_ARG_SRC_1;
    case ONEDNN_WEIGHTS: return DNNL_ARG_WEIGHTS;
    case ONEDNN_BIAS: return DNNL_ARG_BIAS;
    case ONEDNN_DST: return DNNL_ARG_DST;
    case ONEDNN_MEAN: return DNNL_ARG_MEAN;
    case ONEDNN_VARIANCE: return DNNL_ARG_VARIANCE;
    case ONEDNN_SCALE: return DNNL_ARG_SCALE;
    case ONEDNN_SHIFT: return DNNL_ARG_SHIFT;
    case ONEDNN_WORKSPACE: return DNNL_ARG_WORKSPACE;
    case ONEDNN_DIFF_SRC: return DNNL_ARG_DIFF_SRC;
    case ONEDNN_DIFF_WEIGHTS: return DNNL_ARG_DIFF_WEIGHTS;
    case ONEDNN_DIFF_BIAS: return DNNL_ARG_DIFF_BIAS;
    case ONEDNN_DIFF_DST: return DNNL_ARG_DIFF_DST;
    case ONEDNN_DIFF_SCALE: return DNNL_ARG_DIFF_SCALE;
    case ONEDNN_DIFF_SHIFT: return DNNL_ARG_DIFF_SHIFT;
    case ONEDNN_SCRATCHPAD: return DNNL_ARG_SCRATCHPAD;
    default: return DNNL_ARG_MULTIPLE_SRC + (role - ONEDNN_ROLE_COUNT);
  }
}

static md_ref operand(onednn_primitive_t p, int role) {
  if (role >= ONEDNN_ROLE_COUNT) return ref(p->sources[role - ONEDNN_ROLE_COUNT]);
  if (role == ONEDNN_SRC && p->source_count == 1) return ref(p->sources[0]);
  if (role == ONEDNN_WORKSPACE)
    return dnnl_primitive_desc_query_md(p->desc, dnnl_query_workspace_md, 0);
  if (role == ONEDNN_SCRATCHPAD)
    return dnnl_primitive_desc_query_md(p->desc, dnnl_query_scratchpad_md, 0);
  return dnnl_primitive_desc_query_md(p->desc, dnnl_query_exec_arg_md, argument_index(role));
}

onednn_md_t onednn_primitive_md(onednn_primitive_t primitive, onednn_role role) {
  md_ref desc = operand(primitive, role);
  if (!desc || dnnl_memory_desc_get_size(desc) == 0) return NULL;
  return md_copy(desc);
}

size_t onednn_primitive_scratchpad_bytes(onednn_primitive_t primitive) {
  md_ref desc = operand(primitive, ONEDNN_SCRATCHPAD);
  return desc ? dnnl_memory_desc_get_size(desc) : 0;
}

const char *onednn_primitive_implementation(onednn_primitive_t primitive) {
  const char *name = "";
  dnnl_primitive_desc_query(primitive->desc, dnnl_query_impl_info_str, 0, &name);
  return name;
}

void onednn_primitive_destroy(onednn_primitive_t primitive) {
  for (int i = 0; i < MAX_ARGUMENTS; i++)
    if (primitive->memories[i]) dnnl_memory_destroy(primitive->memories[i]);
  for (int i = 0; i < primitive->source_count; i++) onednn_md_destroy(primitive->sources[i]);
  dnnl_primitive_destroy(primitive->primitive);
  dnnl_primitive_desc_destroy(primitive->desc);
  free(primitive);
}

bool onednn_execute(onednn_primitive_t primitive, int count, const onednn_argument *arguments) {
  dnnl_exec_arg_t list[MAX_ARGUMENTS];
  if (count > MAX_ARGUMENTS) return false;
  for (int i = 0; i < count; i++) {
    int role = arguments[i].role;
    dnnl_memory_t *memory = &primitive->memories[role];
    if (!*memory) {
      md_ref desc = operand(primitive, role);
      if (!desc ||
          dnnl_memory_create(memory, desc, engine(), DNNL_MEMORY_NONE) != dnnl_success)
        return false;
    }
    if (dnnl_memory_set_data_handle(*memory, arguments[i].data) != dnnl_success) return false;
    list[i] = (dnnl_exec_arg_t){argument_index(role), *memory};
  }
  if (dnnl_primitive_execute(primitive->primitive, stream(), count, list) != dnnl_success)
    return false;
  return dnnl_stream_wait(stream()) == dnnl_success;
}
