/*
 * The boundary between Reelwork and a plugin: plain C, frozen for the life of ABI major 1.
 *
 * A plugin is one shared library that exports two data symbols and nothing else:
 *
 *   const reel_plugin reel_plugin_entry   for Reelwork
 *   GstPluginDesc     gst_plugin_desc     so that the same file works in any GStreamer program
 *
 * No C++ type, STL container or exception crosses this boundary. The structs never change within an ABI
 * major; new abilities come as extensions, named by string and revision ("reel.storage/1"), new ones under
 * "draft/" first. The header-only C++ wrapper <reel/sdk.hpp> fills all of this in; most plugins need only
 * that.
 *
 * Ownership, everywhere below: every struct and string that one side hands to the other lives as long as the
 * process, unless its comment says otherwise. Whoever allocates frees, through a function in the same table.
 * Errors are a code and a message (GError), never errno and never an exception.
 *
 * Licence: LGPL-2.1-or-later.
 */
#ifndef REEL_PLUGIN_H
#define REEL_PLUGIN_H

#include <gst/gst.h>
#include <stdint.h>

/* A host loads a plugin whose major is equal to its own and whose minor is not newer. */
#define REEL_ABI_MAJOR 1
#define REEL_ABI_MINOR 0

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The two structs -------------------------------------------------------------------------------- */

/* What the host is. Never freed. */
typedef struct reel_host {
  uint32_t abi_major, abi_minor;
  const char* name;    /* "Reelwork" */
  const char* version; /* "0.1.0" */
  /* [any thread] A table of the host's, or NULL if it has none of that name: "reel.host.log/1". */
  const void* (*get_extension)(const struct reel_host* host, const char* id);
} reel_host;

/* What the plugin is. */
typedef struct reel_plugin {
  uint32_t abi_major, abi_minor;
  const char* id;      /* unique, reverse DNS: "org.example.negative" */
  const char* name;    /* unique among GStreamer plugins: "acme-negative" */
  const char* vendor;  /* [a-z][a-z0-9]*, the prefix of its element factories: "acme" for "acme-negative" */
  const char* version; /* "1.2.0" */
  const char* license; /* SPDX: "MIT" */
  const char* summary; /* one line */
  const char* url;     /* home page, or "" */
  /* [main thread, once] Registers element factories with `registrar`. FALSE and `error` set: the plugin is
   * refused, with that message. `host` is NULL when a plain GStreamer program loads the library. */
  gboolean (*open)(const reel_host* host, GstPlugin* registrar, GError** error);
  /* [any thread, after open] A table of the plugin's, or NULL: "reel.storage/1". */
  const void* (*get_extension)(const char* id);
} reel_plugin;

#define REEL_PLUGIN_ENTRY_SYMBOL "reel_plugin_entry"

/* ---- How an element says what GObject cannot -----------------------------------------------------------
 *
 * Element metadata (gst_element_class_add_metadata). All optional. */

/* How the output depends on time, for each kind of media that the element touches (by its pads):
 *   "pointwise"                 frame t depends on input frame t alone
 *   "pointwise edges=PROP sides=PROP"
 *                               and changes only as much time as the first property says at either end of `during`, or of
 *                               the media; where the second one, a choice, is "in" or "out", only at its start or end
 *   "window BEFORE AFTER"       on so many frames around it
 *   "window BEFORE AFTER from-begin=PROP,PROP"
 *                               and, where one of these properties is not at its default, on all frames since `during` began (it
 *                               follows something)
 *   "retime keep=PROP" | "retime remove=PROP" | "retime keep=PROP remove=PROP" | "retime rate=PROP"
 *                               maps input times to output times as that property says; keep and remove may go with
 *                               "crossfade=PROP": for so long both sides of a join sound together, behind the join
 *   "retime hold=PROP length=PROP"
 *                               the last picture that has begun at the one time comes again, after each time that it was to be shown
 *                               for, as often as is nearest to the other time; sound is silent. What is behind comes later by that
 *   "retime append=PROP"        one input after the other; over the time that the property says, both overlap
 *   "whole"                     on everything, or cannot tell (also when absent) */
#define REEL_META_VIDEO_CONTRACT "reel-video-contract"
#define REEL_META_AUDIO_CONTRACT "reel-audio-contract"
/* Comma-separated words that a person may say for the stage: "hide,obscure" */
#define REEL_META_SYNONYMS "reel-synonyms"
/* "no" where a stage cannot act on a part of the time (it changes the size, or the clock). */
#define REEL_META_DURING "reel-during"
/* "2": a join takes so many inputs at most. */
#define REEL_META_MAX_INPUTS "reel-max-inputs"
/* "source", "filter", "join" or "sink"; told from the pads when absent. */
#define REEL_META_ROLE "reel-role"

/* "yes" where a stage does better after a pass that only measures. A host that can runs the graph up to such
 * an element once and throws its output away. At the end of the stream the element posts an element message
 * whose structure is named REEL_MESSAGE_MEASURED and whose fields are named and typed like properties of the
 * element; the host sets them before the real run. Without such a pass the element must work all the same. */
#define REEL_META_TWO_PASS "reel-two-pass"
#define REEL_MESSAGE_MEASURED "reel-measured"

/* What an element has to say of a single frame: an element message whose structure is named so. It has "time", a
 * guint64: the stream time of the frame in nanoseconds, and up to 16 fields of type double. Hosts keep them in the
 * report of a run, the last one of each time; they may keep only the first 10,000 frames. A field "confidence", from
 * 0 to 1, tells how sure the element is of what it made of the frame: hosts say where it is below a half. */
#define REEL_MESSAGE_FRAME "reel-frame"

/* Pads tell the kinds of media. A stage for one kind has "sink" and "src" with video/x-raw or audio/x-raw
 * caps. One for both has "video_sink", "audio_sink", "video_src", "audio_src". A join has request templates
 * "video_sink_%u" and/or "audio_sink_%u" (or "sink_%u"); the n-th stage of `from:` gets pad n. */

/* Property metadata (g_param_spec_set_qdata with the quark of the key and a static string). */

/* What a property of type string or uint64 means:
 *   "time"    uint64, nanoseconds
 *   "ranges"  string, "A..B,C..D" in nanoseconds or clock form; an end left out is the media's own
 *   "times"   string, "A,B..C": moments and ranges, written likewise
 *   "color"   uint, 0xAARRGGBB
 *   "region"  string, see reel::Region in <reel/types.hpp>; takes keyframes inside its text
 *   "file"    string, a path
 *   "uri"     string, a URI or a path */
#define REEL_QDATA_TYPE "reel-type"
#define REEL_QDATA_UNIT "reel-unit"         /* "px", "dB", "%" */
#define REEL_QDATA_IDENTITY "reel-identity" /* the value, as text, at which the stage changes nothing */
#define REEL_QDATA_REQUIRED "reel-required" /* "yes" */
#define REEL_QDATA_HOST "reel-host"         /* "yes": for the host to set, not shown to authors */

/* An SDK stage that is the identity outside a time range by itself has this property, of type "ranges". */
#define REEL_PROPERTY_DURING "during"

/* A join that has this property, of type "time" and for the host, is told how long its first input is, where that is known. */
#define REEL_PROPERTY_MAIN_LENGTH "main-length"

/* ---- Extensions of the host --------------------------------------------------------------------------- */

typedef enum { REEL_LOG_DEBUG = 0, REEL_LOG_INFO = 1, REEL_LOG_WARNING = 2, REEL_LOG_ERROR = 3 } reel_log_level;

#define REEL_HOST_LOG "reel.host.log/1"
typedef struct reel_host_log {
  /* [any thread, also streaming threads; does not block on I/O of others] `message` is UTF-8, copied.
   * `source` is the element that speaks, or NULL: the host finds the stage that it belongs to. */
  void (*write)(const reel_host* host, reel_log_level level, GstObject* source, const char* message);
} reel_host_log;

#ifdef __cplusplus
}
#endif
#endif
