// What the files of this target share. Every `dnnl_*` name of the project stands in this target.
#ifndef internal_h
#define internal_h

#include <dnnl.h>
#include <stdlib.h>
#include <string.h>

#include "COneDNN.h"

// Version 2 keeps memory descriptors as values and makes a primitive from an operation descriptor;
// version 3 keeps handles and makes it from parameters. `V3` is the only switch.
#define V3 (DNNL_VERSION_MAJOR >= 3)

struct onednn_md {
  dnnl_memory_desc_t desc;
};

#if V3
typedef const_dnnl_memory_desc_t md_ref;
static inline md_ref ref(onednn_md_t md) { return md ? md->desc : NULL; }
#else
typedef const dnnl_memory_desc_t *md_ref;
static inline md_ref ref(onednn_md_t md) { return md ? &md->desc : NULL; }
#endif

#if V3
typedef dnnl_primitive_desc_t hint_t;
#else
typedef const_dnnl_primitive_desc_t hint_t;
#endif

enum { MAX_CONCAT = 16, MAX_FIXED = 2, MAX_ARGUMENTS = ONEDNN_ROLE_COUNT + MAX_CONCAT };

struct onednn_primitive {
  dnnl_primitive_t primitive;
  dnnl_primitive_desc_t desc;
  dnnl_memory_t memories[MAX_ARGUMENTS];  // made at first use, then only re-pointed
  onednn_md_t sources[MAX_CONCAT];        // concat's and reorder's own operands
  int source_count;
  onednn_md_t residual;                   // of a convolution that adds one from apart
  dnnl_exec_arg_t fixed[MAX_FIXED];       // operands that belong to the primitive
  int fixed_count;
};

/// The process's engine and stream, made at first use.
dnnl_engine_t onednn_engine(void);
dnnl_stream_t onednn_stream(void);
/// A copy owned by the caller; NULL for NULL.
onednn_md_t onednn_md_copy(md_ref desc);
/// The primitive of a description, which it owns from here on; NULL where there is none.
onednn_primitive_t onednn_finish(dnnl_status_t status, dnnl_primitive_desc_t desc);
dnnl_status_t onednn_convolution_desc(
    dnnl_primitive_desc_t *out, onednn_direction direction, dnnl_alg_kind_t algorithm,
    const onednn_window *w, md_ref src, md_ref weights, md_ref bias, md_ref dst,
    dnnl_primitive_attr_t attributes, hint_t hint);
onednn_primitive_t onednn_reorder_with(md_ref from, md_ref to, dnnl_primitive_attr_t attributes);

#endif
