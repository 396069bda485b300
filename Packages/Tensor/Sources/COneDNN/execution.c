#include "internal.h"

static int argument_index(int role) {
  switch (role) {
    case ONEDNN_SRC: return DNNL_ARG_SRC;
    case ONEDNN_SRC_1: return DNNL_ARG_SRC_1;
    case ONEDNN_WEIGHTS: return DNNL_ARG_WEIGHTS;
    case ONEDNN_BIAS: return DNNL_ARG_BIAS;
    case ONEDNN_DST: return DNNL_ARG_DST;
    case ONEDNN_WORKSPACE: return DNNL_ARG_WORKSPACE;
    case ONEDNN_DIFF_SRC: return DNNL_ARG_DIFF_SRC;
    case ONEDNN_DIFF_WEIGHTS: return DNNL_ARG_DIFF_WEIGHTS;
    case ONEDNN_DIFF_BIAS: return DNNL_ARG_DIFF_BIAS;
    case ONEDNN_DIFF_DST: return DNNL_ARG_DIFF_DST;
    case ONEDNN_SCRATCHPAD: return DNNL_ARG_SCRATCHPAD;
    case ONEDNN_RESIDUAL: return DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1;
    default: return DNNL_ARG_MULTIPLE_SRC + (role - ONEDNN_ROLE_COUNT);
  }
}

static md_ref operand(onednn_primitive_t p, int role) {
  if (role >= ONEDNN_ROLE_COUNT) return ref(p->sources[role - ONEDNN_ROLE_COUNT]);
  if (role == ONEDNN_SRC && p->source_count == 1) return ref(p->sources[0]);
  if (role == ONEDNN_RESIDUAL) return ref(p->residual);
  if (role == ONEDNN_WORKSPACE)
    return dnnl_primitive_desc_query_md(p->desc, dnnl_query_workspace_md, 0);
  if (role == ONEDNN_SCRATCHPAD)
    return dnnl_primitive_desc_query_md(p->desc, dnnl_query_scratchpad_md, 0);
  return dnnl_primitive_desc_query_md(p->desc, dnnl_query_exec_arg_md, argument_index(role));
}

onednn_md_t onednn_primitive_md(onednn_primitive_t primitive, onednn_role role) {
  md_ref desc = operand(primitive, role);
  if (!desc || dnnl_memory_desc_get_size(desc) == 0) return NULL;
  return onednn_md_copy(desc);
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
  for (int i = 0; i < primitive->fixed_count; i++) dnnl_memory_destroy(primitive->fixed[i].memory);
  if (primitive->residual) onednn_md_destroy(primitive->residual);
  dnnl_primitive_destroy(primitive->primitive);
  dnnl_primitive_desc_destroy(primitive->desc);
  free(primitive);
}

bool onednn_execute(onednn_primitive_t primitive, int count, const onednn_argument *arguments) {
  dnnl_exec_arg_t list[MAX_ARGUMENTS + MAX_FIXED];
  if (count > MAX_ARGUMENTS) return false;
  for (int i = 0; i < count; i++) {
    int role = arguments[i].role;
    dnnl_memory_t *memory = &primitive->memories[role];
    if (!*memory) {
      md_ref desc = operand(primitive, role);
      if (!desc ||
          dnnl_memory_create(memory, desc, onednn_engine(), DNNL_MEMORY_NONE) != dnnl_success)
        return false;
    }
    if (dnnl_memory_set_data_handle(*memory, arguments[i].data) != dnnl_success) return false;
    list[i] = (dnnl_exec_arg_t){argument_index(role), *memory};
  }
  for (int i = 0; i < primitive->fixed_count; i++) list[count++] = primitive->fixed[i];
  if (dnnl_primitive_execute(primitive->primitive, onednn_stream(), count, list) != dnnl_success)
    return false;
  return dnnl_stream_wait(onednn_stream()) == dnnl_success;
}
