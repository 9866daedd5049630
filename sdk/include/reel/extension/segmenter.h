/*
 * reel.segmenter/1: finds in a picture what a word means: boxes, and masks where it can tell more.
 *
 * A stage that acts on something (object removal, and whatever follows it) asks all segmenters for a label; prompts may use the labels
 * that there are. On failure functions set `error` (domain REEL_ERROR, see task.h) and return FALSE or NULL.
 *
 * `host` is NULL in a plain GStreamer program.
 *
 * Licence: LGPL-2.1-or-later.
 */
#ifndef REEL_EXTENSION_SEGMENTER_H
#define REEL_EXTENSION_SEGMENTER_H

#include <stddef.h>
#include <stdint.h>

#include "reel/extension/task.h"
#include "reel/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define REEL_SEGMENTER "reel.segmenter/1"

typedef struct reel_finder reel_finder; /* the plugin's: ready to find one label */

/* Full range, not linear: as on a screen. */
typedef struct reel_picture {
  uint32_t width, height;
  const uint8_t* rgb; /* width * height * 3 bytes: red, green, blue, row by row without gaps */
} reel_picture;

/* Lies within the picture. */
typedef struct reel_found {
  uint32_t left, top, width, height; /* in samples */
  double score;                      /* 0 to 1: how sure */
  const uint8_t* mask; /* width * height bytes, row by row: 255 where it is, 0 elsewhere; NULL: only the box is known */
} reel_found;

typedef struct reel_segmenter {
  /* [any thread] What can be found now, in lower case: "person", "coffee cup"; ended by NULL. It changes with what users install. Reads
   * files. Free with release_labels(). */
  char** (*labels)(const reel_host* host, GError** error);
  void (*release_labels)(char** labels);
  /* [any thread] May take seconds. REEL_ERROR_NOT_FOUND: nothing finds that label. */
  reel_finder* (*open)(const reel_host* host, const char* label, GError** error);
  /* [any thread, one at a time for each finder] All in the picture, the surest first; `found` and `count` are set, to NULL and 0 where
   * there is none. Free with release_found(). */
  gboolean (*find)(reel_finder* finder, const reel_picture* picture, reel_found** found, size_t* count,
                   const reel_task* task, GError** error);
  void (*release_found)(reel_found* found, size_t count);
  void (*close)(reel_finder* finder);
} reel_segmenter;

#ifdef __cplusplus
}
#endif
#endif
