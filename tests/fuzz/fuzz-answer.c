/* fuzz-answer.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Vendors' answers: "connector action status", headers, an empty line, the body. Status 0 is none,
 * and "unsent" after it says that nothing can have reached the vendor.
 */

#include "config.h"

#include "fuzz.h"

#include <string.h>

#include "sb-request.h"

#define DAY_US (G_GINT64_CONSTANT (24) * 60 * 60 * G_USEC_PER_SEC)

static void
check_outcome (SbAction *action, const SbAnswer *answer, SbOutcome *outcome)
{
  gboolean lookup = strcmp (action->kind, "lookup") == 0;
  gboolean repeatable =
    action->idempotency == SB_IDEMPOTENT_KEY || action->idempotency == SB_IDEMPOTENT_PUT || lookup;

  fuzz_check_words (outcome->message);
  fuzz_check_words (outcome->version_note);
  fuzz_check (outcome->retry_after_us >= 0 && outcome->retry_after_us <= DAY_US);
  fuzz_check ((outcome->kind == SB_OUTCOME_DONE) == (outcome->output != NULL));
  fuzz_check (outcome->kind == SB_OUTCOME_DONE ||
              (outcome->message != NULL && outcome->message[0] != '\0'));
  if (outcome->message != NULL)
    fuzz_check (strpbrk (outcome->message, "\r\n\t") == NULL);
  if (outcome->output != NULL)
    fuzz_check_value (outcome->output);

  if (answer->status == 0)
    {
      fuzz_check (outcome->kind == SB_OUTCOME_RETRY || outcome->kind == SB_OUTCOME_UNKNOWN);
      fuzz_check (outcome->kind == SB_OUTCOME_RETRY || answer->sent);
    }
  /* What may have been done goes out again only where that cannot do it twice. */
  if ((answer->status == 0 && answer->sent) || answer->status == 500 || answer->status == 502 ||
      answer->status == 504)
    fuzz_check (repeatable || outcome->kind != SB_OUTCOME_RETRY || answer->body != NULL);
  /* Looking something up twice is looking it up. */
  if (answer->status == 0 || (answer->status >= 200 && answer->status <= 299))
    fuzz_check (!lookup || outcome->kind != SB_OUTCOME_UNKNOWN);
}

static void
judge (SbConnector *connector, SbAction *action, const SbAnswer *answer)
{
  g_autoptr (SbOutcome) outcome = sb_answer_judge (connector, action, answer, FUZZ_NOW_US);
  g_autoptr (SbOutcome) again = sb_answer_judge (connector, action, answer, FUZZ_NOW_US);

  check_outcome (action, answer, outcome);
  fuzz_check (outcome->kind == again->kind && outcome->found == again->found);
  fuzz_check (g_strcmp0 (outcome->message, again->message) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  g_autofree char *line = fuzz_take_line (&input);
  char *at = line;
  SbConnector *connector = fuzz_find_vendor (fuzz_next_word (&at))->connector;
  SbAction *action = fuzz_find_action (connector, fuzz_next_word (&at));
  SbAnswer answer = { 0 };

  if (action == NULL)
    return 0;
  answer.status = (guint)(g_ascii_strtoull (fuzz_next_word (&at), NULL, 10) % 1000);
  answer.sent = strcmp (fuzz_next_word (&at), "unsent") != 0;
  answer.headers = fuzz_take_headers (&input);
  if (answer.status > 0 && input.size > 0)
    answer.body = fuzz_take_bytes (&input);
  answer.fields = fuzz_sample_fields (action);

  judge (connector, action, &answer);
  /* A body that one action expects, another may get. */
  for (guint i = 0; i < connector->actions->len; i++)
    judge (connector, g_ptr_array_index (connector->actions, i), &answer);

  sb_answer_clear (&answer);
  return 0;
}
