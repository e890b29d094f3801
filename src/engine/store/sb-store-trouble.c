/* sb-store-trouble.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include "sb-error.h"

/* Every caller is told of its own failure. This is what is wrong with the database itself, kept for
 * whoever looks later: the window, "signalboxctl status". */

static const SbTroubleKind by_weight[] = {
  SB_TROUBLE_DAMAGE,
  SB_TROUBLE_WRITING,
  SB_TROUBLE_MOVING,
  SB_TROUBLE_READING,
};

static gboolean
is_trouble (const GError *error)
{
  return error->domain == SB_ERROR &&
         (error->code == SB_ERROR_FAILED || error->code == SB_ERROR_FULL ||
          error->code == SB_ERROR_READ_ONLY || error->code == SB_ERROR_INVALID ||
          error->code == SB_ERROR_BUSY);
}

void
sb_store_report (SbStore *self, SbTroubleKind kind, const GError *error)
{
  SbStoreTroubles *troubles = sb_store_get_troubles (self);
  const char *words = error != NULL && is_trouble (error) ? error->message : NULL;
  gboolean changed;

  if (error != NULL && words == NULL)
    return;
  g_mutex_lock (&troubles->mutex);
  changed = g_strcmp0 (troubles->words[kind], words) != 0;
  if (changed)
    {
      g_free (troubles->words[kind]);
      troubles->words[kind] = g_strdup (words);
    }
  g_mutex_unlock (&troubles->mutex);

  if (!changed)
    return;
  if (words != NULL)
    g_message ("%s", words);
  else
    g_info ("The database can be used again");
  sb_store_tell_trouble (self);
}

void
sb_store_set_doubtful (SbStore *self, gboolean doubtful)
{
  SbStoreTroubles *troubles = sb_store_get_troubles (self);

  g_mutex_lock (&troubles->mutex);
  troubles->doubtful = doubtful;
  g_mutex_unlock (&troubles->mutex);
}

char *
sb_store_get_trouble (SbStore *self)
{
  SbStoreTroubles *troubles = sb_store_get_troubles (self);
  char *words = NULL;

  g_return_val_if_fail (SB_IS_STORE (self), NULL);

  g_mutex_lock (&troubles->mutex);
  for (guint i = 0; i < G_N_ELEMENTS (by_weight) && words == NULL; i++)
    words = g_strdup (troubles->words[by_weight[i]]);
  g_mutex_unlock (&troubles->mutex);
  return words;
}

void
sb_store_troubles_clear (SbStoreTroubles *self)
{
  for (guint i = 0; i < SB_N_TROUBLES; i++)
    g_free (self->words[i]);
  g_mutex_clear (&self->mutex);
}
