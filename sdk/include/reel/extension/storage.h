/*
 * reel.storage/1: files under a URI scheme, as `s3://bucket/key`.
 *
 * A plugin that has this table serves its schemes everywhere: as sources and targets of pipelines, in `reel probe`, in previews. Objects
 * are read in ranges and written as a stream that nobody sees before it is whole. Every function may block on the network unless its
 * comment says otherwise, stops soon after its task is cancelled, retries by itself what is worth retrying (REEL_ERROR_BUSY means that it
 * gave up), and on failure sets `error` (domain REEL_ERROR, see task.h) and returns FALSE, NULL or -1. Functions without a comment on
 * threads may be called from any thread, several at once; functions of one object or upload by one thread at a time.
 *
 * `host` is NULL in a plain GStreamer program.
 *
 * Licence: LGPL-2.1-or-later.
 */
#ifndef REEL_EXTENSION_STORAGE_H
#define REEL_EXTENSION_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "reel/extension/task.h"
#include "reel/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define REEL_STORAGE "reel.storage/1"

typedef struct reel_object reel_object; /* the plugin's: an object that is being read */
typedef struct reel_upload reel_upload; /* the plugin's: an object that is being written */

/* What is known of an object. */
typedef struct reel_object_info {
  uint64_t size;            /* bytes */
  int64_t modified;         /* seconds since 1970, or -1 */
  const char* version;      /* changes with its content (an entity tag), or NULL */
  const char* content_type; /* "video/mp4", or NULL */
} reel_object_info;

/* How an object is written. All members may be NULL. */
typedef struct reel_write_options {
  const char* content_type;
  const char* storage_class;   /* in the service's words: "STANDARD_IA" */
  const char* encryption;      /* in the service's words: "AES256", "aws:kms:KEY" */
  const char* const* metadata; /* name, value, name, value, …, NULL */
} reel_write_options;

typedef struct reel_storage {
  const char* const* schemes; /* lower case, ended by NULL; the same for the life of the process */

  /* ---- Reading */

  /* Opens an object. All reads are of the same version of it: once it has changed, they fail with REEL_ERROR_CHANGED. */
  reel_object* (*open)(const reel_host* host, const char* uri, const reel_task* task, GError** error);
  /* Does not block. Valid until close(). */
  const reel_object_info* (*info)(reel_object* object);
  /* Up to `size` bytes from `offset` on; fewer only at the object's end. -1: failed. */
  int64_t (*read)(reel_object* object, uint64_t offset, void* bytes, size_t size, const reel_task* task,
                  GError** error);
  void (*close)(reel_object* object);

  /* ---- Writing */

  /* Begins an object. Until commit() nobody sees any of it, and one of that name stays as it is. */
  reel_upload* (*create)(const reel_host* host, const char* uri, const reel_write_options* options,
                         const reel_task* task, GError** error);
  /* The next bytes, all of them. */
  gboolean (*write)(reel_upload* upload, const void* bytes, size_t size, const reel_task* task, GError** error);
  /* The next `size` bytes are those of another object from `offset` on; the service copies them, they do not come here. `version` is that
   * of reel_object_info, or NULL. FALSE with REEL_ERROR_INVALID: it cannot do that here (too few bytes, another service): use write().
   * NULL: never. */
  gboolean (*write_range)(reel_upload* upload, const char* uri, const char* version, uint64_t offset, uint64_t size,
                          const reel_task* task, GError** error);
  /* Makes it visible, whole. Whatever it returns, only release_upload() may follow. */
  gboolean (*commit)(reel_upload* upload, const reel_task* task, GError** error);
  /* Frees it. What was not committed is gone, at the service too. */
  void (*release_upload)(reel_upload* upload);

  /* ---- Looking after them */

  /* Calls `found` for each object whose URI begins with `prefix`, in the order of their names, until it returns FALSE. */
  gboolean (*list)(const reel_host* host, const char* prefix,
                   gboolean (*found)(void* user, const char* uri, const reel_object_info* info), void* user,
                   const reel_task* task, GError** error);
  /* That there is none is no error. */
  gboolean (*remove)(const reel_host* host, const char* uri, const reel_task* task, GError** error);
  /* Within the service. */
  gboolean (*copy)(const reel_host* host, const char* from, const char* to, const reel_task* task, GError** error);
  /* An address by which anyone may `method` ("GET" or "PUT") the object for so long. Does not block. Free with release_text(). */
  char* (*presign)(const reel_host* host, const char* uri, const char* method, uint32_t seconds, GError** error);
  void (*release_text)(char* text);
} reel_storage;

/* Members of the table other than open(), info(), read() and close() may be NULL: the storage cannot do that. */

#ifdef __cplusplus
}
#endif
#endif
