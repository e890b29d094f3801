/* sb-inbox-page.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-inbox-page.h"

#include <glib/gi18n.h>

#include "sb-compat.h"
#include "sb-inbox-decide.h"
#include "sb-inbox-detail.h"
#include "sb-inbox-edit.h"
#include "sb-run-list.h"
#include "sb-run-row.h"

struct _SbInboxPage
{
  AdwBin parent_instance;

  SbSession *session;
  SbRunList *runs;
  GtkSingleSelection *selection;
  SbClaim *claim;            /* (nullable): what is shown */
  GCancellable *cancellable; /* of the run that is being loaded */

  GtkStack *stack;
  GtkSearchEntry *search_entry;
  GtkListView *list_view;
  GtkBox *detail_box;
};

static void page_iface_init (SbPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbInboxPage,
                               sb_inbox_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_PAGE, page_iface_init))

static void
set_decisions_enabled (SbInboxPage *self, gboolean enabled)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "inbox.retry", enabled);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "inbox.done", enabled);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "inbox.drop", enabled);
  /* What may have been done is looked at first: with other data it may be done twice. */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "inbox.edit",
                                 enabled && self->claim != NULL && !self->claim->run->unknown);
}

static void
run_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SbInboxPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SbClaim) claim = sb_store_load_run_finish (SB_STORE (source), result, &error);

  if (claim == NULL || self->session == NULL)
    return;

  g_clear_pointer (&self->claim, sb_claim_unref);
  self->claim = g_steal_pointer (&claim);
  sb_inbox_detail_fill (self->detail_box, self->claim, sb_session_get_connectors (self->session));
  set_decisions_enabled (self, TRUE);
}

static void
selected_cb (SbInboxPage *self)
{
  SbRunItem *item = gtk_single_selection_get_selected_item (self->selection);
  SbRun *run = item != NULL ? sb_run_item_get_run (item) : NULL;

  if (run == NULL || (self->claim != NULL && self->claim->run->id == run->id &&
                      self->claim->run->changed_us == run->changed_us))
    return;

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  set_decisions_enabled (self, FALSE);
  sb_store_load_run_async (sb_session_get_store (self->session), run->id, self->cancellable,
                           run_loaded_cb, g_object_ref (self));
}

static void
loaded_cb (SbInboxPage *self)
{
  guint n_runs = sb_run_list_get_n_runs (self->runs);
  gboolean searching = gtk_editable_get_text (GTK_EDITABLE (self->search_entry))[0] != '\0';
  int position = self->claim != NULL ? sb_run_list_find (self->runs, self->claim->run->id) : -1;

  gtk_stack_set_visible_child_name (self->stack, n_runs > 0 || searching ? "runs" : "empty");
  if (n_runs > 0)
    gtk_single_selection_set_selected (self->selection, position >= 0 ? (guint)position : 1);
  selected_cb (self);
  if (n_runs == 0)
    {
      g_clear_pointer (&self->claim, sb_claim_unref);
      set_decisions_enabled (self, FALSE);
    }
  sb_page_header_changed (SB_PAGE (self));
}

static void
search_changed_cb (SbInboxPage *self)
{
  if (self->runs != NULL)
    sb_run_list_set_query (self->runs, NULL, "inbox",
                           gtk_editable_get_text (GTK_EDITABLE (self->search_entry)), 0);
}

/* A decision that waits for the person's yes. */
typedef struct
{
  SbInboxPage *page;
  GArray *runs;
  const char *decision;
  GArray *all;           /* (nullable): those with the same cause … */
  GtkCheckButton *check; /* (nullable): … where this is set */
} Decision;

static void
decision_free (Decision *decision)
{
  g_object_unref (decision->page);
  g_array_unref (decision->runs);
  g_clear_pointer (&decision->all, g_array_unref);
  g_clear_object (&decision->check);
  g_free (decision);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decision, decision_free)

static void
decided_cb (gboolean accepted, gpointer data)
{
  g_autoptr (Decision) decision = data;
  SbSession *session = decision->page->session;
  gboolean all = decision->check != NULL && gtk_check_button_get_active (decision->check);

  if (accepted && session != NULL)
    sb_inbox_decide (GTK_WIDGET (decision->page), session, all ? decision->all : decision->runs,
                     decision->decision);
}

/* What is decided for one can be decided for all that stopped for the same reason. */
static void
add_check (Decision *decision, SbRun *run)
{
  g_autofree char *cause = sb_run_list_dup_cause (run);
  g_autofree char *label = NULL;

  if (cause == NULL)
    return;
  decision->all = sb_run_list_find_cause (decision->page->runs, cause);
  if (decision->all->len < 2)
    return;
  label = g_strdup_printf (
    ngettext ("_All %u with the same cause", "_All %u with the same cause", decision->all->len),
    decision->all->len);
  decision->check =
    g_object_ref_sink (GTK_CHECK_BUTTON (gtk_check_button_new_with_mnemonic (label)));
}

static void
ask (SbInboxPage *self,
     const char *decision,
     const char *heading,
     const char *body,
     const char *accept,
     gboolean destructive)
{
  Decision *asked = g_new0 (Decision, 1);

  asked->page = g_object_ref (self);
  asked->runs = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_array_append_val (asked->runs, self->claim->run->id);
  asked->decision = decision;
  add_check (asked, self->claim->run);
  sb_compat_ask (GTK_WIDGET (self), heading, body, accept, destructive,
                 asked->check != NULL ? GTK_WIDGET (asked->check) : NULL, decided_cb, asked);
}

/* All with the cause that is the target. */
static void
retry_cause_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbInboxPage *self = SB_INBOX_PAGE (widget);
  const char *cause = g_variant_get_string (parameter, NULL);
  g_autoptr (GArray) runs = sb_run_list_find_cause (self->runs, cause);
  g_autofree char *heading = NULL;
  g_autofree char *accept = NULL;
  Decision *asked;

  if (runs->len == 0)
    return;
  heading =
    g_strdup_printf (ngettext ("Try %u run again?", "Try %u runs again?", runs->len), runs->len);
  accept = g_strdup_printf (ngettext ("Try %u Again", "Try %u Again", runs->len), runs->len);
  asked = g_new0 (Decision, 1);
  asked->page = g_object_ref (self);
  asked->runs = g_array_ref (runs);
  asked->decision = "retry";
  sb_compat_ask (
    widget, heading,
    _ ("They stopped for the same reason. What was done before stays done and is not repeated."),
    accept, FALSE, NULL, decided_cb, asked);
}

static void
retry_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbInboxPage *self = SB_INBOX_PAGE (widget);

  if (self->claim == NULL)
    return;
  if (self->claim->run->unknown)
    ask (
      self, "not-done", _ ("Was it really not done?"),
      _ ("Look in the other system first. If it was done after all, trying again does it twice."),
      _ ("It Was Not Done: Try Again"), TRUE);
  else
    ask (self, "retry", _ ("Try the step again?"),
         _ ("What was done before stays done and is not repeated."), _ ("Try Again"), FALSE);
}

static void
done_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbInboxPage *self = SB_INBOX_PAGE (widget);

  if (self->claim != NULL)
    ask (self, "done", _ ("Was this step done?"),
         _ ("Signalbox leaves it out and goes on with the steps after it."),
         _ ("It Was Done: Go On"), FALSE);
}

static void
edit_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbInboxPage *self = SB_INBOX_PAGE (widget);

  if (self->claim != NULL)
    sb_inbox_edit_present (widget, self->session, self->claim);
}

static void
drop_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  SbInboxPage *self = SB_INBOX_PAGE (widget);

  if (self->claim != NULL)
    ask (self, "drop", _ ("Drop this run?"),
         _ ("Its remaining steps are not taken. The event stays in Activity, and you can run it "
            "again from there."),
         _ ("Drop"), TRUE);
}

static void
set_session (SbPage *page, SbSession *session)
{
  SbInboxPage *self = SB_INBOX_PAGE (page);

  self->session = g_object_ref (session);
  self->runs = sb_run_list_new (session);
  g_signal_connect_object (session, "summary-changed", G_CALLBACK (sb_page_header_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->runs, "loaded", G_CALLBACK (loaded_cb), self, G_CONNECT_SWAPPED);

  self->selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->runs)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));
  search_changed_cb (self);
}

static const char *
get_title (SbPage *page)
{
  return _ ("Inbox");
}

static char *
dup_subtitle (SbPage *page)
{
  SbInboxPage *self = SB_INBOX_PAGE (page);
  guint n_runs = self->session != NULL ? sb_session_get_n_inbox (self->session) : 0;

  if (n_runs == 0)
    return g_strdup (_ ("Nothing needs you"));

  return g_strdup_printf (ngettext ("%u run needs you", "%u runs need you", n_runs), n_runs);
}

static void
page_iface_init (SbPageInterface *iface)
{
  iface->set_session = set_session;
  iface->get_title = get_title;
  iface->dup_subtitle = dup_subtitle;
}

static void
sb_inbox_page_dispose (GObject *object)
{
  SbInboxPage *self = SB_INBOX_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->selection);
  g_clear_object (&self->runs);
  g_clear_object (&self->session);
  g_clear_pointer (&self->claim, sb_claim_unref);

  G_OBJECT_CLASS (sb_inbox_page_parent_class)->dispose (object);
}

static void
sb_inbox_page_finalize (GObject *object)
{
  SbInboxPage *self = SB_INBOX_PAGE (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (sb_inbox_page_parent_class)->finalize (object);
}

static void
sb_inbox_page_class_init (SbInboxPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_inbox_page_dispose;
  object_class->finalize = sb_inbox_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/signalbox/Signalbox/sb-inbox-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbInboxPage, stack);
  gtk_widget_class_bind_template_child (widget_class, SbInboxPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, SbInboxPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, SbInboxPage, detail_box);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);

  gtk_widget_class_install_action (widget_class, "inbox.retry", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "inbox.retry-cause", "s", retry_cause_action);
  gtk_widget_class_install_action (widget_class, "inbox.done", NULL, done_action);
  gtk_widget_class_install_action (widget_class, "inbox.edit", NULL, edit_action);
  gtk_widget_class_install_action (widget_class, "inbox.drop", NULL, drop_action);
}

static void
sb_inbox_page_init (SbInboxPage *self)
{
  g_autoptr (GtkListItemFactory) factory = sb_run_row_factory_new ();

  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_view_set_factory (self->list_view, factory);
  set_decisions_enabled (self, FALSE);
}
