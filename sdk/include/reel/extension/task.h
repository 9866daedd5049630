/*
 * What the functions of all extensions share: how a call that may block is told to stop and says how far it is, and what its errors mean.
 *
 * Licence: LGPL-2.1-or-later.
 */
#ifndef REEL_EXTENSION_TASK_H
#define REEL_EXTENSION_TASK_H

#include <glib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Made by the caller, valid during the call that it is given to. Where a function takes one, NULL is allowed: nobody waits. */
typedef struct reel_task {
  void* data; /* the caller's */
  /* [any thread] TRUE: return soon, with REEL_ERROR_CANCELLED. */
  gboolean (*cancelled)(const struct reel_task* task);
  /* [any thread] How far it is, 0 to 1, or less than 0 where that is not known; `state` is a word or two for people ("dreaming"), copied,
   * or NULL. */
  void (*progress)(const struct reel_task* task, double fraction, const char* state);
} reel_task;

/* What went wrong, as far as the host has to tell it apart. The message is for people: what, where, what to do; no secret in it. */
typedef enum reel_error {
  REEL_ERROR_FAILED = 0,    /* anything else; asking again is of no use */
  REEL_ERROR_CANCELLED = 1, /* the task was cancelled */
  REEL_ERROR_INVALID = 2,   /* what was asked for is wrong: a value, an address, a format */
  REEL_ERROR_NOT_FOUND = 3, /* there is nothing of that name */
  REEL_ERROR_DENIED = 4,    /* credentials are missing, wrong, or do not allow it */
  REEL_ERROR_CHANGED = 5,   /* it is no longer what it was when it was opened */
  REEL_ERROR_BUSY =
      6, /* may pass: no connection, too many requests, a fault of the other side; asking later may do better */
  REEL_ERROR_UNCERTAIN = 7, /* it was asked for and no answer came: it may have been done */
  REEL_ERROR_LIMIT = 8,     /* a balance, budget or quota is used up */
  REEL_ERROR_REFUSED = 9,   /* the other side will not do this: moderation */
} reel_error;

/* The domain of each GError that a function of an extension sets. */
#define REEL_ERROR reel_error_quark()
static inline GQuark reel_error_quark(void) { return g_quark_from_static_string("reel-error"); }

#ifdef __cplusplus
}
#endif
#endif
