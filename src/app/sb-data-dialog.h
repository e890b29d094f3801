/* sb-data-dialog.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "sb-event-fields.h"

G_BEGIN_DECLS

typedef struct _SbDataDialog SbDataDialog;

/* What the person changed, as a whole body. Whoever takes it says later whether it was taken. */
typedef void (*SbDataFunc) (SbDataDialog *dialog,
                            SbValue      *body,
                            gpointer      data);

/* What the window says around the rows. */
typedef struct
{
  const char *title;
  const char *problem; /* (nullable): what is wrong, on top */
  const char *note;    /* what becomes of the edit */
  const char *used;    /* heading above the fields that are used: "What “Invoice” uses" */
  const char *accept;  /* "Save and Try Again" */
} SbDataWords;

/* Opens the values of @body as rows to be put right. @fields is from sb_event_fields_list(). @destroy frees
 * @data when the window goes. GTK thread. */
void sb_data_dialog_present (GtkWidget         *parent,
                             const SbDataWords *words,
                             SbValue           *body,
                             GPtrArray         *fields,
                             SbDataFunc         func,
                             gpointer           data,
                             GDestroyNotify     destroy);
/* The answer to SbDataFunc, at once or later: the window goes, or stays open with the reason. */
void sb_data_dialog_accept  (SbDataDialog      *self);
void sb_data_dialog_refuse  (SbDataDialog      *self,
                             const char        *reason);
/* Between SbDataFunc and the answer: keeps the dialog in memory, even when its window goes meanwhile. */
SbDataDialog *sb_data_dialog_ref   (SbDataDialog *self);
void          sb_data_dialog_unref (SbDataDialog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbDataDialog, sb_data_dialog_unref)

G_END_DECLS
