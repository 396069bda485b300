#include "internal.h"

static dnnl_data_type_t data_type(onednn_dtype dtype) {
  switch (dtype) {
    case ONEDNN_FLOAT32: return dnnl_f32;
    case ONEDNN_BFLOAT16: return dnnl_bf16;
    case ONEDNN_UINT8: return dnnl_u8;
    case ONEDNN_INT8: return dnnl_s8;
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

onednn_md_t onednn_md_copy(md_ref desc) {
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
  if (rank > ONEDNN_MAX_RANK) return NULL;
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

static dnnl_format_tag_t window_tag(int block) {
  return block == 8 ? dnnl_ABcd8b8a : dnnl_ABcd16b16a;
}

onednn_md_t onednn_md_window_blocked(const int64_t *dims, onednn_dtype dtype, int block) {
  return md_with_tag(4, dims, data_type(dtype), window_tag(block));
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

static bool has_tag(onednn_md_t md, const description *d, dnnl_format_tag_t tag) {
  // With the descriptor's own type: a pooling workspace may hold types that tensors do not.
  onednn_md_t other = md_with_tag(d->rank, d->dims, d->type, tag);
  bool equal = other && onednn_md_equal(md, other);
  onednn_md_destroy(other);
  return equal;
}

onednn_md_t onednn_md_with_dtype(onednn_md_t md, onednn_dtype dtype) {
#if V3
  // Version 3 has no setter, so the layout is built again from its tag. Other layouts are never retyped.
  description d = describe(md);
  if (has_tag(md, &d, plain_tag(d.rank))) return onednn_md_plain(d.rank, d.dims, dtype);
  static const dnnl_format_tag_t tags[] = {
      dnnl_acdb,       dnnl_aBcd8b, dnnl_aBcd16b, dnnl_ABcd8b8a,
      dnnl_ABcd16b16a, dnnl_Acdb8a, dnnl_Acdb16a};
  for (size_t i = 0; d.rank == 4 && i < sizeof tags / sizeof *tags; i++)
    if (has_tag(md, &d, tags[i])) return md_with_tag(4, d.dims, data_type(dtype), tags[i]);
  return NULL;
#else
  onednn_md_t copy = onednn_md_copy(&md->desc);
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
  switch (describe(md).type) {
    case dnnl_f32: return ONEDNN_FLOAT32;
    case dnnl_bf16: return ONEDNN_BFLOAT16;
    case dnnl_s8: return ONEDNN_INT8;
    default: return ONEDNN_UINT8;
  }
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
