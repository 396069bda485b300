#include "internal.h"

static dnnl_prop_kind_t prop_kind(onednn_direction direction) {
  switch (direction) {
    case ONEDNN_FORWARD_TRAINING: return dnnl_forward_training;
    case ONEDNN_FORWARD_INFERENCE: return dnnl_forward_inference;
    case ONEDNN_BACKWARD_DATA: return dnnl_backward_data;
    case ONEDNN_BACKWARD_WEIGHTS: return dnnl_backward_weights;
  }
  return dnnl_prop_kind_undef;
}

static bool is_forward(onednn_direction direction) { return direction <= ONEDNN_FORWARD_INFERENCE; }

onednn_primitive_t onednn_finish(dnnl_status_t status, dnnl_primitive_desc_t desc) {
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
static dnnl_primitive_attr_t make_attributes(onednn_epilogue epilogue, md_ref residual) {
  dnnl_primitive_attr_t attributes = NULL;
  if (dnnl_primitive_attr_create(&attributes) != dnnl_success) return NULL;
  dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (!epilogue.residual && !epilogue.relu) return attributes;
  dnnl_post_ops_t operations = NULL;
  dnnl_post_ops_create(&operations);
  if (epilogue.residual == ONEDNN_RESIDUAL_APART)
    dnnl_post_ops_append_binary(operations, dnnl_binary_add, residual);
#if V3
  if (epilogue.residual == ONEDNN_RESIDUAL_IN_DST)
    dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef);
  if (epilogue.relu) dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0);
#else
  if (epilogue.residual == ONEDNN_RESIDUAL_IN_DST) dnnl_post_ops_append_sum(operations, 1);
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
    dnnl_primitive_attr_t made = make_attributes((onednn_epilogue){ONEDNN_NO_RESIDUAL, false}, NULL);
    dnnl_primitive_attr_t expected = NULL;
    if (!__atomic_compare_exchange_n(
            &shared, &expected, made, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      dnnl_primitive_attr_destroy(made);
  }
  return shared;
}

dnnl_status_t onednn_convolution_desc(
    dnnl_primitive_desc_t *out, onednn_direction direction, dnnl_alg_kind_t algorithm,
    const onednn_window *w, md_ref src, md_ref weights, md_ref bias, md_ref dst,
    dnnl_primitive_attr_t attributes, hint_t hint) {
  const int64_t *s = w->stride, *l = w->padding_low, *h = w->padding_high;
  int64_t d[] = {w->dilation[0] - 1, w->dilation[1] - 1};  // oneDNN counts the skipped elements
#if V3
  switch (direction) {
    case ONEDNN_BACKWARD_DATA:
      return dnnl_convolution_backward_data_primitive_desc_create(
          out, onednn_engine(), algorithm, src, weights, dst, s, d, l, h, hint, attributes);
    case ONEDNN_BACKWARD_WEIGHTS:
      return dnnl_convolution_backward_weights_primitive_desc_create(
          out, onednn_engine(), algorithm, src, weights, bias, dst, s, d, l, h, hint, attributes);
    default:
      return dnnl_convolution_forward_primitive_desc_create(
          out, onednn_engine(), prop_kind(direction), algorithm, src, weights, bias, dst, s, d, l, h,
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
  return dnnl_primitive_desc_create(out, &op, attributes, onednn_engine(), hint);
#endif
}

onednn_primitive_t onednn_convolution(
    onednn_direction direction, onednn_algorithm algorithm, const onednn_window *window,
    onednn_md_t src, onednn_md_t weights, onednn_md_t bias, onednn_md_t dst,
    onednn_epilogue epilogue) {
  dnnl_alg_kind_t kind =
      algorithm == ONEDNN_WINOGRAD ? dnnl_convolution_winograd : dnnl_convolution_direct;
  dnnl_primitive_desc_t hint = NULL, desc = NULL;
  // A backward primitive takes the forward one that it belongs to as a hint. There is none to give
  // where the forward pass refuses these types: weight gradients of bfloat16 layers are float32.
  if (!is_forward(direction) &&
      onednn_convolution_desc(
          &hint, ONEDNN_FORWARD_TRAINING, kind, window, ref(src), ref(weights), NULL, ref(dst), NULL,
          NULL) != dnnl_success)
    hint = NULL;
  dnnl_primitive_attr_t attributes = make_attributes(epilogue, ref(dst));
  dnnl_status_t status = onednn_convolution_desc(
      &desc, direction, kind, window, ref(src), ref(weights), ref(bias), ref(dst), attributes, hint);
  dnnl_primitive_attr_destroy(attributes);
  if (hint) dnnl_primitive_desc_destroy(hint);
  onednn_primitive_t made = onednn_finish(status, desc);
  if (made && epilogue.residual == ONEDNN_RESIDUAL_APART) made->residual = onednn_md_copy(ref(dst));
  return made;
}

onednn_primitive_t onednn_matmul(onednn_md_t src, onednn_md_t weights, onednn_md_t dst) {
  dnnl_primitive_desc_t desc = NULL;
#if V3
  dnnl_status_t status = dnnl_matmul_primitive_desc_create(
      &desc, onednn_engine(), ref(src), ref(weights), NULL, ref(dst), plain_attributes());
#else
  dnnl_matmul_desc_t op;
  dnnl_status_t status = dnnl_matmul_desc_init(&op, ref(src), ref(weights), NULL, ref(dst));
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create(&desc, &op, plain_attributes(), onednn_engine(), NULL);
#endif
  return onednn_finish(status, desc);
}

static dnnl_status_t max_pool_desc(
    dnnl_primitive_desc_t *out, onednn_direction direction, const int64_t *kernel,
    const onednn_window *w, md_ref src, md_ref dst, hint_t hint) {
  int64_t dilation[] = {0, 0};
  dnnl_alg_kind_t algorithm = dnnl_pooling_max;
#if V3
  if (is_forward(direction))
    return dnnl_pooling_forward_primitive_desc_create(
        out, onednn_engine(), prop_kind(direction), algorithm, src, dst, w->stride, kernel, dilation,
        w->padding_low, w->padding_high, plain_attributes());
  return dnnl_pooling_backward_primitive_desc_create(
      out, onednn_engine(), algorithm, src, dst, w->stride, kernel, dilation, w->padding_low,
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
  return dnnl_primitive_desc_create(out, &op, plain_attributes(), onednn_engine(), hint);
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
  return onednn_finish(status, desc);
}

static dnnl_status_t resampling_desc(
    dnnl_primitive_desc_t *out, onednn_direction direction, bool bilinear, md_ref src, md_ref dst,
    hint_t hint) {
  dnnl_alg_kind_t algorithm = bilinear ? dnnl_resampling_linear : dnnl_resampling_nearest;
#if V3
  if (is_forward(direction))
    return dnnl_resampling_forward_primitive_desc_create(
        out, onednn_engine(), prop_kind(direction), algorithm, NULL, src, dst, plain_attributes());
  return dnnl_resampling_backward_primitive_desc_create(
      out, onednn_engine(), algorithm, NULL, src, dst, hint, plain_attributes());
#else
  dnnl_resampling_desc_t op;
  dnnl_status_t status =
      is_forward(direction)
          ? dnnl_resampling_forward_desc_init(&op, prop_kind(direction), algorithm, NULL, src, dst)
          : dnnl_resampling_backward_desc_init(&op, algorithm, NULL, src, dst);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(out, &op, plain_attributes(), onednn_engine(), hint);
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
  return onednn_finish(status, desc);
}

onednn_primitive_t onednn_reorder_with(md_ref from, md_ref to, dnnl_primitive_attr_t attributes) {
  dnnl_primitive_desc_t desc = NULL;
  dnnl_status_t status = dnnl_reorder_primitive_desc_create(
      &desc, from, onednn_engine(), to, onednn_engine(), attributes);
  onednn_primitive_t made = onednn_finish(status, desc);
  if (!made) return NULL;
  made->sources[0] = onednn_md_copy(from);
  made->source_count = 1;
  return made;
}

onednn_primitive_t onednn_reorder(onednn_md_t from, onednn_md_t to) {
  return onednn_reorder_with(ref(from), ref(to), plain_attributes());
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
  onednn_primitive_t made = onednn_reorder_with(ref(&part), ref(to), plain_attributes());
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
      &desc, onednn_engine(), ref(dst), count, axis, inputs, plain_attributes());
#else
  dnnl_memory_desc_t inputs[MAX_CONCAT];
  for (int i = 0; i < count; i++) inputs[i] = srcs[i]->desc;
  dnnl_status_t status = dnnl_concat_primitive_desc_create(
      &desc, ref(dst), count, axis, inputs, plain_attributes(), onednn_engine());
#endif
  onednn_primitive_t made = onednn_finish(status, desc);
  if (!made) return NULL;
  for (int i = 0; i < count; i++) made->sources[i] = onednn_md_copy(ref(srcs[i]));
  made->source_count = count;
  return made;
}
