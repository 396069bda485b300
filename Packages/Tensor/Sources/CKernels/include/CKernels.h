// The kernels that oneDNN lacks, or that fuse what it keeps apart.
//
// They run on the OpenMP threads that oneDNN uses and are compiled for several instruction sets,
// chosen when the program is loaded. Elements are float32 or bfloat16 (`bool bf16`); arithmetic is
// float32. Work is divided by the number of threads alone and sums are taken in a fixed order, so
// the same input on as many threads gives the same bits.
#ifndef CKernels_h
#define CKernels_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The threads of the pool (OMP_NUM_THREADS, else the processors).
int ck_thread_count(void);

/// While a thread is idle, the kernels that it calls compute nothing: what they would write is undefined.
void ck_set_idle(bool is_idle);
bool ck_is_idle(void);

// Element by element, over tensors in one layout. Each but `ck_sigmoid` maps zero to zero, so that the
// padding of blocked layouts stays zero; after it `ck_clear_padding` writes the zeros again.
void ck_float_from_bfloat(float *dst, const uint16_t *src, size_t count);
void ck_bfloat_from_float(uint16_t *dst, const float *src, size_t count);
/// dst = a + b, then max(0, ·) where `relu`. dst may be a or b.
void ck_add(void *dst, const void *a, const void *b, size_t count, bool relu, bool bf16);
void ck_multiply(void *dst, const void *a, const void *b, size_t count, bool bf16);
/// dst = factor · src.
void ck_scale(void *dst, const void *src, float factor, size_t count, bool bf16);
/// dst = src where src > 0, else slope · src.
void ck_leaky_relu(void *dst, const void *src, float slope, size_t count, bool bf16);
/// dst = gradient where y > 0, else slope · gradient. dst may be gradient.
void ck_leaky_relu_gradient(
    void *dst, const void *gradient, const void *y, float slope, size_t count, bool bf16);
void ck_sigmoid(void *dst, const void *src, size_t count, bool bf16);
void ck_sigmoid_gradient(
    void *dst, const void *gradient, const void *y, size_t count, bool bf16);

/// Sum of the elements, of their squares where `squared`.
double ck_sum(const void *src, size_t count, bool squared, bool bf16);

/// How a [N, C, H, W] tensor lies in memory: [N][C / block][H·W][block], the last block padded.
/// Row-major is block 1.
typedef struct {
  int64_t n, channels, area;
  int block;
} ck_layout;

// One value per channel of each image lies at [n · pitch + c].
/// dst[n, c, ·] = src[n, c, ·] · factor[n, c].
void ck_scale_channels(
    void *dst, const void *src, const float *factor, int64_t pitch, ck_layout layout, bool bf16);
/// dst[n, c] = scale · Σ src[n, c, ·] · other[n, c, ·]; other may be NULL (ones). Between the channels
/// and the pitch dst is 0.
void ck_sum_channels(
    float *dst, int64_t pitch, const void *src, const void *other, float scale, ck_layout layout,
    bool bf16);
/// dst[n, c, ·] = value[n, c].
void ck_fill_channels(
    void *dst, const float *value, int64_t pitch, ck_layout layout, bool bf16);
/// Zeros where the last block has no channel.
void ck_clear_padding(void *dst, ck_layout layout, bool bf16);

/// Mean and biased variance per channel.
void ck_batch_moments(float *mean, float *variance, const void *src, ck_layout layout, bool bf16);
/// dst = (src - mean) / √(variance + epsilon) · scale + shift per channel, then max(0, ·) where `relu`.
void ck_batch_norm(
    void *dst, const void *src, const float *mean, const float *variance, const float *scale,
    const float *shift, float epsilon, bool relu, ck_layout layout, bool bf16);
/// The gradients of the same where mean and variance are the batch's own; what ReLU let through is
/// computed again from src.
void ck_batch_norm_gradient(
    void *dst, float *scale_gradient, float *shift_gradient, const void *gradient,
    const void *src, const float *mean, const float *variance, const float *scale,
    const float *shift, float epsilon, bool relu, ck_layout layout, bool bf16);

// Over the channels of row-major [N, C, area] tensors.
void ck_softmax(void *dst, const void *src, int64_t n, int64_t c, int64_t area, bool log, bool bf16);
void ck_softmax_gradient(
    void *dst, const void *gradient, const void *y, int64_t n, int64_t c, int64_t area, bool log,
    bool bf16);

/// Bilinear enlargement with half-pixel centres: from h x w to height x width. What is h x w lies
/// row-major where block is 1, else in blocks of so many channels, at most 16; what is height x width is
/// row-major.
typedef struct {
  int64_t n, c, h, w, height, width;
  int block;
} ck_upsampling;

/// Mean cross-entropy of logits [N, C, h, w] enlarged to the size of the labels [N, height, width]
/// over the pixels whose label is below C, 0 where there is none. Writes its gradient by the logits,
/// in their type, where `gradient` is not NULL.
double ck_upsampled_cross_entropy(
    void *gradient, const void *logits, const uint8_t *labels, ck_upsampling size, bool bf16);
/// Mean binary cross-entropy of enlarged logits [N, 1, h, w] with one target in [0, 1], and its
/// gradient by the logits where `gradient` is not NULL.
double ck_upsampled_binary_cross_entropy(
    void *gradient, const void *logits, float target, ck_upsampling size, bool bf16);
/// dst [N, C, height, width] = softmax over the channels of the enlarged logits [N, C, h, w].
void ck_upsampled_softmax(void *dst, const void *logits, ck_upsampling size, bool bf16);
/// The gradient by the logits, from the output.
void ck_upsampled_softmax_gradient(
    void *dst, const void *gradient, const void *output, ck_upsampling size, bool bf16);

/// dst += Σ over maps and the nine places of a 3x3 window with padding 1 of the place's products,
/// enlarged and shifted; then max(0, ·) where `relu`. dst is [n][c / block][height·width][block], each of
/// at most 4 products [n][9][c / block][h·w][block]; block is 8 or 16, c a multiple of it.
void ck_add_shifted(
    void *dst, int count, const void *const *products, const ck_upsampling *sizes, bool relu,
    bool bf16);
/// The gradient by one map's products.
void ck_shifted_gradient(void *dst, const void *gradient, ck_upsampling size, bool bf16);
/// parts[place][o][c] = weight[o][first + c][place] for a 3x3 weight [outputs, inputs, 3, 3]; o runs
/// to `padded`, zeros from `outputs` on.
void ck_places_from_weight(
    float *parts, const float *weight, int64_t outputs, int64_t inputs, int64_t first,
    int64_t count, int64_t padded);
/// The other way round, without the padding.
void ck_weight_from_places(
    float *weight, const float *parts, int64_t outputs, int64_t inputs, int64_t first,
    int64_t count, int64_t padded);

/// The gradient by the weight [C, 1, kernel, kernel] of a convolution of each channel with its own
/// window, kernel 3 or 4, from tensors in channel blocks of 16.
typedef struct {
  int64_t n, channels, h, w, height, width;
  int kernel, stride, padding;
} ck_depthwise;
void ck_depthwise_weight_gradient(
    float *dst, const void *src, const void *gradient, ck_depthwise size, bool bf16);

/// A 3x3 convolution with stride and padding 1 by Winograd's algorithm. Maps lie in blocks of so many
/// channels as ck_winograd_block says; the inputs are a multiple of a block, the outputs of two. There is
/// at least one pixel.
typedef struct {
  int64_t n, inputs, outputs, h, w;
} ck_winograd;
/// The channels of a block; 0 where the processor has no instructions for it.
int ck_winograd_block(bool bf16);
/// The transformed weight, 16 · outputs · inputs elements as ck_winograd_convolution reads them, in its
/// type, from [outputs, inputs, 3, 3]. Where `turned`, from [inputs, outputs, 3, 3] with its windows turned
/// by 180°: the convolution that takes the gradient of the other back. The weight [A, B, 3, 3] lies as
/// [A / block][B / block][3][3][block of B][block of A], row-major where block is 1.
void ck_winograd_weights(
    void *dst, const float *weight, int block, int64_t outputs, int64_t inputs, bool turned,
    bool bf16);
/// The bytes that ck_winograd_convolution needs beside its operands, for all threads together.
size_t ck_winograd_scratch_bytes(ck_winograd size, bool bf16);
/// dst = src * weight + bias + residual, then max(0, ·) where `relu`; bias and residual may be NULL.
void ck_winograd_convolution(
    void *dst, const void *src, const void *weights, const float *bias, const void *residual,
    bool relu, void *scratch, ck_winograd size, bool bf16);
/// The gradient by the weight in float32, [outputs / 8][inputs / 8][3][3][8 of inputs][8 of outputs], from
/// src and the gradient by the outputs; inputs are a multiple of 8, outputs of 16.
void ck_winograd_weight_gradient(
    float *dst, const float *src, const float *gradient, void *scratch, ck_winograd size);
/// The bytes that it needs beside its operands.
size_t ck_winograd_gradient_scratch_bytes(ck_winograd size);

/// Per pixel of the enlarged scores the channel of the largest.
void ck_upsampled_labels(uint8_t *label, const void *scores, ck_upsampling size, bool bf16);
/// The same, and its softmax probability (`normalise`) or its value.
void ck_upsampled_argmax(
    uint8_t *label, float *confidence, const void *scores, ck_upsampling size, bool normalise,
    bool bf16);

/// Σ over the elements of the binary cross-entropy of logits with one target in [0, 1]; writes
/// the sum's gradient where `gradient` is not NULL.
double ck_binary_cross_entropy(
    void *gradient, const void *logits, float target, size_t count, bool bf16);

/// v = momentum · v + (gradient · gradient_scale + decay · p); p -= rate · v (torch.optim.SGD).
void ck_sgd(
    float *parameter, float *velocity, const float *gradient, size_t count, float rate,
    float momentum, float decay, float gradient_scale);
/// One step of torch.optim.Adam; `step` counts from 1.
void ck_adam(
    float *parameter, float *mean, float *square, const float *gradient, size_t count, float rate,
    float beta1, float beta2, float epsilon, float decay, float gradient_scale, int64_t step);

#endif
