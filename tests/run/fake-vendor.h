/* fake-vendor.h
 *
 * Copyright 2026 The Signalbox authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  FAULT_NONE,
  FAULT_STATUS,     /* answer with this status, do nothing */
  FAULT_DROP_AFTER, /* do the work, then close without an answer */
  FAULT_SLOW,       /* wait, then answer */
} FaultKind;

/* A vendor on loopback that remembers what it did. It honours the Idempotency-Key header at /keyed only,
 * as the connector file of the fixture says. */
typedef struct _FakeVendor FakeVendor;

/* @port 0: any free one. */
FakeVendor *fake_vendor_new          (void);
void        fake_vendor_free         (FakeVendor *self);
guint       fake_vendor_get_port     (FakeVendor *self);
/* The next @times requests at @path fail so. @headers: "Retry-After: 1\r\n" */
void        fake_vendor_add_fault    (FakeVendor *self,
                                      const char *path,
                                      FaultKind   kind,
                                      guint       status,
                                      const char *headers,
                                      guint       times);
/* How many requests came to @path, and how often work was done there. */
guint       fake_vendor_get_requests (FakeVendor *self,
                                      const char *path);
guint       fake_vendor_get_done     (FakeVendor *self,
                                      const char *path);
/* The bodies of the work done at @path, one a line. (transfer full) */
char       *fake_vendor_get_bodies   (FakeVendor *self,
                                      const char *path);
/* All different idempotency keys that came to @path. */
guint       fake_vendor_get_keys     (FakeVendor *self,
                                      const char *path);
guint       fake_vendor_get_busiest  (FakeVendor *self);

G_END_DECLS
