#include "parallel.h"

#include "CKernels.h"

// libgomp's own entry points: the compiler emits calls to them for `#pragma omp parallel`, which
// SwiftPM cannot turn on without unsafe flags. It is the pool that oneDNN runs on; another one on
// the same cores would spin against it.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);
extern int omp_get_max_threads(void);
extern int omp_in_parallel(void);

typedef struct {
  int64_t count, grain;
  void (*body)(void *, int64_t, int64_t);
  void *context;
} job;

static void run(void *data) {
  const job *j = data;
  int64_t threads = omp_get_num_threads(), me = omp_get_thread_num();
  int64_t grains = (j->count + j->grain - 1) / j->grain;
  int64_t begin = grains * me / threads * j->grain;
  int64_t end = grains * (me + 1) / threads * j->grain;
  if (end > j->count) end = j->count;
  if (begin < end) j->body(j->context, begin, end);
}

static _Thread_local bool idle;

void ck_set_idle(bool is_idle) { idle = is_idle; }
bool ck_is_idle(void) { return idle; }

int ck_thread_count(void) { return omp_get_max_threads(); }

void ck_parallel(
    int64_t count, int64_t grain, void (*body)(void *, int64_t, int64_t), void *context) {
  if (count <= 0 || idle) return;
  job j = {count, grain, body, context};
  if (count <= grain || omp_in_parallel()) {
    body(context, 0, count);
  } else {
    GOMP_parallel(run, &j, 0, 0);
  }
}
