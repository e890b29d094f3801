/* sb-compat.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What differs between GTK 4.8 with libadwaita 1.2 and newer ones, behind one face. No other file of the
 * window asks for a version. All of it on the GTK thread. */

/* @file is NULL when the person changed their mind. */
typedef void (*SbFileFunc) (GFile    *file,
                            gpointer  data);
typedef void (*SbAskFunc)  (gboolean  accepted,
                            gpointer  data);

/* One question with Cancel and @accept; @extra (nullable) is shown under the words. */
void sb_compat_ask        (GtkWidget  *parent,
                           const char *heading,
                           const char *body,
                           const char *accept,
                           gboolean    destructive,
                           GtkWidget  *extra,
                           SbAskFunc   func,
                           gpointer    data);
void sb_compat_tell       (GtkWidget  *parent,
                           const char *heading,
                           const char *body);
/* @suffix: "json" or several, "json,csv"; @kind: "Flow files". */
void sb_compat_open_file  (GtkWidget  *parent,
                           const char *title,
                           const char *kind,
                           const char *suffix,
                           SbFileFunc  func,
                           gpointer    data);
void sb_compat_save_file  (GtkWidget  *parent,
                           const char *title,
                           const char *name,
                           SbFileFunc  func,
                           gpointer    data);
void sb_compat_show_about (GtkWidget  *parent);
/* In the person's browser. */
void sb_compat_open_uri   (GtkWidget  *parent,
                           const char *uri);
/* The text colour of a widget, as CSS has it. */
void sb_compat_get_color  (GtkWidget  *widget,
                           GdkRGBA    *color);

/* A toast that shows @text as it is: libadwaita takes its title for Pango markup, and names of flows and
 * sentences of vendors are in it. */
AdwToast  *sb_compat_toast_new     (const char *text);

G_END_DECLS
