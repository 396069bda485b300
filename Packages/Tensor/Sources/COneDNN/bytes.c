#include "internal.h"

/// An operand of floats that belongs to the primitive.
static bool add_fixed(onednn_primitive_t primitive, int argument, const float *values, int count) {
  const int64_t dims[] = {count};
  onednn_md_t desc = onednn_md_plain(1, dims, ONEDNN_FLOAT32);
  dnnl_memory_t memory = NULL;
  void *data = NULL;
  bool made =
      desc &&
      dnnl_memory_create(&memory, ref(desc), onednn_engine(), DNNL_MEMORY_ALLOCATE) == dnnl_success;
  onednn_md_destroy(desc);
  if (!made || dnnl_memory_get_data_handle(memory, &data) != dnnl_success) {
    if (memory) dnnl_memory_destroy(memory);
    return false;
  }
  memcpy(data, values, sizeof *values * (size_t)count);
  primitive->fixed[primitive->fixed_count++] = (dnnl_exec_arg_t){argument, memory};
  return true;
}

static dnnl_data_type_t byte_type(onednn_dtype type) {
  return type == ONEDNN_INT8 ? dnnl_s8 : dnnl_u8;
}

static bool set_scales(
    dnnl_primitive_attr_t attributes, int outputs, const onednn_byte_epilogue *epilogue) {
#if V3
  (void)outputs, (void)epilogue;  // an operand, see add_operands
  return dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_WEIGHTS, 1) == dnnl_success;
#else
  return dnnl_primitive_attr_set_output_scales(attributes, outputs, 1 << 1, epilogue->scales) ==
         dnnl_success;
#endif
}

static bool set_residual(dnnl_primitive_attr_t attributes, const onednn_byte_epilogue *epilogue) {
  dnnl_post_ops_t operations = NULL;
  if (dnnl_post_ops_create(&operations) != dnnl_success) return false;
  dnnl_data_type_t type = byte_type(epilogue->residual_type);
#if V3
  dnnl_status_t status =
      dnnl_post_ops_append_sum(operations, epilogue->residual_scale, 0, type);
#else
  dnnl_status_t status =
      dnnl_post_ops_append_sum_v2(operations, epilogue->residual_scale, type);
#endif
  if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, operations);
  dnnl_post_ops_destroy(operations);
  return status == dnnl_success;
}

static dnnl_primitive_attr_t make_attributes(int outputs, const onednn_byte_epilogue *epilogue) {
  dnnl_primitive_attr_t attributes = NULL;
  if (dnnl_primitive_attr_create(&attributes) != dnnl_success) return NULL;
  dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (set_scales(attributes, outputs, epilogue) &&
      (!epilogue->residual || set_residual(attributes, epilogue)))
    return attributes;
  dnnl_primitive_attr_destroy(attributes);
  return NULL;
}

/// Version 2 adds the bias before it scales, version 3 after.
static bool add_operands(onednn_primitive_t made, int outputs, const onednn_byte_epilogue *epilogue) {
#if V3
  return add_fixed(made, DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, epilogue->scales, outputs) &&
         add_fixed(made, DNNL_ARG_BIAS, epilogue->bias, outputs);
#else
  float *bias = malloc(sizeof *bias * (size_t)outputs);
  if (!bias) return false;
  for (int i = 0; i < outputs; i++) bias[i] = epilogue->bias[i] / epilogue->scales[i];
  bool added = add_fixed(made, DNNL_ARG_BIAS, bias, outputs);
  free(bias);
  return added;
#endif
}

onednn_primitive_t onednn_byte_convolution(
    const onednn_window *window, onednn_md_t src, onednn_md_t weights, onednn_md_t dst, int outputs,
    onednn_byte_epilogue epilogue) {
  const int64_t dims[] = {outputs};
  onednn_md_t bias = onednn_md_plain(1, dims, ONEDNN_FLOAT32);
  dnnl_primitive_attr_t attributes = make_attributes(outputs, &epilogue);
  if (!bias || !attributes) {
    onednn_md_destroy(bias);
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    return NULL;
  }
  dnnl_primitive_desc_t desc = NULL;
  dnnl_status_t status = onednn_convolution_desc(
      &desc, ONEDNN_FORWARD_INFERENCE, dnnl_convolution_direct, window, ref(src), ref(weights),
      ref(bias), ref(dst), attributes, NULL);
  dnnl_primitive_attr_destroy(attributes);
  onednn_md_destroy(bias);
  onednn_primitive_t made = onednn_finish(status, desc);
  if (made && add_operands(made, outputs, &epilogue)) return made;
  if (made) onednn_primitive_destroy(made);
  return NULL;
}

onednn_primitive_t onednn_scaled_reorder(onednn_md_t from, onednn_md_t to, float scale) {
  dnnl_primitive_attr_t attributes = NULL;
  if (dnnl_primitive_attr_create(&attributes) != dnnl_success) return NULL;
  dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
#if V3
  dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_SRC, 0);
#else
  dnnl_primitive_attr_set_output_scales(attributes, 1, 0, &scale);
#endif
  onednn_primitive_t made = onednn_reorder_with(ref(from), ref(to), attributes);
  dnnl_primitive_attr_destroy(attributes);
#if V3
  if (made && !add_fixed(made, DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, &scale, 1)) {
    onednn_primitive_destroy(made);
    return NULL;
  }
#endif
  return made;
}
