/* sb-store-db.c
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "sb-store-private.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "sb-error.h"
#include "sb-json.h"

/* How many steps of SQLite's machine pass between two looks at the cancellable. */
#define PROGRESS_STEPS 2000

static int
progress_cb (gpointer data)
{
  SbDb *self = data;

  if (self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable))
    return 1;
  return self->deadline_us != 0 && g_get_monotonic_time () > self->deadline_us;
}

static void
finalize_statement (gpointer data)
{
  sqlite3_finalize (data);
}

static void
clear_note (gpointer data)
{
  SbNote *note = data;

  g_free (note->id);
}

static gboolean
set_pragmas (SbDb *self, gboolean writable, GError **error)
{
  if (writable)
    return sb_db_exec (self,
                       "PRAGMA synchronous = FULL;"
                       "PRAGMA foreign_keys = OFF;"
                       "PRAGMA temp_store = MEMORY;"
                       "PRAGMA cache_size = -16000;"
                       "PRAGMA journal_size_limit = 33554432;"
                       "PRAGMA busy_timeout = 5000;",
                       error);
  return sb_db_exec (self,
                     "PRAGMA query_only = ON;"
                     "PRAGMA temp_store = MEMORY;"
                     "PRAGMA cache_size = -4000;"
                     "PRAGMA busy_timeout = 5000;",
                     error);
}

/**
 * sb_db_open:
 * @path: the database file, which must exist (it may be empty)
 *
 * Opens a connection for the one thread that will own it.
 *
 * Returns: (nullable) (transfer full): the connection; READ_ONLY, INVALID (damaged, not a
 * database), FULL
 */
SbDb *
sb_db_open (const char *path, gboolean writable, GError **error)
{
  g_autoptr (SbDb) self = g_new0 (SbDb, 1);
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
              (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);

  self->path = g_strdup (path);
  self->mode = "live";
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize_statement);
  self->tallies = g_array_new (FALSE, FALSE, sizeof (SbTally));
  self->notes = g_array_new (FALSE, FALSE, sizeof (SbNote));
  g_array_set_clear_func (self->notes, clear_note);

  if (sqlite3_open_v2 (path, &self->handle, flags, NULL) != SQLITE_OK)
    {
      sb_db_set_error (self, error);
      return NULL;
    }
  if (writable && sqlite3_db_readonly (self->handle, "main") == 1)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_READ_ONLY,
                   _ ("The database %s cannot be written. Make the file writable for this user."),
                   path);
      return NULL;
    }
  sqlite3_progress_handler (self->handle, PROGRESS_STEPS, progress_cb, self);

  if (!set_pragmas (self, writable, error) || !sb_db_add_search (self, error) ||
      !sb_db_add_stats (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sb_db_close (SbDb *self)
{
  g_clear_pointer (&self->statements, g_hash_table_unref);
  g_clear_pointer (&self->handle, sqlite3_close);
  g_clear_pointer (&self->tallies, g_array_unref);
  g_clear_pointer (&self->notes, g_array_unref);
  g_free (self->path);
  g_free (self);
}

/* What the system said last about the database or its log; SQLite's own record of it is often lost
 * on the way out of a failed commit. */
static int
get_system_error (SbDb *self)
{
  static const int files[] = { SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER };
  int number = sqlite3_system_errno (self->handle);

  for (guint i = 0; i < G_N_ELEMENTS (files) && number == 0; i++)
    {
      sqlite3_file *file = NULL;

      sqlite3_file_control (self->handle, "main", files[i], &file);
      if (file != NULL && file->pMethods != NULL)
        file->pMethods->xFileControl (file, SQLITE_FCNTL_LAST_ERRNO, &number);
    }
  return number;
}

static gboolean
set_io_error (SbDb *self, GError **error)
{
  int number = get_system_error (self);

  if (number == ENOSPC || number == EDQUOT || number == EFBIG)
    {
      g_set_error (error, SB_ERROR, SB_ERROR_FULL,
                   _ ("The disk that holds %s is full. Make room: what was stored is safe, and "
                      "storing goes on by itself."),
                   self->path);
      return FALSE;
    }
  g_set_error (error, SB_ERROR, number == EROFS ? SB_ERROR_READ_ONLY : SB_ERROR_FAILED,
               _ ("The database %s could not be read or written (%s). Check the disk."), self->path,
               number != 0 ? g_strerror (number) : sqlite3_errmsg (self->handle));
  return FALSE;
}

gboolean
sb_db_set_error (SbDb *self, GError **error)
{
  int code = self->handle != NULL ? sqlite3_errcode (self->handle) : SQLITE_NOMEM;

  self->broken = TRUE;
  switch (code & 0xff)
    {
    case SQLITE_FULL:
      g_set_error (error, SB_ERROR, SB_ERROR_FULL,
                   _ ("The disk that holds %s is full. Make room: what was stored is safe, and "
                      "storing goes on by itself."),
                   self->path);
      break;
    case SQLITE_IOERR:
      return set_io_error (self, error);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      g_set_error (
        error, SB_ERROR, SB_ERROR_READ_ONLY,
        _ ("The database %s cannot be opened or written (%s). Give this user the right to "
           "write in its folder."),
        self->path, sqlite3_errmsg (self->handle));
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      g_set_error (
        error, SB_ERROR, SB_ERROR_INVALID,
        _ ("The database %s is damaged (%s). Put a copy back in its place, or move it away "
           "to start afresh."),
        self->path, sqlite3_errmsg (self->handle));
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error (error, SB_ERROR, SB_ERROR_BUSY,
                   _ ("Another program has locked the database %s. Close it and try again."),
                   self->path);
      break;
    case SQLITE_INTERRUPT:
      self->broken = FALSE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("It was cancelled."));
      break;
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_ERROR:
      self->broken = FALSE;
      G_GNUC_FALLTHROUGH;
    default:
      g_set_error (error, SB_ERROR, SB_ERROR_FAILED, _ ("The database %s refused a request (%s)."),
                   self->path, self->handle != NULL ? sqlite3_errmsg (self->handle) : "no memory");
      break;
    }
  return FALSE;
}

void
sb_db_set_damaged (SbDb *self, GError **error)
{
  self->broken = TRUE;
  g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
               _ ("The database %s is damaged (%s). Put a copy back in its place, or move it away "
                  "to start afresh."),
               self->path, _ ("a row that must be there is not"));
}

static gboolean
bind_value (SbStatement *statement, int index, SbValue *value, int *code)
{
  char *text;

  if (value == NULL)
    {
      *code = sqlite3_bind_null (statement, index);
      return TRUE;
    }
  text = sb_json_write (value);
  if (strlen (text) > SB_JSON_MAX_BYTES)
    {
      g_free (text);
      return FALSE;
    }
  *code = sqlite3_bind_text (statement, index, text, -1, g_free);
  return TRUE;
}

static int
bind_bytes (SbStatement *statement, int index, GBytes *bytes)
{
  gsize size;
  gconstpointer data;

  if (bytes == NULL)
    return sqlite3_bind_null (statement, index);
  data = g_bytes_get_data (bytes, &size);
  /* A NULL pointer would bind NULL, and an empty body is not a missing one. */
  return sqlite3_bind_blob64 (statement, index, data != NULL ? data : "", size, SQLITE_STATIC);
}

static SbStatement *
bind_va (SbDb *self, GError **error, const char *sql, const char *format, va_list arguments)
{
  g_autoptr (SbStatement) statement = g_hash_table_lookup (self->statements, sql);
  int code = SQLITE_OK;

  if (statement == NULL)
    {
      if (sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
          SQLITE_OK)
        {
          sb_db_set_error (self, error);
          return NULL;
        }
      g_hash_table_insert (self->statements, g_strdup (sql), statement);
    }

  for (int i = 1; format[i - 1] != '\0' && code == SQLITE_OK; i++)
    switch (format[i - 1])
      {
      case 't':
        code =
          sqlite3_bind_text (statement, i, va_arg (arguments, const char *), -1, SQLITE_STATIC);
        break;
      case 'i':
        code = sqlite3_bind_int64 (statement, i, va_arg (arguments, gint64));
        break;
      case 'b':
        code = bind_bytes (statement, i, va_arg (arguments, GBytes *));
        break;
      case 'v':
        if (bind_value (statement, i, va_arg (arguments, SbValue *), &code))
          break;
        g_set_error (error, SB_ERROR, SB_ERROR_TOO_LARGE,
                     _ ("The document is over %d MiB and was not stored."),
                     SB_JSON_MAX_BYTES / 1024 / 1024);
        return NULL;
      default:
        g_assert_not_reached ();
      }
  if (code != SQLITE_OK)
    {
      sb_db_set_error (self, error);
      return NULL;
    }
  return g_steal_pointer (&statement);
}

SbStatement *
sb_db_bind (SbDb *self, GError **error, const char *sql, const char *format, ...)
{
  SbStatement *statement;
  va_list arguments;

  va_start (arguments, format);
  statement = bind_va (self, error, sql, format, arguments);
  va_end (arguments);
  return statement;
}

SbStepResult
sb_db_step (SbDb *self, SbStatement *statement, GError **error)
{
  switch (sqlite3_step (statement))
    {
    case SQLITE_ROW:
      return SB_STEP_ROW;
    case SQLITE_DONE:
      return SB_STEP_DONE;
    default:
      sb_db_set_error (self, error);
      return SB_STEP_ERROR;
    }
}

gboolean
sb_db_run (SbDb *self, GError **error, const char *sql, const char *format, ...)
{
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;
  va_list arguments;

  va_start (arguments, format);
  statement = bind_va (self, error, sql, format, arguments);
  va_end (arguments);
  if (statement == NULL)
    return FALSE;
  do
    result = sb_db_step (self, statement, error);
  while (result == SB_STEP_ROW);
  return result == SB_STEP_DONE;
}

SbStepResult
sb_db_get_int (SbDb *self, gint64 *value, GError **error, const char *sql, const char *format, ...)
{
  g_autoptr (SbStatement) statement = NULL;
  SbStepResult result;
  va_list arguments;

  va_start (arguments, format);
  statement = bind_va (self, error, sql, format, arguments);
  va_end (arguments);
  if (statement == NULL)
    return SB_STEP_ERROR;
  result = sb_db_step (self, statement, error);
  if (result == SB_STEP_ROW)
    *value = sqlite3_column_int64 (statement, 0);
  return result;
}

gboolean
sb_db_exec (SbDb *self, const char *sql, GError **error)
{
  if (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
    return sb_db_set_error (self, error);
  return TRUE;
}

/* Says that the transaction under way changes @what of @id; told once it is committed. */
void
sb_db_note (SbDb *self, const char *what, const char *id)
{
  SbNote note;

  for (guint i = self->notes->len; i > 0; i--)
    {
      SbNote *known = &g_array_index (self->notes, SbNote, i - 1);

      if (strcmp (known->what, what) == 0 && g_strcmp0 (known->id, id) == 0)
        return;
    }
  note.what = what;
  note.id = g_strdup (id);
  g_array_append_val (self->notes, note);
}

void
sb_statement_reset (SbStatement *self)
{
  sqlite3_reset (self);
  sqlite3_clear_bindings (self);
}

char *
sb_statement_get_text (SbStatement *self, int column)
{
  return g_strdup ((const char *)sqlite3_column_text (self, column));
}

gint64
sb_statement_get_int (SbStatement *self, int column)
{
  return sqlite3_column_int64 (self, column);
}

GBytes *
sb_statement_get_bytes (SbStatement *self, int column)
{
  if (sqlite3_column_type (self, column) == SQLITE_NULL)
    return NULL;
  return g_bytes_new (sqlite3_column_blob (self, column), sqlite3_column_bytes (self, column));
}

SbValue *
sb_statement_get_value (SbStatement *self, int column)
{
  const char *text = (const char *)sqlite3_column_text (self, column);

  if (text == NULL)
    return NULL;
  return sb_json_parse (text, sqlite3_column_bytes (self, column), NULL);
}

SbValue *
sb_db_read_document (SbDb *self, SbStatement *statement, int column, GError **error)
{
  SbValue *value = sb_statement_get_value (statement, column);

  if (value == NULL)
    g_set_error (error, SB_ERROR, SB_ERROR_INVALID,
                 _ ("The database %s holds a document that cannot be read. Put a copy back in its "
                    "place."),
                 self->path);
  return value;
}

gboolean
sb_db_return_rows (SbDb *self,
                   SbStoreRequest *request,
                   SbStatement *statement,
                   SbReadRow read,
                   GDestroyNotify unref,
                   GError **error)
{
  g_autoptr (SbStatement) owned = statement;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (unref);
  SbStepResult result;

  if (owned == NULL)
    return FALSE;
  while ((result = sb_db_step (self, owned, error)) == SB_STEP_ROW)
    g_ptr_array_add (rows, read (owned));
  if (result == SB_STEP_ERROR)
    return FALSE;
  sb_store_request_return (request, g_steal_pointer (&rows), (GDestroyNotify)g_ptr_array_unref);
  return TRUE;
}
