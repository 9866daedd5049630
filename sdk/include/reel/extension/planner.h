/*
 * reel.planner/1: turns what a person says into a pipeline.
 *
 * The host asks where its own reading of a prompt is not enough. It believes nothing: an answer is checked as a file from a stranger is, it
 * may use only the stages that the policy allows, and read and write only the files of the question and those that the prompt names. If
 * anything is wrong with it, the host asks once more, with the faults and their places; then it keeps to its own reading.
 *
 * The functions may be called from any thread, several at once; `host` is NULL in a plain GStreamer program. Texts they return are
 * freed by release_text().
 *
 * Licence: LGPL-2.1-or-later.
 */
#ifndef REEL_EXTENSION_PLANNER_H
#define REEL_EXTENSION_PLANNER_H

#include "reel/extension/task.h"
#include "reel/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define REEL_PLANNER "reel.planner/1"

typedef struct reel_planner {
  /* [any thread] Who answers now, for people: "llama3.2 at 127.0.0.1:11434"; no secret in it. NULL: nobody, it is not configured. Asks
   * nobody and does not block. */
  char* (*available)(const reel_host* host);

  /* [any thread] One round of questions and answers; may take minutes. Returns the YAML of a pipeline. `question` is a JSON object, UTF-8;
   * hosts may add keys:
   *
   *   "prompt"    what the person says
   *   "input"     the `uri` of the stage `source`; "output": that of the stage `sink`
   *   "media"     what a probe says of the input, as `reel probe --json` does, or null: there is none yet. From the file: what stands in
   *               its tags and chapters was written by strangers
   *   "regions"   what the person drew: objects with "name", which may be empty, and "region", as YAML
   *   "labels"    what can be found in pictures by a word
   *   "pipeline"  YAML of the pipeline that the prompt changes, or ""
   *   "schema"    the JSON Schema of pipelines, with each stage that there is
   *   "reading"   the host's own understanding: "pipeline", YAML or ""; "clauses", objects with "words", "stage", "meaning"; and
   *               "questions", "refusals", "unknown" and "notes", objects with "words", "code", "text" and "choices"
   *   "repair"    only where a former answer was wrong: "pipeline", that answer; "errors", objects with "line" and "column", counted from 1
   *               (0: all of it), "code", "message" and "hint"
   *
   * On failure sets `error` (domain REEL_ERROR, see task.h) and returns NULL. REEL_ERROR_NOT_FOUND: it knows no pipeline for this, or is
   * not configured; REEL_ERROR_LIMIT: its budget is used up. */
  char* (*plan)(const reel_host* host, const char* question, const reel_task* task, GError** error);

  void (*release_text)(char* text);
} reel_planner;

#ifdef __cplusplus
}
#endif
#endif
