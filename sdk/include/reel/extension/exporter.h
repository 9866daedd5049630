/*
 * reel.exporter/1: pictures of a video as a document of another program.
 *
 * A stage whose factory stands in `stages` is an exporter: it stands where a sink stands, joins several stages by `from`, and its pads and
 * properties are those of its element as with any other stage. The element itself is never played: the host finds the pictures at the
 * times that the stage's property `at` names, and asks the exporter to write them, as layers, once per document.
 *
 * Licence: LGPL-2.1-or-later.
 */
#ifndef REEL_EXTENSION_EXPORTER_H
#define REEL_EXTENSION_EXPORTER_H

#include <stddef.h>
#include <stdint.h>

#include "reel/extension/task.h"
#include "reel/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define REEL_EXPORTER "reel.exporter/1"

/* Pixels, row by row without gaps, in the order red, green, blue, alpha; not multiplied by alpha. Of a mask: one channel. */
typedef struct reel_pixels {
  uint32_t width, height;
  uint32_t depth;    /* bits a channel: 8, or 16 in this machine's order of bytes */
  uint32_t channels; /* 4, or 1 for a mask: full scale shows, 0 hides */
  const void* data;  /* width * height * channels * depth / 8 bytes */
} reel_pixels;

typedef enum reel_layer_kind { REEL_LAYER_PICTURE = 0, REEL_LAYER_GROUP = 1 } reel_layer_kind;

/* A picture, or a group of layers. */
typedef struct reel_layer {
  reel_layer_kind kind;
  const char* name;        /* UTF-8 */
  int32_t left, top;       /* of its pixels in the document; 0 for a group */
  reel_pixels pixels;      /* of a picture */
  const reel_pixels* mask; /* at the same place as its pixels, or NULL; of a group: as large as the document */
  const char*
      blend; /* "normal", "multiply", "screen", "overlay", "darken", "lighten", "difference"; groups: also "pass" */
  uint32_t opacity; /* 0 to 255 */
  gboolean visible;
  const struct reel_layer* layers; /* of a group, the lowest first */
  size_t layer_count;
} reel_layer;

typedef struct reel_document {
  uint32_t width, height;
  uint32_t depth; /* bits a channel: 8 or 16 */
  double pixels_per_inch;
  const reel_layer* layers; /* the lowest first */
  size_t layer_count;
  const void* icc_profile; /* or NULL: sRGB */
  size_t icc_profile_size;
  const char* source; /* where the pictures are from: a path or URI without secrets */
  const char* title;
  int64_t time;             /* nanoseconds in the source of the (first) picture */
  double frames_per_second; /* of the source, or 0 */
} reel_document;

/* A whole video as a layer. */
typedef struct reel_video_layer {
  const char* name; /* UTF-8 */
  const char* path; /* of the file, or relative to the script's folder */
} reel_video_layer;

typedef struct reel_exporter {
  const char* const* stages;     /* element factories, ended by NULL */
  const char* const* extensions; /* of the files that it writes, "psd", "psb", ended by NULL */
  /* [any thread] Writes the document to a new file at `path`; `extension` says which kind. On failure sets `error` and leaves whatever is
   * there to the host. */
  gboolean (*write)(const reel_host* host, const reel_document* document, const char* extension, const char* path,
                    const reel_task* task, GError** error);
  /* [any thread] Writes a script that makes the program open whole videos above each other, the lowest first, at that rate of pictures.
   * `mask`, or NULL: a video whose brightness masks the uppermost. NULL: there are no such scripts. */
  gboolean (*write_script)(const reel_host* host, const reel_video_layer* layers, size_t layer_count,
                           const reel_video_layer* mask, double frames_per_second, const char* path,
                           const reel_task* task, GError** error);
  const char* script_extension; /* "jsx", or NULL */
} reel_exporter;

#ifdef __cplusplus
}
#endif
#endif
