/* sb-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-page.h"

enum
{
  HEADER_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (SbPage, sb_page, GTK_TYPE_WIDGET)

static void
sb_page_default_init (SbPageInterface *iface)
{
  signals[HEADER_CHANGED] = g_signal_new ("header-changed", SB_TYPE_PAGE, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

void
sb_page_set_session (SbPage *self, SbSession *session)
{
  SbPageInterface *iface = SB_PAGE_GET_IFACE (self);

  if (iface->set_session != NULL)
    iface->set_session (self, session);
}

void
sb_page_set_model (SbPage *self, SbFlowModel *model)
{
  SbPageInterface *iface = SB_PAGE_GET_IFACE (self);

  if (iface->set_model != NULL)
    iface->set_model (self, model);
}

const char *
sb_page_get_title (SbPage *self)
{
  SbPageInterface *iface = SB_PAGE_GET_IFACE (self);

  return iface->get_title != NULL ? iface->get_title (self) : "";
}

/**
 * sb_page_dup_subtitle:
 *
 * Returns: (transfer full): empty where there is none
 */
char *
sb_page_dup_subtitle (SbPage *self)
{
  SbPageInterface *iface = SB_PAGE_GET_IFACE (self);

  return iface->dup_subtitle != NULL ? iface->dup_subtitle (self) : g_strdup ("");
}

GtkWidget *
sb_page_get_header_end (SbPage *self)
{
  SbPageInterface *iface = SB_PAGE_GET_IFACE (self);

  return iface->get_header_end != NULL ? iface->get_header_end (self) : NULL;
}

void
sb_page_shown (SbPage *self)
{
  SbPageInterface *iface = SB_PAGE_GET_IFACE (self);

  if (iface->shown != NULL)
    iface->shown (self);
}

void
sb_page_header_changed (SbPage *self)
{
  g_signal_emit (self, signals[HEADER_CHANGED], 0);
}
