/*
 * What a host offers to extensions besides its log: reel_host.get_extension("reel.host.secrets/1") and so on. A host may lack any of them;
 * a plain GStreamer program has none (its `host` is NULL).
 *
 * Licence: LGPL-2.1-or-later.
 */
#ifndef REEL_EXTENSION_HOST_H
#define REEL_EXTENSION_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "reel/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Passwords and keys. They go to nobody but the service that they are for: into no log, error, file or property. */
#define REEL_HOST_SECRETS "reel.host.secrets/1"
typedef struct reel_host_secrets {
  /* [any thread] The secret of that name (as in `${secret:NAME}`), or NULL: the host has none. Free with release(). */
  char* (*get)(const reel_host* host, const char* name);
  void (*release)(char* secret); /* also wipes it */
} reel_host_secrets;

/* Places for files. */
#define REEL_HOST_FOLDERS "reel.host.folders/1"
typedef struct reel_host_folders {
  const char* (*cache)(const reel_host* host); /* [any thread] survives runs, may be emptied at any time; NULL: none */
  const char* (*temporary)(const reel_host* host); /* [any thread] for large files of this run; never NULL */
} reel_host_folders;

/* Whom a plugin may talk to. A plugin that connects by itself asks before each request and each connection, redirections included: what
 * users name is hostile. */
#define REEL_HOST_NETWORK "reel.host.network/1"
typedef struct reel_host_network {
  /* [any thread] FALSE and `error` (REEL_ERROR_DENIED): the address may not be asked for. */
  gboolean (*may_ask)(const reel_host* host, const char* uri, GError** error);
  /* [any thread] FALSE and `error`: the name in `uri` leads to an address that is not to be connected to. After each resolution. */
  gboolean (*may_connect)(const reel_host* host, const char* uri, const struct sockaddr* address, GError** error);
} reel_host_network;

/* What finds things in pictures (see segmenter.h): those of all plugins, also of the one that asks. */
#define REEL_HOST_SEGMENTERS "reel.host.segmenters/1"
struct reel_segmenter;
typedef struct reel_host_segmenters {
  /* [any thread] The one of that number, counted from 0, or NULL: there are no more. More may come while plugins are loaded. */
  const struct reel_segmenter* (*at)(const reel_host* host, size_t number);
} reel_host_segmenters;

#ifdef __cplusplus
}
#endif
#endif
