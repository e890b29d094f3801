/* sb-ctl-private.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "sb-connector.h"
#include "sb-control-client.h"
#include "sb-value.h"

G_BEGIN_DECLS

#define SB_CTL_DONE   0
#define SB_CTL_FAILED 1
#define SB_CTL_USAGE  2

typedef struct _SbCtl SbCtl;

typedef struct
{
  const char *name;    /* "port", given as --port */
  const char *value;   /* (nullable): what stands for its value in the help; NULL: a switch */
  const char *choices; /* (nullable): "sandbox|production" */
  const char *help;
} SbCtlOption;

typedef struct
{
  const char        *name;     /* "flows publish" */
  const char        *operands; /* as in the help: "ID VERSION" */
  guint              min_operands;
  guint              max_operands;
  const char        *help;
  const char        *example;  /* what stands after "signalboxctl " */
  const SbCtlOption *options;  /* (nullable): ends with a NULL name */
  int              (*run) (SbCtl *self);
} SbCtlCommand;

/* One call of the program. */
struct _SbCtl
{
  const SbCtlCommand *command;  /* (nullable): none found yet */
  GPtrArray          *options;  /* of utf8, name and value in turn; a switch has the value "" */
  GPtrArray          *operands; /* of utf8 */
  char               *folder;
  gboolean            json;
  gboolean            terminal; /* standard output is one */
  gboolean            color;
  guint               width;    /* columns of the terminal */
};

/* The tables; each ends with a NULL name. */
extern const SbCtlCommand sb_ctl_serve_commands[];
extern const SbCtlCommand sb_ctl_flows_commands[];
extern const SbCtlCommand sb_ctl_drafts_commands[];
extern const SbCtlCommand sb_ctl_connections_commands[];
extern const SbCtlCommand sb_ctl_pilot_commands[];
extern const SbCtlCommand sb_ctl_events_commands[];
extern const SbCtlCommand sb_ctl_runs_commands[];
extern const SbCtlCommand sb_ctl_check_commands[];
extern const SbCtlCommand sb_ctl_settings_commands[];
extern const SbCtlCommand sb_ctl_stats_commands[];
extern const SbCtlOption  sb_ctl_common_options[];

const SbCtlCommand *sb_ctl_list_next   (guint               *table,
                                        guint               *index);
gboolean            sb_ctl_parse       (SbCtl               *self,
                                        int                  argc,
                                        char               **argv,
                                        int                 *status);
const char         *sb_ctl_get_option  (SbCtl               *self,
                                        const char          *name);
gboolean            sb_ctl_get_number  (SbCtl               *self,
                                        const char          *name,
                                        gint64               min,
                                        gint64               max,
                                        gint64              *number,
                                        int                 *status);
const char         *sb_ctl_get_operand (SbCtl               *self,
                                        guint                index);
char               *sb_ctl_find_nearest (const char         *word,
                                        const char *const   *words);

void                sb_ctl_print_help  (SbCtl               *self,
                                        const char          *words);

void                sb_ctl_print       (SbCtl               *self,
                                        const char          *format,
                                        ...) G_GNUC_PRINTF (2, 3);
void                sb_ctl_hint        (SbCtl               *self,
                                        const char          *format,
                                        ...) G_GNUC_PRINTF (2, 3);
void                sb_ctl_warn        (SbCtl               *self,
                                        const char          *format,
                                        ...) G_GNUC_PRINTF (2, 3);
void                sb_ctl_print_json  (SbCtl               *self,
                                        SbValue             *value);
int                 sb_ctl_usage       (SbCtl               *self,
                                        const char          *format,
                                        ...) G_GNUC_PRINTF (2, 3);
int                 sb_ctl_fail        (SbCtl               *self,
                                        const char          *subject,
                                        GError              *error);
char               *sb_ctl_clean       (const char          *text);
char               *sb_ctl_local_time  (SbValue             *object,
                                        const char          *name);

/* A table under construction: rows of texts. The column that is widest gives way where the terminal is
 * too narrow. */
typedef struct _SbTable SbTable;

SbTable            *sb_table_new       (const char          *title,
                                        ...) G_GNUC_NULL_TERMINATED;
void                sb_table_add       (SbTable             *self,
                                        const char          *text,
                                        ...);
void                sb_table_print     (SbTable             *self,
                                        SbCtl               *ctl);
void                sb_table_free      (SbTable             *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTable, sb_table_free)

/* sb-ctl-session.c */
SbValue            *sb_ctl_run         (SbCtl               *self,
                                        const char          *command,
                                        SbValue             *arguments,
                                        SbControlProgress    progress,
                                        gpointer             data,
                                        GError             **error);
int                 sb_ctl_run_plain   (SbCtl               *self,
                                        const char          *command,
                                        SbValue             *arguments,
                                        const char          *subject,
                                        SbValue            **result);
SbConnectors       *sb_ctl_load_connectors (SbCtl           *self);

/* sb-ctl-secret.c */
#define SB_CTL_MAX_SECRET (64 * 1024)

gboolean            sb_ctl_read_secret (const char          *key,
                                        char                *buffer,
                                        GError             **error);

G_END_DECLS
