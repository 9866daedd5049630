/*
 * reel.provider/1: media that a service makes, from words or from other media.
 *
 * A stage whose factory stands in `stages` gets its media from the provider before anything plays. Its element declares the parameters, and
 * is never played itself: a source's result is played in its place. Of a filter's input, the part that `during` names is written to a clip
 * which the service can fetch, and the pictures of the result, brought to the input's size, take the place of that part. Without
 * `during` all of the input is replaced: the result's size is kept, and its sound if it has any.
 *
 * The host does what has to survive a crash and what is shared: it writes down the intent before create() and the id after it, never
 * calls create() a second time before find() has said for certain that nothing was made, waits, keeps results under the request, and holds
 * the limits for all its processes together. The provider speaks with the service, and keeps nothing between calls.
 *
 * All functions but limits() may block. They may be called from any thread, several at once. On failure they set `error` (domain
 * REEL_ERROR, see task.h) and return FALSE or NULL. Texts they return are freed by release_text().
 *
 * Licence: LGPL-2.1-or-later.
 */
#ifndef REEL_EXTENSION_PROVIDER_H
#define REEL_EXTENSION_PROVIDER_H

#include <stdint.h>

#include "reel/extension/task.h"
#include "reel/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define REEL_PROVIDER "reel.provider/1"

/* What a stage asks for. */
typedef struct reel_provider_request {
  const char* stage; /* its element factory: "reel-luma" */
  const char*
      params; /* a JSON object: each parameter with its value, defaults among them; times in nanoseconds, choices by name; of a filter,
                 `during` as the author wrote it, or null */
  /* The stage's input, or NULL for a source: an address by which the service can fetch it, or "" where there will be one only later, and
   * its length in nanoseconds. */
  const char* input;
  int64_t input_duration;
} reel_provider_request;

typedef struct reel_provider_limits {
  const char* service; /* for people: "Luma Dream Machine"; lives as long as the process */
  const char*
      account; /* stands for the account without telling its key; requests of one account share the limits. As `service` */
  uint32_t concurrent; /* generations at once; 0: no limit */
  uint32_t per_minute; /* that may be created in a minute; 0: no limit */
  gboolean
      takes_input; /* of a filter: create() is given the address of its input; otherwise the input need not lie anywhere */
} reel_provider_limits;

/* Before anything is paid. */
typedef struct reel_provider_estimate {
  double cents;   /* US cents; less than 0: not known */
  double seconds; /* until it is made, usually; less than 0: not known */
} reel_provider_estimate;

typedef enum reel_generation_state {
  REEL_GENERATION_QUEUED = 0,
  REEL_GENERATION_WORKING = 1,
  REEL_GENERATION_DONE = 2,
  REEL_GENERATION_FAILED = 3
} reel_generation_state;

typedef struct reel_generation {
  reel_generation_state state;
  double fraction;       /* 0 to 1, or less than 0 */
  char* words;           /* the service's word for the state: "dreaming" */
  char* preview;         /* an address of what can be seen so far, or NULL */
  char* failure;         /* of a failed one: the service's words */
  reel_error failure_is; /* REEL_ERROR_REFUSED, REEL_ERROR_LIMIT, REEL_ERROR_BUSY, … */
  double cents;          /* what it cost, or less than 0: not told */
} reel_generation;

typedef struct reel_provider {
  const char* const* stages; /* ended by NULL */

  /* Checks a request without asking anyone: what is wrong goes to `error` (REEL_ERROR_INVALID), and into `param`, which may be NULL, the name
   * of the parameter (not freed) or NULL. Returns what will be asked for, as a JSON text that is the same for the same request: the host
   * keeps results under it. Contains no key and not the address of the input. */
  char* (*prepare)(const reel_host* host, const reel_provider_request* request, const char** param, GError** error);
  gboolean (*limits)(const reel_host* host, const char* prepared, reel_provider_limits* limits, GError** error);
  gboolean (*estimate)(const reel_host* host, const char* prepared, reel_provider_estimate* estimate, GError** error);

  /* Asks for it, once. `intent` is a word of the host's that no other request has; where the service keeps such a word, it is put there.
   * Returns the id of what is being made. REEL_ERROR_UNCERTAIN: the service may have taken it; every other error: it certainly has not. */
  char* (*create)(const reel_host* host, const char* prepared, const char* input, const char* intent,
                  const reel_task* task, GError** error);
  /* What an earlier create() with this intent made whose answer was lost; `input` is the address that it got, but its query may be another
   * (a newer signature), and it began at `since` (seconds since 1970). `taken` are ids that belong to other intents, ended by NULL. REEL_ERROR_NOT_FOUND: certainly nothing;
   * REEL_ERROR_UNCERTAIN: the service cannot tell; REEL_ERROR_BUSY: not yet, ask again later. */
  char* (*find)(const reel_host* host, const char* prepared, const char* input, const char* intent, int64_t since,
                const char* const* taken, const reel_task* task, GError** error);

  /* One look at it. `generation` is filled in; clear it with clear_generation(). */
  gboolean (*look)(const reel_host* host, const char* prepared, const char* id, reel_generation* generation,
                   const reel_task* task, GError** error);
  void (*clear_generation)(reel_generation* generation);
  /* Writes what was made to a new file at `path`. Addresses of results expire: after REEL_ERROR_NOT_FOUND, look() may tell a new one. */
  gboolean (*fetch)(const reel_host* host, const char* prepared, const char* id, const char* path,
                    const reel_task* task, GError** error);

  void (*release_text)(char* text);
} reel_provider;

#ifdef __cplusplus
}
#endif
#endif
